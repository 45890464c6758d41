// What no database can keep, and no calendar has, is the caller's mistake: BAD_USER_INPUT, never a fault of ours.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { id, type Limits } from '../../subgraphs/auth/core/input.ts'
import type {
  CreateRoleInput,
  GrantRoleInput,
  LogoutInput,
} from '../../subgraphs/auth/generated.ts'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { type Stack, startStack } from '../harness.ts'
import { namedFields, overfullInputs } from '../input-limits.ts'
import {
  LOGIN,
  logIn,
  newEmail,
  PASSWORD,
  type Person,
  REGISTER,
  registerPerson,
  VERIFY,
} from '../people.ts'

let stack: Stack
let person: Person
let admin: Person

beforeAll(async () => {
  stack = await startStack({ env: { API_KEY_VERIFICATION: 'off' } })
  person = await registerPerson(stack)
  const promoted = await registerPerson(stack)
  await stack.db('user_roles').insert({ user_id: promoted.id, role_name: 'admin' })
  admin = { ...promoted, ...(await logIn(stack.client, promoted)) }
})
afterAll(async () => {
  await stack?.stop()
})

const SESSIONS = `query ($after: String) { viewer { user { sessions(first: 5, after: $after) { edges { cursor } } } } }`
const CREATE = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { expiresAt } } }`
const cursor = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url')

test.each(['a\u0000b', 'a\ud800', '\udfff'])(
  'text that nobody can store is refused: %j',
  async (text) => {
    const { email, deviceToken, headers } = person
    const answers = [
      await stack.client.send(REGISTER, {
        input: { email: newEmail(), password: PASSWORD, displayName: text },
      }),
      await stack.client.send(LOGIN, {
        input: { email, password: PASSWORD, deviceToken, deviceName: text },
      }),
      await stack.client.send(CREATE, { input: { name: text } }, headers),
      await stack.client.send(
        `mutation ($id: ID!) { revokeSession(input: { sessionId: $id }) { id } }`,
        { id: text },
        headers,
      ),
      await stack.client.send(
        `mutation ($name: String) { updateProfile(input: { fullName: $name }) { id } }`,
        { name: text },
        headers,
      ),
      await stack.client.send(
        SESSIONS,
        { after: cursor('created_at', new Date().toISOString(), text) },
        headers,
      ),
    ]
    expect(answers.map(({ code }) => code)).toEqual(answers.map(() => 'BAD_USER_INPUT'))
    expect(answers[2]?.errors[0]?.extensions.fields).toMatchObject([{ path: 'input.name' }])
  },
)

test('an id with a NUL in it is bad input where no input object is, too', async () => {
  const answer = await stack.client.send(
    'query ($id: ID!) { user(id: $id) { id } }',
    { id: 'usr_\u0000' },
    admin.headers,
  )
  expect(answer.code).toBe('BAD_USER_INPUT')
})

test.each(['+275760-09-13T00:00:00.000Z', '-000001-01-01T00:00:00.000Z', '2026-01-01', 'tomorrow'])(
  'a cursor of the time %s is not one of ours',
  async (time) => {
    const after = cursor('created_at', time, 'ses_1')
    expect((await stack.client.send(SESSIONS, { after }, person.headers)).code).toBe(
      'BAD_USER_INPUT',
    )
  },
)

test.each([
  'nonsense',
  '2026-13-01T00:00:00Z',
  '2026-01-01',
  '2030-02-30T00:00:00Z',
  '2030-02-29T12:00:00+02:00',
  '2100-02-29T00:00:00Z',
  '2031-04-31T23:59:59.999Z',
  '2030-01-00T00:00:00Z',
  '2030-01-01T24:00:00Z',
  '2030-01-01T00:60:00Z',
  '2030-01-01T00:00:00+25:00',
])('a time that is not one is bad input, as a literal and as a variable: %s', async (time) => {
  const literal = `mutation { createApiKey(input: { name: "x", expiresAt: "${time}" }) { key } }`
  const variable = `mutation ($time: DateTime) { createApiKey(input: { name: "x", expiresAt: $time }) { key } }`
  for (const answer of [
    await stack.client.send(literal, {}, person.headers),
    await stack.client.send(variable, { time }, person.headers),
  ]) {
    expect([answer.code, answer.errors[0]?.message]).toEqual([
      'BAD_USER_INPUT',
      expect.stringContaining('RFC 3339'),
    ])
  }
})

test.each([
  '2032-02-29T00:00:00Z',
  '2030-12-31T23:59:59.123456789+05:30',
  '2096-02-29T00:00-01:00',
])('a time that the calendar has is taken: %s', async (time) => {
  const input = { name: 'x', expiresAt: time }
  const { data } = await stack.client.send(CREATE, { input }, person.headers)
  expect(data.createApiKey.apiKey.expiresAt).toBe(new Date(time).toISOString())
})

describe('what pasting and phones put around an address is not part of it, at every door', () => {
  const AROUND = ['\n', '\r\n', ' ', '\t', '\u00a0', '\ufeff']
  const dress = (email: string, sign: string) => `${sign}${email}${sign}`
  const operator = () => stack.auths[0]?.deps ?? expect.fail('no auth instance')
  const sent = async (query: string, email: string, headers = {}) =>
    (await stack.client.send(query, { email }, headers)).errors

  test.each(AROUND)('%j', async (sign) => {
    const email = newEmail()
    const dressed = dress(email, sign)
    const registered = await registerPerson(stack, { email })
    const input = { email: dressed, password: PASSWORD, deviceToken: registered.deviceToken }
    expect((await stack.client.send(LOGIN, { input })).data.login.user.email).toBe(email)
    const other = dress(newEmail(), sign)
    const begun = await stack.client.send(REGISTER, { input: { email: other, password: PASSWORD } })
    expect(begun.errors).toEqual([])
    const reset =
      'mutation ($email: String!) { requestPasswordReset(input: { email: $email }) { sentTo } }'
    expect(await sent(reset, dressed)).toEqual([])
    const add = 'mutation ($email: String!) { addEmail(input: { email: $email }) { sentTo } }'
    expect(await sent(add, other, person.headers)).toEqual([])

    const deps = operator()
    expect(await commands['grant-role'](deps, { email: dressed, role: 'tester' })).toContain(
      `${email} has`,
    )
    const admin = dress(newEmail(), sign)
    const made = await commands['create-admin'](deps, { email: admin, password: PASSWORD })
    expect(made).toContain(`Created the admin ${admin.trim()} `)
    const line = JSON.stringify({
      email: dress(newEmail(), sign),
      otherEmails: [dress(newEmail(), sign)],
    })
    const batch = { lines: [line], firstLine: 1, isDryRun: false }
    expect(JSON.parse(await commands['import-users'](deps, batch))).toMatchObject({ imported: 1 })
    const rows: string[] = await stack.db('user_emails').pluck('email')
    expect(rows.filter((row) => row !== row.trim())).toEqual([])
  })

  test('within it they are refused', async () => {
    for (const email of [
      'a\n@example.com',
      'a@exam\nple.com',
      'a @example.com',
      'a@ example.com',
    ]) {
      const input = { email, password: PASSWORD }
      expect((await stack.client.send(REGISTER, { input })).code).toBe('BAD_USER_INPUT')
      expect((await stack.client.send(LOGIN, { input })).code).toBe('INVALID_CREDENTIALS')
    }
  })
})

describe('each field that the SDL leaves open has a limit, and the refusal names it', () => {
  const inputs = overfullInputs('schema/auth.graphql')
  /** As long as a request may be: a token that is not one of ours is INVALID_REFRESH_TOKEN, whatever its length. */
  const BOUNDLESS = ['refresh', 'logout']

  test('every mutation with an input is among them', () => {
    expect(inputs.length).toBeGreaterThan(35)
    const boundless = inputs.filter(({ mutation }) => BOUNDLESS.includes(mutation))
    expect(boundless.map(({ open }) => open)).toEqual([['refreshToken'], ['refreshToken']])
  })

  test.each(inputs.filter(({ mutation }) => !BOUNDLESS.includes(mutation)))(
    '$mutation: $open',
    async ({ document, input, open }) => {
      const { errors } = await stack.client.send(document, { input }, admin.headers)
      const extensions = errors[0]?.extensions
      const named = namedFields((extensions?.fields ?? []) as { path: string }[])
      expect([extensions?.code, named]).toEqual(['BAD_USER_INPUT', open])
    },
  )

  test('one that is missing, is for no field, or is for another type does not compile', () => {
    const fits = { userId: id, role: id } satisfies Limits<GrantRoleInput>
    // @ts-expect-error: `role` has none.
    const short = { userId: id } satisfies Limits<GrantRoleInput>
    // @ts-expect-error: the SDL has no such field.
    const long = { userId: id, role: id, note: id } satisfies Limits<GrantRoleInput>
    // @ts-expect-error: an enum needs none.
    const closed = { refreshToken: id, scope: id } satisfies Limits<LogoutInput>
    // @ts-expect-error: a rank is a number.
    const wrong: Pick<Limits<CreateRoleInput>, 'rank'> = { rank: id }
    expect([fits, short, long, closed, wrong]).toHaveLength(5)
  })
})

test('a code may be typed in full-width digits, and other signs of its length are just wrong', async () => {
  const email = newEmail()
  const begun = await stack.client.send(REGISTER, { input: { email, password: PASSWORD } })
  const verificationId = begun.data.register.verification.id
  const code = await stack.mailbox.takeCode(email)
  const wrong = await stack.client.send(VERIFY, { input: { verificationId, code: '①②③④éééé' } })
  expect(wrong.errors[0]?.extensions).toMatchObject({ code: 'VERIFICATION_FAILED' })
  const typed = code.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))
  const verified = await stack.client.send(VERIFY, { input: { verificationId, code: typed } })
  expect(verified.errors).toEqual([])
})

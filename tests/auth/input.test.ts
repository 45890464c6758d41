// What no database can keep, and no calendar has, is the caller's mistake: BAD_USER_INPUT, never a fault of ours.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../harness.ts'
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

beforeAll(async () => {
  stack = await startStack({ env: { API_KEY_VERIFICATION: 'off' } })
  person = await registerPerson(stack)
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
  const admin = await registerPerson(stack)
  await stack.db('user_roles').insert({ user_id: admin.id, role_name: 'admin' })
  const { headers } = await logIn(stack.client, admin)
  const answer = await stack.client.send(
    'query ($id: ID!) { user(id: $id) { id } }',
    { id: 'usr_\u0000' },
    headers,
  )
  expect(answer.code).toBe('BAD_USER_INPUT')
})

test.each(['+275760-09-13T00:00:00.000Z', '-000001-01-01T00:00:00.000Z', '2026-01-01', 'tomorrow'])(
  'a cursor of the time %s is none of ours',
  async (time) => {
    const after = cursor('created_at', time, 'ses_1')
    expect((await stack.client.send(SESSIONS, { after }, person.headers)).code).toBe(
      'BAD_USER_INPUT',
    )
  },
)

test.each(['nonsense', '2026-13-01T00:00:00Z', '2026-01-01'])(
  'a time that is none is bad input, as a literal and as a variable: %s',
  async (time) => {
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
  },
)

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

// Hooks where people register and sign in (docs/hooks.md): what they are told, what they may say, on every way in, and when they fail.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadHooks } from '../../gateway/hooks/load-hooks.ts'
import type { AuthHooks } from '../../subgraphs/auth/hooks/hooks.ts'
import { loadAuthHooks, readyAuthHooks } from '../../subgraphs/auth/hooks/load-hooks.ts'
import { livePrincipal } from '../../subgraphs/auth/introspection/check-credentials.ts'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { sameness } from '../client.ts'
import { example } from '../docs/examples.ts'
import { type Stack, startStack } from '../harness.ts'
import { linkToken, nothingLeftToMail } from '../mailbox.ts'
import {
  LOGIN,
  logIn,
  newEmail,
  PASSWORD,
  type Person,
  REGISTER,
  refreshWith,
  registerPerson,
  VERIFY,
  viewerOf,
} from '../people.ts'

const BEGIN = `mutation Begin($input: StartEmailLoginInput!) { startEmailLogin(input: $input) { verification { id } } }`
const OPEN = `mutation Open($input: OpenSignInLinkInput!) { openSignInLink(input: $input) { __typename } }`
const INVITE = `mutation Invite($input: CreateUserInput!) { createUser(input: $input) { id } }`
const CONFIRM = `mutation Confirm($input: ReauthenticateInput!) { reauthenticate(input: $input) { __typename } }`
const silent = { warn() {} }

type Told = Readonly<Record<string, unknown>>
type Answers = { [K in keyof AuthHooks]: (told: never) => unknown }

let stack: Stack
let answers: Answers = {}
let told: { readonly name: string; readonly told: Told }[] = []

/** Each test says what they answer. */
const answering = (name: keyof AuthHooks) => (argument: object) => {
  told.push({ name, told: argument as Told })
  return answers[name]?.(argument as never) as never
}

beforeAll(async () => {
  const hooks = {
    beforeRegister: { run: answering('beforeRegister'), deadlineMs: 30_000 },
    beforeSignIn: { run: answering('beforeSignIn'), deadlineMs: 30_000 },
    claims: { run: answering('claims'), deadlineMs: 30_000 },
  }
  stack = await startStack({ hooks })
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(async () => {
  answers = {}
  told = []
  await stack.db('throttles').delete()
})

const toldOf = (name: string) => told.filter((one) => one.name === name).map((one) => one.told)
const refusing = async () => ({ refuse: 'Not in these hours.' })
const send = async (query: string, input: object, headers = {}) =>
  await stack.client.send(query, { input }, headers)
const deps = () => stack.auths[0]?.deps ?? expect.fail('no auth instance')

async function sessionsOf({ id }: Pick<Person, 'id'>): Promise<number> {
  return (await stack.db('sessions').where({ user_id: id, status: 'ACTIVE' })).length
}

function expectRefused(answer: Awaited<ReturnType<typeof send>>): void {
  expect(answer.errors).toMatchObject([
    {
      message: 'Not in these hours.',
      extensions: { code: 'FORBIDDEN', reason: 'REFUSED_BY_HOOK' },
    },
  ])
}

describe('beforeRegister', () => {
  test('is told address, method and network, frozen, and never a password', async () => {
    const email = newEmail()
    await registerPerson(stack, { email })
    const [registration] = toldOf('beforeRegister')
    expect(registration).toEqual({
      requestId: expect.any(String),
      clientAddress: '127.0.0.1',
      userAgent: 'node',
      email,
      method: 'password',
    })
    expect(Object.isFrozen(registration)).toBe(true)
    expect(JSON.stringify(told)).not.toContain(PASSWORD)
  })

  test('a refusal is the same for an e-mail address that is taken, and nothing is mailed or kept', async () => {
    const taken = await registerPerson(stack)
    await nothingLeftToMail(stack.db)
    const mails = stack.mailbox.messages.length
    answers = { beforeRegister: refusing }
    const free = newEmail()
    const [first, second] = [
      await send(REGISTER, { email: taken.email, password: PASSWORD }),
      await send(REGISTER, { email: free, password: PASSWORD }),
    ]
    expectRefused(first)
    expect(sameness(second)).toBe(sameness(first))
    await nothingLeftToMail(stack.db)
    expect(stack.mailbox.messages.length).toBe(mails)
    const open = await stack
      .db('verifications')
      .where({ purpose: 'REGISTRATION', consumed_at: null })
      .whereIn('email_normalized', [taken.email, free])
    expect(open).toEqual([])
  })

  test('an admin who invites is asked about as well', async () => {
    const person = await registerPerson(stack)
    await commands['grant-role'](deps(), { email: person.email, role: 'admin' })
    const { headers } = await logIn(stack.client, person)
    answers = { beforeRegister: refusing }
    const email = newEmail()
    expectRefused(await send(INVITE, { email }, headers))
    expect(toldOf('beforeRegister').at(-1)).toMatchObject({ email, method: 'invitation' })
    answers = {}
    expect((await send(INVITE, { email }, headers)).errors).toEqual([])
  })
})

describe('beforeSignIn', () => {
  test('is asked once at the end of every way in, outside of the transaction', async () => {
    const email = newEmail()
    // Where rows were locked meanwhile, or the one connection of the embedded database taken, this would not come back.
    answers = {
      beforeSignIn: async () => {
        await stack.auths[0]?.deps
          .db('users')
          .where('email_normalized', email)
          .update({ email_normalized: email })
      },
    }
    const person = await registerPerson(stack, { email })
    await logIn(stack.client, person)
    const asked = await send(LOGIN, { email, password: PASSWORD })
    expect(toldOf('beforeSignIn')).toHaveLength(2)
    const verificationId = asked.data.login.verification.id
    const code = await stack.mailbox.takeCode(email)
    expect((await send(VERIFY, { verificationId, code })).errors).toEqual([])
    await stack.mailbox.takeAbout(email, 'new device')
    await send(BEGIN, { email })
    const mail = await stack.mailbox.take(email)
    expect((await send(OPEN, { token: linkToken(mail.text, 'sign-in') })).errors).toEqual([])
    const same = { email, roles: ['user'], clientAddress: '127.0.0.1' }
    expect(toldOf('beforeSignIn')).toMatchObject([
      { ...same, userId: null, methods: ['PASSWORD', 'EMAIL_CODE'] },
      { ...same, userId: person.id, methods: ['PASSWORD'] },
      { ...same, userId: person.id, methods: ['PASSWORD', 'EMAIL_CODE'] },
      { ...same, userId: person.id, methods: ['EMAIL_CODE'] },
    ])
    const text = JSON.stringify(toldOf('beforeSignIn'))
    for (const secret of [PASSWORD, code, person.accessToken, person.deviceToken])
      expect(text).not.toContain(secret)
  })

  test('a wrong password is not its business, nor is a refresh', async () => {
    const person = await registerPerson(stack)
    const before = toldOf('beforeSignIn').length
    expect((await send(LOGIN, { email: person.email, password: 'wrong' })).code).toBe(
      'INVALID_CREDENTIALS',
    )
    expect((await refreshWith(stack.client, person.refreshToken)).errors).toEqual([])
    expect(toldOf('beforeSignIn').length).toBe(before)
  })

  test('a refusal leaves no session on any way in, is on record, and uses no code up', async () => {
    const person = await registerPerson(stack)
    const { email, deviceToken } = person
    await nothingLeftToMail(stack.db)
    const mails = stack.mailbox.messages.length
    answers = { beforeSignIn: refusing }
    expectRefused(await send(LOGIN, { email, password: PASSWORD, deviceToken }))
    const asked = await send(LOGIN, { email, password: PASSWORD })
    const verificationId = asked.data.login.verification.id
    const code = await stack.mailbox.takeCode(email)
    expectRefused(await send(VERIFY, { verificationId, code }))
    await send(BEGIN, { email })
    const { text } = await stack.mailbox.take(email)
    const token = linkToken(text, 'sign-in')
    expectRefused(await send(OPEN, { token }))
    expect(await sessionsOf(person)).toBe(1)
    await nothingLeftToMail(stack.db)
    expect(stack.mailbox.messages.length).toBe(mails + 2)
    const records = await stack
      .db('audit_events')
      .where({ action: 'login.refused-by-hook', user_id: person.id })
      .select('outcome')
    expect(records).toEqual([
      { outcome: 'failure' },
      { outcome: 'failure' },
      { outcome: 'failure' },
    ])
    answers = {}
    expect((await send(VERIFY, { verificationId, code })).errors).toEqual([])
    expect((await send(OPEN, { token })).errors).toEqual([])
    expect(await sessionsOf(person)).toBe(3)
  })

  test('at the end of a registration a refusal leaves no account, and the code opens it later', async () => {
    const email = newEmail()
    const begun = await send(REGISTER, { email, password: PASSWORD })
    const verificationId = begun.data.register.verification.id
    const code = await stack.mailbox.takeCode(email)
    answers = { beforeSignIn: refusing }
    expectRefused(await send(VERIFY, { verificationId, code }))
    expect(await stack.db('users').where('email_normalized', email)).toEqual([])
    answers = {}
    expect((await send(VERIFY, { verificationId, code })).errors).toEqual([])
  })
})

describe('claims', () => {
  test('what it returns is in each access token, and wins over what admins set', async () => {
    answers = { claims: async () => ({ claims: { plan: 'gold', seats: 3 } }) }
    const person = await registerPerson(stack)
    await stack
      .db('users')
      .where('id', person.id)
      .update({ custom_claims: JSON.stringify({ plan: 'free', desk: 'news' }) })
    expect(decodeJwt(person.accessToken).custom).toEqual({ plan: 'gold', seats: 3 })
    answers = { claims: () => ({ claims: { plan: 'silver' } }) }
    const { data } = await refreshWith(stack.client, person.refreshToken)
    const { accessToken } = data.refresh.tokens
    const payload = decodeJwt(accessToken)
    expect(payload.custom).toEqual({ plan: 'silver', desk: 'news' })
    expect((await viewerOf(stack.client, accessToken)).errors).toEqual([])
    expect(toldOf('claims').at(-1)).toMatchObject({
      userId: person.id,
      sessionId: person.sessionId,
      email: person.email,
      roles: ['user'],
      custom: { plan: 'free', desk: 'news' },
    })
    // Asked again about the person (the policy `live`), auth says the same.
    const live = await livePrincipal(deps(), {
      kind: 'user',
      sub: person.id,
      sid: person.sessionId,
      ver: Number(payload.ver),
    })
    expect(live).toMatchObject({ principal: { custom: { plan: 'silver', desk: 'news' } } })
  })

  test.each([
    ['a claim of our own', { roles: ['admin'] }],
    ['a name that every object has', { constructor: 'x' }],
    ['a name in capitals', { Plan: 'x' }],
    ['an object', { plan: { name: 'x' } }],
    [
      'too much',
      Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`c${n}`, 'x'.repeat(200)])),
    ],
  ])('%s is refused with 503, and the refresh token stays good', async (_, claims) => {
    const person = await registerPerson(stack)
    answers = { claims: () => ({ claims }) }
    const refused = await refreshWith(stack.client, person.refreshToken)
    expect(refused.errors[0]?.extensions).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      reason: 'HOOK_FAILED',
    })
    answers = {}
    expect((await refreshWith(stack.client, person.refreshToken)).errors).toEqual([])
  })

  test('where it fails at a sign-in the session ends with it; one that only proves itself again goes on', async () => {
    const person = await registerPerson(stack)
    const { email, deviceToken, headers } = person
    answers = { claims: () => ({ claims: { roles: 'admin' } }) }
    const refused = await send(LOGIN, { email, password: PASSWORD, deviceToken })
    expect(refused.errors[0]?.extensions.reason).toBe('HOOK_FAILED')
    expect(await sessionsOf(person)).toBe(1)
    const again = await send(CONFIRM, { password: PASSWORD }, headers)
    expect(again.errors[0]?.extensions.reason).toBe('HOOK_FAILED')
    expect(await sessionsOf(person)).toBe(1)
    answers = {}
    expect((await viewerOf(stack.client, person.accessToken)).errors).toEqual([])
  })
})

test('what a hook writes to what it is told counts nowhere', async () => {
  const roles = ['user']
  const custom = { desk: 'none', teams: ['a'] }
  const token = { requestId: null, roles, scopes: [], custom } as never
  for (const write of [
    (told: { roles: string[] }) => void told.roles.push('admin'),
    (told: { custom: { desk: string } }) => void Object.assign(told.custom, { desk: 'all' }),
    (told: { custom: { teams: string[] } }) => void told.custom.teams.push('b'),
  ]) {
    const { claims } = readyAuthHooks({ claims: write as never }, silent)
    await expect(claims?.run(token)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
  }
  expect([roles, custom]).toEqual([['user'], { desk: 'none', teams: ['a'] }])
})

describe('a hook that fails', () => {
  const signIn = {
    requestId: 'req_1',
    clientAddress: null,
    userAgent: null,
    userId: null,
    email: 'ada@example.com',
    roles: [],
    methods: [],
  }

  test.each([
    [
      'throws',
      () => {
        throw new Error('secret-of-a-hook')
      },
    ],
    ['takes too long', () => new Promise<undefined>(() => undefined)],
    ['returns nonsense', async () => ({ refuse: 7 as never as string })],
  ])('that %s refuses with 503, or is ignored', async (_, run) => {
    const lines: unknown[] = []
    const log = { warn: (line: unknown) => void lines.push(line) }
    const failing = (onFailure: 'refuse' | 'ignore') =>
      readyAuthHooks({ beforeSignIn: { run, deadlineMs: 20, onFailure } }, log).beforeSignIn
    await expect(failing('refuse')?.run(signIn)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      extensions: { reason: 'HOOK_FAILED' },
    })
    expect(await failing('ignore')?.run(signIn)).toBeUndefined()
    expect(lines).toMatchObject([{ requestId: 'req_1' }, { requestId: 'req_1' }])
  })

  test('nobody signs in past it, and no client reads why', async () => {
    const person = await registerPerson(stack)
    answers = {
      beforeSignIn: () => {
        throw new Error('secret-of-a-hook')
      },
    }
    const { email, deviceToken } = person
    const refused = await send(LOGIN, { email, password: PASSWORD, deviceToken })
    expect(refused.errors[0]?.extensions).toMatchObject({ reason: 'HOOK_FAILED' })
    expect(refused.text).not.toContain('secret-of-a-hook')
    expect(await sessionsOf(person)).toBe(1)
  })
})

test('the metrics say how long each took; without hooks there is nothing to say', async () => {
  await registerPerson(stack)
  const metrics = await (await fetch(`${stack.auths[0]?.url}/metrics`)).text()
  for (const hook of ['beforeRegister', 'beforeSignIn', 'claims'])
    expect(metrics).toMatch(new RegExp(`sallyport_hook_duration_seconds_count{hook="${hook}"} \\d`))
  const none = readyAuthHooks({}, silent)
  expect([none.beforeRegister, none.beforeSignIn, none.claims, none.isAny]).toEqual([
    null,
    null,
    null,
    false,
  ])
})

test('gateway and auth read one file, each its own part, as docs/hooks.md has it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-hooks-'))
  const path = join(folder, 'supergraph.yaml')
  const file = join(folder, 'sallyport.config.mjs')
  try {
    writeFileSync(file, example('docs/hooks.md', 'At auth', 'js').code)
    const hooks = await loadAuthHooks(path, silent)
    const request = { requestId: null, clientAddress: null, userAgent: null }
    const registration = { ...request, email: 'a@competitor.example', method: 'password' } as const
    expect(await hooks.beforeRegister?.run(registration)).toEqual({
      refuse: 'Please register with another e-mail address.',
    })
    expect(
      await hooks.beforeSignIn?.run({
        ...request,
        userId: null,
        email: '',
        roles: [],
        methods: [],
      }),
    ).toBeUndefined()
    const token = { ...request, userId: 'usr_1', sessionId: 'ses_1', email: '', scopes: [] }
    expect(await hooks.claims?.run({ ...token, roles: ['editor'], custom: {} })).toEqual({
      claims: { desk: 'news' },
    })
    expect((await loadHooks(path, silent)).onRequest).toBeNull()
    writeFileSync(join(folder, 'sallyport.config.js'), 'export default {}')
    await expect(loadAuthHooks(path, silent)).rejects.toThrow('keep one of them')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

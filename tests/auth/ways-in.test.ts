// Which ways in a deployment offers, who may make an account, and how presence is confirmed.
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readAuthConfig } from '../../subgraphs/auth/config.ts'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { type Stack, startStack } from '../harness.ts'
import { nothingLeftToMail } from '../mailbox.ts'
import { LOGIN, logIn, newEmail, PASSWORD, REGISTER, registerPerson, VERIFY } from '../people.ts'

const METHODS = '{ signInMethods { password emailCode passkey providers { id name } } }'
const BEGIN = `mutation Begin($input: StartEmailLoginInput!) { startEmailLogin(input: $input) { verification { id } } }`
const CONFIRM = `mutation Confirm($input: ReauthenticateInput!) { reauthenticate(input: $input) { __typename
  ... on SignedIn { session { id authenticationMethods } tokens { accessToken refreshToken } }
  ... on VerificationRequired { verification { id purpose methods sentTo } } } }`
const CREATE_USER = `mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }`

async function withStack<T>(
  env: Readonly<Record<string, string>>,
  work: (stack: Stack) => Promise<T>,
): Promise<T> {
  const stack = await startStack({ env })
  try {
    return await work(stack)
  } finally {
    await stack.stop()
  }
}

async function adminOf(stack: Stack): Promise<Readonly<Record<string, string>>> {
  const email = newEmail()
  const [auth] = stack.auths
  if (auth === undefined) throw new Error('no auth instance')
  const person = await registerPerson(stack, { email })
  await commands['grant-role'](auth.deps, { email, role: 'admin' })
  return (await logIn(stack.client, person)).headers
}

const register = async (stack: Stack, email: string) =>
  await stack.client.send(REGISTER, { input: { email, password: PASSWORD } })

/** Where nobody signs in with a password: it is refused, whoever has the address, and the account has none. */
async function registersWithoutPassword(stack: Stack, taken: string): Promise<void> {
  for (const email of [taken, newEmail()]) {
    const { errors } = await register(stack, email)
    expect(errors[0]?.extensions.reason).toBe('METHOD_NOT_OFFERED')
    expect((await stack.client.send(REGISTER, { input: { email } })).errors).toEqual([])
  }
  const { id, accessToken } = await registerPerson(stack, { password: null })
  expect(decodeJwt(accessToken)).toMatchObject({ amr: ['otp'], email_verified: true })
  expect(await stack.db('users').where({ id }).first('password_hash')).toEqual({
    password_hash: null,
  })
}

describe('SIGN_IN_METHODS', () => {
  test('by default everything that exists is offered, and anybody may ask what that is', async () => {
    await withStack({}, async ({ client }) => {
      expect((await client.send(METHODS)).data.signInMethods).toEqual({
        password: true,
        emailCode: true,
        passkey: true,
        providers: [],
      })
    })
  })

  test('what is left out is refused, for known and unknown addresses alike', async () => {
    await withStack({ SIGN_IN_METHODS: 'email-code' }, async (stack) => {
      const { email } = await registerPerson(stack, { password: null })
      const offered = (await stack.client.send(METHODS)).data.signInMethods
      expect([offered.password, offered.emailCode]).toEqual([false, true])
      for (const address of [email, newEmail()]) {
        const { errors } = await stack.client.send(LOGIN, {
          input: { email: address, password: PASSWORD },
        })
        expect(errors[0]?.extensions).toMatchObject({
          code: 'FORBIDDEN',
          reason: 'METHOD_NOT_OFFERED',
        })
      }
      await registersWithoutPassword(stack, email)
    })
    await withStack({ SIGN_IN_METHODS: 'password' }, async (stack) => {
      const { errors } = await stack.client.send(REGISTER, { input: { email: newEmail() } })
      expect(errors[0]?.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        fields: [{ path: 'input.password' }],
      })
      const person = await registerPerson(stack)
      for (const email of [person.email, newEmail()]) {
        expect((await stack.client.send(BEGIN, { input: { email } })).code).toBe('FORBIDDEN')
      }
      // A code after the password is another matter: it begins nothing.
      const login = await stack.client.send(LOGIN, {
        input: { email: person.email, password: PASSWORD },
      })
      expect(login.data.login.__typename).toBe('VerificationRequired')
    })
  })
})

describe('REGISTRATION', () => {
  test.each([
    [{ REGISTRATION: 'closed' }, 'REGISTRATION_CLOSED'],
    [{ REGISTRATION: 'invite' }, 'INVITATION_REQUIRED'],
    [{ REGISTRATION: 'domains', REGISTRATION_DOMAINS: 'Work.example' }, 'DOMAIN_NOT_ALLOWED'],
  ])(
    '%o answers the same for a taken and for a free address, and mails nothing',
    async (env, reason) => {
      await withStack(env, async (stack) => {
        const [auth] = stack.auths
        if (auth === undefined) throw new Error('no auth instance')
        const taken = newEmail()
        await commands['create-admin'](auth.deps, { email: taken, password: PASSWORD })
        const before = stack.mailbox.messages.length
        const answers = []
        for (const email of [taken, newEmail()]) {
          const { data, errors } = await register(stack, email)
          answers.push({ data, message: errors[0]?.message, reason: errors[0]?.extensions.reason })
        }
        expect(answers[1]).toEqual(answers[0])
        expect(answers[0]?.reason).toBe(reason)
        await nothingLeftToMail(stack.db)
        expect(stack.mailbox.messages.slice(before).map(({ to }) => to)).not.toContain(taken)
      })
    },
  )

  test('domains: an address of a listed domain registers, one of a subdomain does not', async () => {
    const env = { REGISTRATION: 'domains', REGISTRATION_DOMAINS: 'work.example, BÜRO.example' }
    await withStack(env, async (stack) => {
      for (const domain of ['WORK.example', 'büro.example']) {
        expect(
          (await register(stack, `${newEmail().split('@')[0]}@${domain}`)).code,
        ).toBeUndefined()
      }
      for (const domain of ['x.work.example', 'work.example.evil.example', 'notwork.example']) {
        expect((await register(stack, `ada@${domain}`)).code).toBe('FORBIDDEN')
      }
    })
  })

  test('invite: an invited person chooses a password and logs in; closed: nobody is invited either', async () => {
    const invite = async (env: Record<string, string>) =>
      await withStack({}, async (open) => {
        const headers = await adminOf(open)
        const { deps } = open.auths[0] ?? {}
        if (deps === undefined) throw new Error('no auth instance')
        // The settings of a running instance do not change: this is as if it had been started with others.
        Object.assign(deps, { config: { ...deps.config, ...env } })
        const email = newEmail()
        const answer = await open.client.send(CREATE_USER, { input: { email, roles: [] } }, headers)
        if (answer.code !== undefined) return answer.errors[0]?.extensions.reason
        const token = await open.mailbox.takeLink(email, 'accept-invitation')
        await open.client.send(
          'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }',
          { input: { token, newPassword: PASSWORD } },
        )
        const login = await open.client.send(LOGIN, { input: { email, password: PASSWORD } })
        return login.data.login.__typename
      })
    expect(await invite({ registration: 'invite' })).toBe('VerificationRequired')
    expect(await invite({ registration: 'closed' })).toBe('REGISTRATION_CLOSED')
  })

  test('a registration that was begun before it was closed is not completed', async () => {
    await withStack({}, async (stack) => {
      const email = newEmail()
      const begun = await register(stack, email)
      const { deps } = stack.auths[0] ?? {}
      if (deps === undefined) throw new Error('no auth instance')
      Object.assign(deps, { config: { ...deps.config, registration: 'closed' } })
      const verificationId = begun.data.register.verification.id
      const code = await stack.mailbox.takeCode(email)
      const answer = await stack.client.send(VERIFY, { input: { verificationId, code } })
      expect(answer.code).toBe('FORBIDDEN')
      expect(await stack.db('users').where('email_normalized', email)).toHaveLength(0)
    })
  })
})

test.each([
  [
    { SIGN_IN_METHODS: 'telepathy' },
    'SIGN_IN_METHODS: "telepathy" is not one of password, email-code, passkey, provider',
  ],
  [{ MFA: 'always' }, 'MFA: must be one of off, optional, required'],
  [{ MFA_REQUIRED_ROLES: 'admin' }, 'MFA_REQUIRED_ROLES: only MFA=required reads it'],
  [{ MFA: 'off', MFA_REQUIRED_FROM: '2030-01-31' }, 'MFA_REQUIRED_FROM: only MFA=required'],
  [{ MFA: 'required', MFA_REQUIRED_FROM: '2030-02-30' }, 'MFA_REQUIRED_FROM: must be a day'],
  [{ MFA: 'required', MFA_REQUIRED_ROLES: 'a b' }, '"a b" is not the name of a role'],
  [{ PASSKEY_RP_ID: 'example.com' }, 'PASSKEY_RP_ID: must be the host of PUBLIC_URL'],
  [{ PASSKEY_ORIGINS: 'http://shop.example' }, 'is not an exact https origin'],
  [{ PASSKEY_ORIGINS: 'https://shop.example/' }, 'is not an exact https origin'],
  [{ SIGN_IN_METHODS: ' , ' }, 'SIGN_IN_METHODS: must have at least one of'],
  [{ REGISTRATION: 'maybe' }, 'REGISTRATION: '],
  [{ REGISTRATION: 'domains' }, 'REGISTRATION_DOMAINS: missing'],
  [{ REGISTRATION_DOMAINS: 'work.example' }, 'only REGISTRATION=domains reads it'],
  [{ REGISTRATION: 'domains', REGISTRATION_DOMAINS: 'a@work.example' }, 'is not a domain'],
  [{ REGISTRATION: 'domains', REGISTRATION_DOMAINS: 'work' }, 'is not a domain'],
  [{ REGISTRATION: 'domains', REGISTRATION_DOMAINS: '*.work.example' }, 'is not a domain'],
])('%o stops the start with its reason', (env, reason) => {
  expect(() => readAuthConfig(env)).toThrow(reason)
})

describe('reauthenticate', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack()
  })
  afterAll(async () => {
    await stack?.stop()
  })
  beforeEach(async () => {
    await stack.db('throttles').delete()
  })

  const confirm = async (input: object, headers: Readonly<Record<string, string>>) =>
    await stack.client.send(CONFIRM, { input }, headers)

  test('with a mailed code raises auth_time and says what was proved', async () => {
    const person = await logIn(stack.client, await registerPerson(stack))
    await stack
      .db('sessions')
      .where('id', person.sessionId)
      .update({ authenticated_at: stack.db.raw("now() - interval '1 hour'") })
    const asked = await confirm({ method: 'EMAIL_CODE' }, person.headers)
    expect(asked.data.reauthenticate.verification).toMatchObject({
      purpose: 'STEP_UP',
      methods: ['EMAIL_CODE'],
      sentTo: 'p…@example.com',
    })
    const { id: verificationId } = asked.data.reauthenticate.verification
    const code = await stack.mailbox.takeCode(person.email)
    const wrong = await confirm({ verificationId, code: '00000000' }, person.headers)
    expect(wrong.errors[0]?.extensions).toMatchObject({
      code: 'VERIFICATION_FAILED',
      attemptsRemaining: 4,
    })
    const { data } = await confirm({ verificationId, code }, person.headers)
    expect(data.reauthenticate.session).toEqual({
      id: person.sessionId,
      authenticationMethods: ['pwd', 'otp'],
    })
    const { auth_time } = decodeJwt(data.reauthenticate.tokens.accessToken)
    expect(Math.abs(Number(auth_time) - Date.now() / 1000)).toBeLessThan(60)
    const again = await confirm({ verificationId, code }, person.headers)
    expect(again.code).toBe('VERIFICATION_FAILED')
  })

  test('a newer challenge of the session ends the one before, and it signs nobody in', async () => {
    const person = await registerPerson(stack)
    const begin = async () => {
      const { data } = await confirm({ method: 'EMAIL_CODE' }, person.headers)
      return {
        verificationId: data.reauthenticate.verification.id as string,
        code: await stack.mailbox.takeCode(person.email),
      }
    }
    const [old, fresh] = [await begin(), await begin()]
    expect((await confirm(old, person.headers)).code).toBe('VERIFICATION_FAILED')
    expect((await stack.client.send(VERIFY, { input: fresh })).code).toBe('VERIFICATION_FAILED')
    const other = await registerPerson(stack)
    expect((await confirm(fresh, other.headers)).code).toBe('VERIFICATION_FAILED')
    expect((await confirm(fresh, person.headers)).data.reauthenticate.__typename).toBe('SignedIn')
  })

  test.each([
    {},
    { code: '12345678' },
    { verificationId: 'ver_x' },
    { password: PASSWORD, code: '12345678' },
    { method: 'TOTP' },
    { method: 'EMAIL_CODE', code: '12345678' },
  ])('%o is told what to send instead', async (input) => {
    const { headers } = await registerPerson(stack)
    const answer = await confirm(input, headers)
    expect(answer.code).toBe('BAD_USER_INPUT')
    expect(answer.errors[0]?.message).toMatch(/Send the password|can be confirmed with EMAIL_CODE/)
  })

  test('wrong codes of a stolen session keep nobody from signing in', async () => {
    const person = await registerPerson(stack)
    for (let round = 0; round < 11; round += 1) {
      await stack.db('throttles').whereNot('key', 'like', '%code-account%').delete()
      const { data } = await confirm({ method: 'EMAIL_CODE' }, person.headers)
      const { id: verificationId } = data.reauthenticate.verification
      for (let guess = 0; guess < 5; guess += 1) {
        await confirm({ verificationId, code: '00000000' }, person.headers)
      }
    }
    await stack.db('throttles').where('key', 'like', '%code-network%').delete()
    await nothingLeftToMail(stack.db)
    const login = await stack.client.send(LOGIN, {
      input: { email: person.email, password: PASSWORD },
    })
    const verificationId = login.data.login.verification.id
    let last = ''
    await nothingLeftToMail(stack.db)
    for (const { to, text } of stack.mailbox.messages) {
      if (to === person.email) last = /\b\d{8}\b/.exec(text)?.[0] ?? last
    }
    const signedIn = await stack.client.send(VERIFY, { input: { verificationId, code: last } })
    expect(signedIn.data.verifySession.__typename).toBe('SignedIn')
  })
})

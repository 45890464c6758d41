// A new password: with the old one, by link, or by code. Nobody learns who has an account, and nothing older works afterwards.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer, type GraphqlAnswer } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import { linkToken } from '../mailbox.ts'
import {
  LOGIN,
  logIn,
  newEmail,
  PASSWORD,
  refreshWith,
  registerPerson,
  VERIFY,
  viewerOf,
} from '../people.ts'

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
})
afterAll(async () => {
  await stack?.stop()
})

const NEW_PASSWORD = 'a wholly different phrase'
const CHANGE = `mutation Change($input: ChangePasswordInput!) {
  changePassword(input: $input) { session { id } tokens { accessToken refreshToken } }
}`
const REQUEST = `mutation Request($input: RequestPasswordResetInput!) {
  requestPasswordReset(input: $input) { id purpose methods sentTo expiresAt resendAvailableAt }
}`
const RESET =
  'mutation Reset($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }'

async function askForReset(email: string): Promise<{ id: string; code: string; token: string }> {
  const begun = await stack.client.send(REQUEST, { input: { email } })
  const mail = await stack.mailbox.take(email)
  return {
    id: begun.data.requestPasswordReset.id,
    code: /\b\d{8}\b/.exec(mail.text)?.[0] ?? '',
    token: linkToken(mail.text, 'reset-password'),
  }
}

const reset = (input: object): Promise<GraphqlAnswer> => stack.client.send(RESET, { input })
const login = (email: string, password: string): Promise<GraphqlAnswer> =>
  stack.client.send(LOGIN, { input: { email, password } })

test('a change needs the present password, ends other sessions, and gives this one new tokens', async () => {
  const person = await registerPerson(stack)
  const other = await logIn(stack.client, person)
  const change = (currentPassword: string, newPassword: string) =>
    stack.client.send(CHANGE, { input: { currentPassword, newPassword } }, person.headers)

  expect((await change('not the password', NEW_PASSWORD)).code).toBe('INVALID_CREDENTIALS')
  const weak = await change(PASSWORD, 'short')
  expect(weak.errors[0]?.extensions).toMatchObject({
    code: 'WEAK_PASSWORD',
    fields: [{ path: 'input.newPassword' }],
  })
  const { tokens, session } = (await change(PASSWORD, NEW_PASSWORD)).data.changePassword
  expect(session.id).toBe(person.sessionId)
  expect((await refreshWith(stack.client, other.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN')
  await expect
    .poll(
      async () => (await viewerOf(stack.client, person.accessToken)).errors[0]?.extensions.reason,
    )
    .toBe('TOKEN_STALE')
  expect((await viewerOf(stack.client, tokens.accessToken)).data.viewer.user.id).toBe(person.id)
  expect((await refreshWith(stack.client, tokens.refreshToken)).errors).toEqual([])
  await stack.mailbox.takeAbout(person.email, 'was changed')
  expect((await login(person.email, PASSWORD)).code).toBe('INVALID_CREDENTIALS')
  expect((await login(person.email, NEW_PASSWORD)).data.login.__typename).toBe(
    'VerificationRequired',
  )
})

test('ten wrong passwords within a session make it wait; others are not kept out', async () => {
  const person = await registerPerson(stack)
  const other = await logIn(stack.client, person)
  const again = (headers: Readonly<Record<string, string>>, password: string) =>
    stack.client.send(
      'mutation ($input: ReauthenticateInput!) { reauthenticate(input: $input) { __typename } }',
      { input: { password } },
      headers,
    )
  const change = (currentPassword: string) =>
    stack.client.send(
      CHANGE,
      { input: { currentPassword, newPassword: NEW_PASSWORD } },
      person.headers,
    )
  for (let index = 0; index < 5; index += 1) {
    expect((await again(person.headers, `wrong ${index}`)).code).toBe('INVALID_CREDENTIALS')
    expect((await change(`wrong ${index}`)).code).toBe('INVALID_CREDENTIALS')
  }
  expect((await change(PASSWORD)).code).toBe('RATE_LIMITED')
  const waiting = await again(person.headers, PASSWORD)
  expect(waiting.errors[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED' })
  expect(waiting.errors[0]?.extensions.retryAfterSeconds).toBeGreaterThan(0)
  expect((await again(other.headers, PASSWORD)).data.reauthenticate.__typename).toBe('SignedIn')
})

test('fifty wrong passwords within a session end it, however long they take', async () => {
  const person = await registerPerson(stack)
  const other = await logIn(stack.client, person)
  const again = (password: string) =>
    stack.client.send(
      'mutation ($input: ReauthenticateInput!) { reauthenticate(input: $input) { __typename } }',
      { input: { password } },
      person.headers,
    )
  for (let index = 0; index < 50; index += 1) {
    expect((await again(`wrong ${index}`)).code).toBe('INVALID_CREDENTIALS')
    await stack.db('throttles').where('key', 'like', '%:password-session:%').delete()
  }
  expect((await again(PASSWORD)).errors[0]?.extensions).toMatchObject({
    code: 'UNAUTHENTICATED',
    reason: 'SESSION_REVOKED',
  })
  expect((await refreshWith(stack.client, person.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN')
  expect((await refreshWith(stack.client, other.refreshToken)).errors).toEqual([])
})

test('anyone who knew the old password cannot use up the codes, nor their mails, that the owner needs after a reset', async () => {
  const { email } = await registerPerson(stack)
  for (let index = 0; index < 10; index += 1) {
    const { data } = await login(email, PASSWORD)
    const verificationId = data.login.verification.id
    for (let tries = 0; tries < 5; tries += 1) {
      await stack.client.send(VERIFY, { input: { verificationId, code: '00000000' } })
    }
    await stack.mailbox.take(email)
  }
  const { token } = await askForReset(email)
  expect((await reset({ token, newPassword: NEW_PASSWORD })).errors).toEqual([])
  const { data } = await login(email, NEW_PASSWORD)
  const verificationId = data.login.verification.id
  const code = await stack.mailbox.takeCode(email)
  const entered = await stack.client.send(VERIFY, { input: { verificationId, code } })
  expect(entered.errors).toEqual([])
})

test('the link sets a new password once, ends every session, and signs nobody in', async () => {
  const person = await registerPerson(stack)
  const { token } = await askForReset(person.email)
  const weak = await reset({ token, newPassword: `${person.email.split('@')[0]}1` })
  expect(weak.code).toBe('WEAK_PASSWORD')
  const done = await reset({ token, newPassword: NEW_PASSWORD })
  expect(done.data.resetPassword).toEqual({ email: person.email })
  expect(done.cookies).toEqual([])
  expect((await reset({ token, newPassword: PASSWORD })).code).toBe('VERIFICATION_FAILED')

  expect((await refreshWith(stack.client, person.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN')
  await expect
    .poll(
      async () => (await viewerOf(stack.client, person.accessToken)).errors[0]?.extensions.reason,
    )
    .toBe('SESSION_REVOKED')
  // The device is asked for a code again, though it was known.
  const { deviceToken, email } = person
  const entered = await stack.client.send(LOGIN, {
    input: { email, password: NEW_PASSWORD, deviceToken },
  })
  expect(entered.data.login.__typename).toBe('VerificationRequired')
})

test('the mail goes to the address as it is stored, however it was typed', async () => {
  const stored = `Ada.${newEmail()}`
  const person = await registerPerson(stack, { email: stored })
  await stack.client.send(REQUEST, { input: { email: stored.toUpperCase() } })
  const mail = await stack.mailbox.take(stored)
  expect(mail.text).toContain('/reset-password#')
  const others = stack.mailbox.messages.filter(
    ({ to }) => to.toLowerCase() === stored.toLowerCase(),
  )
  expect(new Set(others.map(({ to }) => to))).toEqual(new Set([person.email]))
})

test('the code works as well, for five tries, and with the verification it belongs to alone', async () => {
  const person = await registerPerson(stack)
  const other = await registerPerson(stack)
  await stack.db('throttles').delete()
  const mine = await askForReset(person.email)
  const theirs = await askForReset(other.email)
  const newPassword = NEW_PASSWORD
  expect((await reset({ verificationId: theirs.id, code: mine.code, newPassword })).code).toBe(
    'VERIFICATION_FAILED',
  )
  const wrong = mine.code === '11111111' ? '22222222' : '11111111'
  const failed = await reset({ verificationId: mine.id, code: wrong, newPassword })
  expect(failed.errors[0]?.extensions).toMatchObject({ attemptsRemaining: 4 })
  const done = await reset({ verificationId: mine.id, code: mine.code, newPassword })
  expect(done.data.resetPassword.email).toBe(person.email)
})

test('a reset kills the other ones, the codes that are under way, and a pending change of addresses', async () => {
  const person = await registerPerson(stack)
  await stack.db('throttles').delete()
  const first = await askForReset(person.email)
  await stack.db('throttles').delete()
  const second = await askForReset(person.email)
  const newAddress = newEmail()
  const added = await stack.client.send(
    'mutation ($input: AddEmailInput!) { addEmail(input: $input) { id } }',
    { input: { email: newAddress } },
    person.headers,
  )
  const addCode = await stack.mailbox.takeCode(newAddress)
  const begun = await login(person.email, PASSWORD)
  const loginCode = await stack.mailbox.takeCode(person.email)

  await reset({ token: second.token, newPassword: NEW_PASSWORD })
  expect((await reset({ token: first.token, newPassword: PASSWORD })).code).toBe(
    'VERIFICATION_FAILED',
  )
  const verified = await stack.client.send(VERIFY, {
    input: { verificationId: begun.data.login.verification.id, code: loginCode },
  })
  expect(verified.code).toBe('VERIFICATION_FAILED')
  const entered = await login(person.email, NEW_PASSWORD)
  const { data } = await stack.client.send(VERIFY, {
    input: {
      verificationId: entered.data.login.verification.id,
      code: await stack.mailbox.takeCode(person.email),
    },
  })
  const late = await stack.client.send(
    'mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { id } }',
    { input: { verificationId: added.data.addEmail.id, code: addCode } },
    bearer(data.verifySession.tokens.accessToken),
  )
  expect(late.code).toBe('VERIFICATION_FAILED')
})

test('an unknown address gets the same answer, and its mail says that there is no account', async () => {
  const person = await registerPerson(stack)
  await stack.db('throttles').delete()
  const unknown = newEmail()
  const known = await stack.client.send(REQUEST, { input: { email: person.email } })
  const none = await stack.client.send(REQUEST, { input: { email: unknown } })
  const shape = (answer: GraphqlAnswer) => {
    const {
      id: _,
      expiresAt: __,
      resendAvailableAt: ___,
      ...rest
    } = answer.data.requestPasswordReset
    return { ...rest, status: answer.status, headers: [...answer.headers.keys()] }
  }
  expect(shape(known)).toEqual(shape(none))
  await stack.mailbox.takeAbout(unknown, 'no account')
  const guess = await reset({
    verificationId: none.data.requestPasswordReset.id,
    code: '00000000',
    newPassword: NEW_PASSWORD,
  })
  expect(guess.errors[0]?.extensions).toMatchObject({
    code: 'VERIFICATION_FAILED',
    attemptsRemaining: 4,
  })
})

test('links are built from PUBLIC_URL, whatever a request says of its host', async () => {
  const person = await registerPerson(stack)
  await stack.client.send(
    REQUEST,
    { input: { email: person.email } },
    {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      forwarded: 'host=evil.example',
    },
  )
  const mail = await stack.mailbox.take(person.email)
  expect(mail.text).toContain(`${stack.env.PUBLIC_URL}/account/reset-password#`)
  expect(mail.text).not.toContain('evil.example')
})

test('looking at the page of a link uses nothing up, and no secret reaches the server by it', async () => {
  const person = await registerPerson(stack)
  const { token } = await askForReset(person.email)
  const page = `${stack.client.url.replace('/graphql', '')}/account/reset-password`
  for (const method of ['GET', 'HEAD', 'GET']) {
    const answer = await fetch(`${page}#${token}`, { method })
    expect([200, 405]).toContain(answer.status)
    if (method === 'HEAD') continue
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('referrer-policy')).toBe('same-origin')
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(await answer.text()).toContain('Choose a new password')
  }
  expect((await reset({ token, newPassword: NEW_PASSWORD })).errors).toEqual([])
})

test('a reset is not asked for more than twenty times an hour by one network', async () => {
  const headers = { 'x-forwarded-for': '198.51.100.7' }
  await using behindProxy = {
    stack: await startStack({ env: { TRUSTED_PROXIES: '127.0.0.1' } }),
    async [Symbol.asyncDispose]() {
      await this.stack.stop()
    },
  }
  const { client } = behindProxy.stack
  for (let index = 0; index < 20; index += 1) {
    expect((await client.send(REQUEST, { input: { email: newEmail() } }, headers)).errors).toEqual(
      [],
    )
  }
  const refused = await client.send(REQUEST, { input: { email: newEmail() } }, headers)
  expect(refused.code).toBe('RATE_LIMITED')
  const elsewhere = { 'x-forwarded-for': '198.51.100.8' }
  expect((await client.send(REQUEST, { input: { email: newEmail() } }, elsewhere)).errors).toEqual(
    [],
  )
})

// New devices: told by mail, and taken back with one click.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearer } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import { linkToken, nothingLeftToMail } from '../mailbox.ts'
import {
  LOGIN,
  logIn,
  newEmail,
  PASSWORD,
  type Person,
  refreshWith,
  registerPerson,
  VERIFY,
} from '../people.ts'

const DENY =
  'mutation Deny($input: DenySessionInput!) { denySession(input: $input) { resetToken } }'
const RESET =
  'mutation Reset($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }'

let stack: Stack

beforeAll(async () => {
  stack = await startStack({ env: { TRUSTED_PROXIES: '127.0.0.1' } })
})
afterAll(async () => {
  await stack?.stop()
})

/** Signs in from a device that was not seen before. @returns the mail about it and the new session's tokens */
async function enterFromNewDevice(person: Person, deviceName = 'Chess club laptop') {
  const headers = { 'x-forwarded-for': '192.0.2.44' }
  const begun = await stack.client.send(
    LOGIN,
    { input: { email: person.email, password: PASSWORD, deviceName } },
    headers,
  )
  const code = await stack.mailbox.takeCode(person.email)
  const verificationId = begun.data.login.verification.id
  const { data } = await stack.client.send(VERIFY, { input: { verificationId, code } }, headers)
  const mail = await stack.mailbox.takeAbout(person.email, 'new device')
  return { mail, signedIn: data.verifySession }
}

test('a sign-in from a new device mails time, device and network; a known device mails nothing', async () => {
  const person = await registerPerson(stack)
  const { mail, signedIn } = await enterFromNewDevice(person)
  expect(mail.subject).toContain('new device')
  expect(mail.text).toContain('Device: Chess club laptop')
  expect(mail.text).toContain('Network address: 192.0.2.44')
  expect(mail.text).toMatch(/Time: 20\d\d-\d\d-\d\d \d\d:\d\d UTC/)

  const mails = () => stack.mailbox.messages.filter(({ to }) => to === person.email)
  const before = mails().length
  const again = await logIn(stack.client, { ...person, deviceToken: signedIn.deviceToken })
  expect(again.id).toBe(person.id)
  await nothingLeftToMail(stack.db)
  expect(mails()).toHaveLength(before)
})

test('the name of a device cannot put a link or a line into the mail', async () => {
  const person = await registerPerson(stack)
  const { mail } = await enterFromNewDevice(
    person,
    'x\r\n\r\nThis was me: https://evil.example/login',
  )
  expect(mail.text).not.toContain('https://evil')
  expect(mail.text).not.toContain('evil.example')
  expect(mail.text).toMatch(/^Device: x This was me/m)
})

test('nor can it when the session is ended for a copied token, nor can the name of an API key', async () => {
  const person = await registerPerson(stack)
  const text = 'x\r\n\r\nConfirm here: https://evil.example/login'
  const { signedIn } = await enterFromNewDevice(person, text)
  const made = await stack.client.send(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key } }',
    { input: { name: text } },
    bearer(signedIn.tokens.accessToken),
  )
  expect(made.errors).toEqual([])
  const mails = [await stack.mailbox.take(person.email)]
  const rotated = await refreshWith(stack.client, signedIn.tokens.refreshToken)
  await refreshWith(stack.client, rotated.data.refresh.tokens.refreshToken)
  await stack
    .db('sessions')
    .where('id', signedIn.session.id)
    .update({ rotated_at: new Date(0) })
  await refreshWith(stack.client, signedIn.tokens.refreshToken)
  mails.push(await stack.mailbox.take(person.email))
  expect(mails.map(({ subject }) => subject)).toEqual([
    expect.stringContaining('confirms an API key'),
    expect.stringContaining('ended for your safety'),
  ])
  for (const mail of mails)
    expect(mail.text).not.toMatch(/evil\.example|https:\/\/evil|\n.*Confirm here: /)
})

test('"this was not me" ends every session, voids the password and asks for a new one, once', async () => {
  const person = await registerPerson(stack)
  const { mail, signedIn } = await enterFromNewDevice(person)
  const token = linkToken(mail.text, 'not-me')
  const denied = await stack.client.send(DENY, { input: { token } })
  const { resetToken } = denied.data.denySession

  for (const refreshToken of [person.refreshToken, signedIn.tokens.refreshToken]) {
    expect((await refreshWith(stack.client, refreshToken)).code).toBe('INVALID_REFRESH_TOKEN')
  }
  const { email, deviceToken } = person
  const login = (password: string) =>
    stack.client.send(LOGIN, { input: { email, password, deviceToken } })
  expect((await login(PASSWORD)).code).toBe('INVALID_CREDENTIALS')
  expect((await stack.client.send(DENY, { input: { token } })).code).toBe('VERIFICATION_FAILED')

  const newPassword = 'mine alone once again'
  const reset = await stack.client.send(RESET, { input: { token: resetToken, newPassword } })
  expect(reset.data.resetPassword.email).toBe(email)
  expect((await login(newPassword)).data.login.__typename).toBe('VerificationRequired')
})

test('an API key that was made since then is revoked; an older one works on', async () => {
  const person = await registerPerson(stack)
  const template = {
    user_id: person.id,
    name: 'k',
    status: 'ACTIVE',
    secret_hash: 'x',
    secret_pepper_version: 1,
  }
  await stack.db('api_keys').insert({
    ...template,
    id: `key_old_${person.id}`,
    key: `old_${person.id}`,
    created_at: new Date(Date.now() - 3_600_000),
  })
  const { mail } = await enterFromNewDevice(person)
  await stack.db('api_keys').insert({
    ...template,
    id: `key_new_${person.id}`,
    key: `new_${person.id}`,
  })
  await stack.client.send(DENY, { input: { token: linkToken(mail.text, 'not-me') } })
  const keys = await stack.db('api_keys').where('user_id', person.id).orderBy('created_at')
  expect(keys.map((key: { status: string }) => key.status)).toEqual(['ACTIVE', 'REVOKED'])
})

const ADD = 'mutation ($input: AddEmailInput!) { addEmail(input: $input) { id } }'
const VERIFY_EMAIL = 'mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { id } }'
const PRIMARY = 'mutation ($input: SetPrimaryEmailInput!) { setPrimaryEmail(input: $input) { id } }'

/** Adds an address in this session and proves it. @returns its id */
async function addAddress(accessToken: string, email: string): Promise<string> {
  const headers = bearer(accessToken)
  const begun = await stack.client.send(ADD, { input: { email } }, headers)
  const code = await stack.mailbox.takeCode(email)
  const input = { verificationId: begun.data.addEmail.id, code }
  return (await stack.client.send(VERIFY_EMAIL, { input }, headers)).data.verifyEmail.id
}

test('an address that the intruder added is gone, and what was mailed to it opens nothing', async () => {
  const person = await registerPerson(stack)
  const own = newEmail()
  await addAddress(person.accessToken, own)
  await stack.mailbox.take(person.email)
  const { mail, signedIn } = await enterFromNewDevice(person)
  const { accessToken } = signedIn.tokens
  const [first, second] = [newEmail(), newEmail()]
  const id = await addAddress(accessToken, first)
  await stack.client.send(PRIMARY, { input: { id } }, bearer(accessToken))
  // The intruder's address is the primary one now: it is told of this, with a link.
  await addAddress(accessToken, second)
  const undo = await stack.mailbox.takeLink(first, 'undo-email-change')

  const token = linkToken(mail.text, 'not-me')
  const denied = await stack.client.send(DENY, { input: { token } })
  expect(denied.errors).toEqual([])
  const addresses = await stack.db('user_emails').where('user_id', person.id).pluck('email')
  expect(addresses.toSorted()).toEqual([person.email, own].toSorted())
  // The intruder's as well: of two who hold a link, either is told what the other did.
  for (const to of [person.email, own, first, second]) {
    const told = () =>
      stack.mailbox.messages.filter((sent) => sent.to === to && /taken back/.test(sent.subject))
    await expect.poll(() => told().length, { timeout: 30_000 }).toBe(1)
  }
  expect(await stack.db('users').where('id', person.id).first('email', 'email_verified')).toEqual({
    email: person.email,
    email_verified: true,
  })
  const undone = await stack.client.send(
    'mutation ($input: UndoEmailChangeInput!) { undoEmailChange(input: $input) { resetToken } }',
    { input: { token: undo } },
  )
  expect(undone.code).toBe('VERIFICATION_FAILED')
  const { resetToken } = denied.data.denySession
  const reset = await stack.client.send(RESET, {
    input: { token: resetToken, newPassword: 'mine alone once again' },
  })
  expect(reset.data.resetPassword.email).toBe(person.email)
})

test('a key whose secret was changed since then is revoked, however old the key is', async () => {
  const open = await startStack({ env: { API_KEY_VERIFICATION: 'off' } })
  try {
    const person = await registerPerson(open)
    const made = await open.client.send(
      'mutation { createApiKey(input: { name: "mine" }) { apiKey { id } } }',
      {},
      person.headers,
    )
    const { id } = made.data.createApiKey.apiKey
    const input = { email: person.email, password: PASSWORD }
    const begun = await open.client.send(LOGIN, { input })
    const proof = {
      verificationId: begun.data.login.verification.id,
      code: await open.mailbox.takeCode(person.email),
    }
    const intruder = (await open.client.send(VERIFY, { input: proof })).data.verifySession
    const rotated = await open.client.send(
      'mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { key secret } }',
      { input: { id } },
      bearer(intruder.tokens.accessToken),
    )
    expect(rotated.errors).toEqual([])
    const token = await open.mailbox.takeLink(person.email, 'not-me')
    expect((await open.client.send(DENY, { input: { token } })).errors).toEqual([])
    expect(await open.db('api_keys').where('id', id).pluck('status')).toEqual(['REVOKED'])
  } finally {
    await open.stop()
  }
})

test('a link that was altered opens nothing', async () => {
  const person = await registerPerson(stack)
  const { mail } = await enterFromNewDevice(person)
  const token = linkToken(mail.text, 'not-me')
  const [id = '', mac = ''] = token.split('.')
  for (const forged of [`${id}.${'A'.repeat(mac.length)}`, id, `${token}x`, '.', 'x'.repeat(256)]) {
    expect((await stack.client.send(DENY, { input: { token: forged } })).code).toBe(
      'VERIFICATION_FAILED',
    )
  }
  expect((await refreshWith(stack.client, person.refreshToken)).errors).toEqual([])
})

describe('with SESSION_VERIFICATION=always', () => {
  test('a known device needs a code as well, and no mail tells of it as new', async () => {
    const strict = await startStack({ env: { SESSION_VERIFICATION: 'always' } })
    try {
      const { email, deviceToken } = await registerPerson(strict)
      const begun = await strict.client.send(LOGIN, {
        input: { email, password: PASSWORD, deviceToken },
      })
      expect(begun.data.login.__typename).toBe('VerificationRequired')
      const verificationId = begun.data.login.verification.id
      const code = await strict.mailbox.takeCode(email)
      const done = await strict.client.send(VERIFY, { input: { verificationId, code } })
      expect(done.data.verifySession.__typename).toBe('SignedIn')
      await nothingLeftToMail(strict.db)
      expect(strict.mailbox.messages.filter(({ subject }) => /new device/.test(subject))).toEqual(
        [],
      )
    } finally {
      await strict.stop()
    }
  })
})

describe('with SESSION_VERIFICATION=off', () => {
  test('a new device signs in at once, is told and remembered; it proves nothing to new-device', async () => {
    const open = await startStack({ env: { SESSION_VERIFICATION: 'off' } })
    try {
      const person = await registerPerson(open)
      const login = (deviceToken?: string) =>
        open.client.send(LOGIN, { input: { email: person.email, password: PASSWORD, deviceToken } })
      const first = await login()
      const { deviceToken } = first.data.login
      expect(deviceToken).toMatch(/^dvt_/)
      await open.mailbox.takeAbout(person.email, 'new device')
      expect((await login(deviceToken)).data.login.deviceToken).toBeNull()
      const rows = await open
        .db('known_devices')
        .where('user_id', person.id)
        .orderBy('created_at')
        .select('proven')
      expect(rows).toEqual([{ proven: true }, { proven: false }])
    } finally {
      await open.stop()
    }
  })
})

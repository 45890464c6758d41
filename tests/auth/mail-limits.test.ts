// Only what is mailed counts, and strangers count apart: nobody uses up the codes that an owner needs.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { sha256 } from '../../subgraphs/auth/core/identifiers.ts'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { codeFor, Verification } from '../../subgraphs/auth/verifications/verification.ts'
import type { GraphqlAnswer } from '../client.ts'
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

beforeAll(async () => {
  stack = await startStack({ env: { TRUSTED_PROXIES: '127.0.0.1' } })
})
afterEach(async () => {
  await stack.db('throttles').delete()
})
afterAll(async () => {
  await stack?.stop()
})

const RESEND = `mutation ($input: ResendVerificationInput!) {
  resendVerification(input: $input) { purpose methods sentTo resendAvailableAt }
}`
const REQUEST = `mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { id } }`
const RESET = `mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }`
const CREATE_KEY = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } verification { id } } }`
const ROTATE_KEY = `mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { key } }`
const DELETE = 'mutation { deleteAccount { verification { id } } }'
const INVITE = `mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }`
const INVITE_AGAIN = `mutation ($input: ResendInvitationInput!) { resendInvitation(input: $input) { id } }`
const SET_PRIMARY = `mutation ($input: SetPrimaryEmailInput!) { setPrimaryEmail(input: $input) { email } }`

let hosts = 0
const from = (host: number) => ({ 'x-forwarded-for': `198.18.${host >> 8}.${host & 255}` })
/** Another network each time. */
const anywhere = () => from(++hosts)

const mailsTo = (email: string) => stack.mailbox.messages.filter(({ to }) => to === email).length
async function expectMails(email: string, count: number): Promise<void> {
  await expect.poll(() => mailsTo(email), { timeout: 30_000 }).toBe(count)
}
/** Whatever was going to be mailed has been. */
async function settled(): Promise<void> {
  await expect
    .poll(async () => (await stack.db('mail_outbox').count('* as n'))[0]?.n, { timeout: 30_000 })
    .toEqual(expect.toSatisfy((n) => Number(n) === 0))
}

const login = (email: string, password: string) =>
  stack.client.send(LOGIN, { input: { email, password } }, anywhere())

async function resend(verificationId: string, headers = anywhere()): Promise<GraphqlAnswer> {
  // As if a minute had passed.
  await stack
    .db('verifications')
    .where('id_hash', sha256(verificationId))
    .update({ last_sent_at: stack.db.raw("now() - interval '61 seconds'") })
  return await stack.client.send(RESEND, { input: { verificationId } }, headers)
}

/** From now on a login of this person needs the mailbox, right or wrong. */
async function guessUntilMailbox(email: string): Promise<void> {
  for (let index = 0; index < 10; index += 1) await login(email, 'wrong')
}

async function beginLogin(email: string, password: string): Promise<string> {
  const answer = await login(email, password)
  return answer.data.login.verification.id
}

test('keys that are refused use up no codes', async () => {
  const person = await registerPerson(stack)
  const { email, headers } = person
  const before = mailsTo(email)
  for (let index = 0; index < 12; index += 1) {
    const input = { name: 'key', roles: ['admin'] }
    expect((await stack.client.send(CREATE_KEY, { input }, headers)).code).toBe('BAD_USER_INPUT')
    const unknown = { input: { id: 'key_none' } }
    expect((await stack.client.send(ROTATE_KEY, unknown, headers)).code).toBe('NOT_FOUND')
  }
  for (let index = 1; index <= 10; index += 1) {
    const answer = await stack.client.send(CREATE_KEY, { input: { name: 'key' } }, headers)
    expect(answer.errors).toEqual([])
  }
  // The eleventh that waits is refused, and costs nothing either.
  const over = await stack.client.send(CREATE_KEY, { input: { name: 'key' } }, headers)
  expect(over.code).toBe('CONFLICT')
  await expectMails(email, before + 10)
})

test('nor does an account that cannot be deleted', async () => {
  // An admin of a try that failed would be another one.
  await stack.db('user_roles').where('role_name', 'admin').delete()
  const person = await registerPerson(stack)
  await stack.db('user_roles').insert({ user_id: person.id, role_name: 'admin' })
  const { headers } = await logIn(stack.client, person)
  for (let index = 0; index < 12; index += 1)
    expect((await stack.client.send(DELETE, {}, headers)).code).toBe('LAST_ADMIN')
  await settled()
  const before = mailsTo(person.email)
  const other = await registerPerson(stack)
  await stack.db('user_roles').insert({ user_id: other.id, role_name: 'admin' })
  expect((await stack.client.send(DELETE, {}, headers)).errors).toEqual([])
  await expectMails(person.email, before + 1)
})

test('nor does a change of addresses that changes nothing', async () => {
  const { email, headers } = await registerPerson(stack)
  const { data } = await stack.client.send('{ viewer { user { emails { id } } } }', {}, headers)
  const { id } = data.viewer.user.emails[0]
  for (let index = 0; index < 12; index += 1) {
    const unknown = await stack.client.send(SET_PRIMARY, { input: { id: 'eml_none' } }, headers)
    expect(unknown.code).toBe('NOT_FOUND')
    const same = await stack.client.send(SET_PRIMARY, { input: { id } }, headers)
    expect(same.data.setPrimaryEmail).toEqual({ email })
  }
})

test('wrong passwords leave the owner their codes: what mails nothing counts nothing', async () => {
  const { email } = await registerPerson(stack)
  await guessUntilMailbox(email)
  for (let index = 0; index < 4; index += 1) {
    const decoy = await beginLogin(email, 'wrong')
    for (let sends = 0; sends < 4; sends += 1) expect((await resend(decoy)).errors).toEqual([])
  }
  await settled()
  const before = mailsTo(email)
  const real = await beginLogin(email, PASSWORD)
  expect((await resend(real)).errors).toEqual([])
  // The mail of the first code is void by now, or has left before.
  await settled()
  expect(mailsTo(email)).toBeGreaterThan(before)
  const row = await Verification.query(stack.db).findById(sha256(real)).throwIfNotFound()
  const proved = await stack.client.send(
    VERIFY,
    { input: { verificationId: real, code: codeOf(row) } },
    anywhere(),
  )
  expect(proved.data.verifySession.user.email).toBe(email)
})

test('no number of resends tells which password was right', async () => {
  const { email } = await registerPerson(stack)
  await guessUntilMailbox(email)
  const answers: string[][] = []
  for (const password of ['wrong', PASSWORD]) {
    const told: string[] = []
    for (let flow = 0; flow < 4; flow += 1) {
      const id = await beginLogin(email, password)
      for (let sends = 0; sends < 5; sends += 1) {
        const { code, data } = await resend(id)
        const { resendAvailableAt, ...rest } = data?.resendVerification ?? {}
        told.push(JSON.stringify([code, rest, resendAvailableAt === null]))
      }
    }
    answers.push(told)
  }
  expect(answers[0]).toEqual(answers[1])
})

test('a resend that mails nothing makes no code right', async () => {
  const email = newEmail()
  const first = await beginRegistration(email)
  const second = await beginRegistration(email)
  // Past what strangers may have sent again to one address in an hour.
  for (let sends = 0; sends < 4; sends += 1) await resend(first)
  for (let sends = 0; sends < 3; sends += 1) expect((await resend(second)).errors).toEqual([])
  await settled()
  const row = await Verification.query(stack.db).findById(sha256(second)).throwIfNotFound()
  expect(row.is_mailed).toBe(false)
  const input = { verificationId: second, code: codeOf(row) }
  const guessed = await stack.client.send(VERIFY, { input }, anywhere())
  expect(guessed.code).toBe('VERIFICATION_FAILED')
  expect(mailsTo(email)).toBeLessThanOrEqual(6)
})

test('resends that strangers ask for leave the owner theirs', async () => {
  const { email } = await registerPerson(stack)
  for (let flow = 0; flow < 3; flow += 1) {
    const id = await requestReset(email)
    for (let sends = 0; sends < 4; sends += 1) await resend(id)
  }
  await settled()
  const before = mailsTo(email)
  const id = await beginLogin(email, PASSWORD)
  await settled()
  await resend(id)
  await expectMails(email, before + 2)
})

test('one network cannot use up the mail of an address that is not its own', async () => {
  const email = newEmail()
  const stranger = anywhere()
  for (let index = 0; index < 8; index += 1) {
    await stack.db('throttles').where('key', 'like', '%mail-address-minute%').delete()
    await beginRegistration(email, stranger)
  }
  await expectMails(email, 3)
  await stack.db('throttles').where('key', 'like', '%mail-address-minute%').delete()
  await beginRegistration(email)
  await expectMails(email, 4)
})

test('nor does one whose own share is used up', async () => {
  const [email, stranger] = [newEmail(), anywhere()]
  for (let index = 0; index < 20; index += 1) await requestReset(newEmail(), stranger)
  await stack.db('throttles').where('key', 'like', '%reset-network%').delete()
  for (let index = 0; index < 8; index += 1) {
    await stack.db('throttles').where('key', 'like', '%mail-address-minute%').delete()
    await requestReset(email, stranger)
  }
  await settled()
  expect(mailsTo(email)).toBe(0)
  await requestReset(email)
  await expectMails(email, 1)
})

test('wrong codes at what was never mailed use up nobody’s', async () => {
  const { email } = await registerPerson(stack)
  const first = await requestReset(email)
  const { text } = await takeReset(email)
  for (let index = 0; index < 11; index += 1) {
    // Within the minute: nothing is mailed.
    const verificationId = await requestReset(email)
    for (let tries = 0; tries < 5; tries += 1) {
      const input = { verificationId, code: '12345678', newPassword: PASSWORD }
      await stack.client.send(RESET, { input }, anywhere())
    }
  }
  const code = /\b\d{8}\b/.exec(text)?.[0] ?? ''
  const input = { verificationId: first, code, newPassword: 'a new long pass phrase' }
  expect((await stack.client.send(RESET, { input }, anywhere())).errors).toEqual([])
})

test('somebody’s id, typed as an address, is nobody’s account', async () => {
  const person: Person = await registerPerson(stack)
  for (let index = 0; index < 82; index += 1) {
    await stack.db('throttles').where('key', 'like', '%:login-account:%').delete()
    await login(person.id, 'wrong')
  }
  await stack.db('throttles').where('key', 'like', '%:login-account:%').delete()
  expect((await login(person.email, 'wrong')).code).toBe('INVALID_CREDENTIALS')
})

test('invitations: five an hour to an address, and what fails does not count', async () => {
  const admin = await makeAdmin()
  const email = newEmail()
  const invite = (to: string, as = admin) =>
    stack.client.send(INVITE, { input: { email: to } }, as.headers)
  const invited = await invite(email)
  const input = { id: invited.data.createUser.id }
  const again = (as = admin) => stack.client.send(INVITE_AGAIN, { input }, as.headers)
  const stranger = await registerPerson(stack)
  for (let trial = 0; trial < 8; trial += 1) {
    expect((await invite(email)).code).toBe('CONFLICT')
    expect((await invite(newEmail(), stranger)).code).toBe('FORBIDDEN')
    expect((await again(stranger)).code).toBe('FORBIDDEN')
  }
  for (let trial = 0; trial < 4; trial += 1) expect((await again()).errors).toEqual([])
  const refused = await again()
  expect(refused.code).toBe('RATE_LIMITED')
  expect(refused.errors[0]?.extensions.retryAfterSeconds).toBeGreaterThan(0)
  await settled()
  // One that is superseded before it leaves is not sent.
  const before = mailsTo(email)
  expect(before).toBeGreaterThan(0)
  expect(before).toBeLessThanOrEqual(5)
  expect((await invite(newEmail())).errors).toEqual([])
  expect(mailsTo(email)).toBe(before)
})

test('invitations: an admin sends two hundred an hour, and keeps no other admin from theirs', async () => {
  const [one, other] = [await makeAdmin(), await makeAdmin()]
  const invite = (as: Person) =>
    stack.client.send(INVITE, { input: { email: newEmail() } }, as.headers)
  expect((await invite(one)).errors).toEqual([])
  const ofAdmins = stack.db('throttles').where('key', 'like', '%:invitation-mail-hour:%')
  expect(await ofAdmins.clone().update({ points: 199 })).toBe(1)
  expect((await invite(one)).errors).toEqual([])
  expect((await invite(one)).code).toBe('RATE_LIMITED')
  expect((await invite(other)).errors).toEqual([])
})

async function makeAdmin(): Promise<Person> {
  const person = await registerPerson(stack)
  const auth = stack.auths[0] ?? expect.fail('no auth instance')
  await commands['grant-role'](auth.deps, { email: person.email, role: 'admin' })
  return await logIn(stack.client, person)
}

function codeOf(row: Verification): string {
  const codeKey = stack.auths[0]?.deps.config.secrets.codeKey
  if (codeKey === undefined) throw new Error('no auth instance')
  return codeFor(row, codeKey)
}

async function beginRegistration(email: string, headers = anywhere()): Promise<string> {
  const begun = await stack.client.send(REGISTER, { input: { email, password: PASSWORD } }, headers)
  return begun.data.register.verification.id
}

async function requestReset(email: string, headers = anywhere()): Promise<string> {
  return (await stack.client.send(REQUEST, { input: { email } }, headers)).data.requestPasswordReset
    .id
}

async function takeReset(email: string) {
  for (;;) {
    const mail = await stack.mailbox.take(email)
    if (mail.text.includes('reset-password')) return mail
  }
}

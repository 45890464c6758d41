// Guessing gets slow, then useless, and none of it keeps anybody out of their own account.

import { networkOf } from '@sallyport/claims/networks'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { sha256 } from '../../subgraphs/auth/core/identifiers.ts'
import { codeFor, Verification } from '../../subgraphs/auth/verifications/verification.ts'
import type { GraphqlAnswer } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import { nothingLeftToMail } from '../mailbox.ts'
import { LOGIN, newEmail, PASSWORD, REGISTER, registerPerson, VERIFY } from '../people.ts'

let stack: Stack

beforeAll(async () => {
  // The tests speak for many networks: the harness is their proxy.
  stack = await startStack({ env: { TRUSTED_PROXIES: '127.0.0.1' } })
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(async () => {
  await stack.db('throttles').delete()
})

const from = (address: string) => ({ 'x-forwarded-for': address })
let hosts = 0
/** Another network each time. */
const anywhere = () => from(`203.0.${Math.floor(++hosts / 250)}.${hosts % 250}`)

function login(
  input: { email: string; password: string; deviceToken?: string },
  headers: Record<string, string>,
): Promise<GraphqlAnswer> {
  return stack.client.send(LOGIN, { input }, headers)
}

/** However slow this machine is, what has to wait now has not waited enough. */
const stretchWaits = () =>
  stack
    .db('throttles')
    .where('key', 'like', '%:login-pair-wait:%')
    .update({ expire: Date.now() + 60_000 })

test('after five wrong passwords from one network the next try waits, longer each time', async () => {
  const person = await registerPerson(stack)
  const headers = anywhere()
  const guess = (password = 'wrong') => login({ email: person.email, password }, headers)
  const turn = () => stack.db('throttles').where('key', 'like', '%:login-pair-wait:%')
  for (let index = 0; index < 5; index += 1)
    expect((await guess()).code).toBe('INVALID_CREDENTIALS')
  for (const seconds of [2, 4, 8, 16]) {
    const before = Date.now()
    expect((await guess()).code).toBe('INVALID_CREDENTIALS')
    const endsAt = Number((await turn().first('expire')).expire)
    expect(endsAt).toBeGreaterThanOrEqual(before + seconds * 1000)
    expect(endsAt).toBeLessThanOrEqual(Date.now() + seconds * 1000)
    // However slow this machine is, the turn is not over; knocking does not make it longer, and the right password waits like any other.
    await stretchWaits()
    const stretched = await turn().first('expire')
    for (const waiting of [await guess(), await guess(PASSWORD)]) {
      expect(waiting.code).toBe('RATE_LIMITED')
      expect(waiting.errors[0]?.extensions.retryAfterSeconds).toBeLessThanOrEqual(60)
    }
    expect(await turn().first('expire')).toEqual(stretched)
    // As if it had been waited for.
    await turn().delete()
  }
  expect((await guess(PASSWORD)).data.login.__typename).toBe('VerificationRequired')
})

test('an address without an account is throttled in the same way', async () => {
  const headers = anywhere()
  const email = newEmail()
  const codes: (string | undefined)[] = []
  for (let index = 0; index < 7; index += 1) {
    if (index === 6) await stretchWaits()
    codes.push((await login({ email, password: 'wrong' }, headers)).code)
  }
  expect(codes).toEqual([...Array(6).fill('INVALID_CREDENTIALS'), 'RATE_LIMITED'])
})

test('fifty guesses sent at once are a handful of tries', async () => {
  const person = await registerPerson(stack)
  const headers = anywhere()
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => login({ email: person.email, password: 'wrong' }, headers)),
  )
  // Six at once, and one more after each wait that ends while a slow machine still works on the others.
  expect(answers.filter(({ code }) => code === 'INVALID_CREDENTIALS').length).toBeLessThanOrEqual(9)
  const refused = answers.filter(({ code }) => code !== 'INVALID_CREDENTIALS')
  // One that finds no turn at the database is not tried either.
  for (const { code } of refused) expect(code).toMatch(/^(RATE_LIMITED|SERVICE_UNAVAILABLE)$/)
  expect(refused.map(({ code }) => code)).toContain('RATE_LIMITED')
})

test('many networks at one account: guesses stop telling anything, and its owner gets in with the mailed code', async () => {
  const person = await registerPerson(stack)
  const guess = (password: string) => login({ email: person.email, password }, anywhere())
  for (let index = 0; index < 10; index += 1) {
    expect((await guess(`wrong ${index}`)).code).toBe('INVALID_CREDENTIALS')
  }
  const wrong = await guess('wrong again')
  const right = await guess(PASSWORD)
  const shape = ({ data, status, headers }: GraphqlAnswer) => ({
    type: data.login.__typename,
    purpose: data.login.verification.purpose,
    status,
    headers: [...headers.keys()],
  })
  expect(shape(wrong)).toEqual(shape(right))
  expect(shape(right).type).toBe('VerificationRequired')

  const prove = (answer: GraphqlAnswer, code: string) =>
    stack.client.send(
      VERIFY,
      { input: { verificationId: answer.data.login.verification.id, code } },
      anywhere(),
    )
  const code = await stack.mailbox.takeCode(person.email)
  expect((await prove(wrong, code)).code).toBe('VERIFICATION_FAILED')
  expect((await prove(right, code)).data.verifySession.user.id).toBe(person.id)
  // The owner was in: guesses are counted anew.
  expect((await guess('wrong once more')).code).toBe('INVALID_CREDENTIALS')
})

test('a wrong password in that state mails nothing', async () => {
  const person = await registerPerson(stack)
  for (let index = 0; index < 10; index += 1) {
    await login({ email: person.email, password: 'wrong' }, anywhere())
  }
  const before = stack.mailbox.messages.filter(({ to }) => to === person.email).length
  for (let index = 0; index < 5; index += 1) {
    const answer = await login({ email: person.email, password: 'wrong' }, anywhere())
    expect(answer.data.login.__typename).toBe('VerificationRequired')
  }
  await nothingLeftToMail(stack.db)
  expect(stack.mailbox.messages.filter(({ to }) => to === person.email)).toHaveLength(before)
})

test('nor does the wait of the next try tell which of the guesses was right', async () => {
  const codes: (string | undefined)[] = []
  for (const last of [PASSWORD, 'wrong']) {
    const { email } = await registerPerson(stack)
    for (let index = 0; index < 10; index += 1)
      await login({ email, password: 'wrong' }, anywhere())
    const headers = anywhere()
    for (let index = 0; index < 5; index += 1) await login({ email, password: 'wrong' }, headers)
    expect((await login({ email, password: last }, headers)).errors).toEqual([])
    await stretchWaits()
    codes.push((await login({ email, password: 'wrong' }, headers)).code)
  }
  expect(codes).toEqual(['RATE_LIMITED', 'RATE_LIMITED'])
})

test('an account with several addresses is guessed at no more often than one with a single one', async () => {
  const person = await registerPerson(stack)
  const others = [newEmail(), newEmail()]
  await stack.db('user_emails').insert(
    others.map((email) => ({
      id: `eml_${email}`,
      user_id: person.id,
      email,
      email_normalized: email,
      verified_at: new Date(),
    })),
  )
  const told: string[] = []
  for (let index = 0; index < 82; index += 1) {
    // What is counted for a quarter of an hour is not what this is about.
    await stack.db('throttles').where('key', 'like', '%:login-account:%').delete()
    const email = others[index % others.length] ?? ''
    const answer = await login({ email, password: 'wrong' }, anywhere())
    told.push(answer.code ?? answer.data.login.__typename)
  }
  expect(told.slice(0, 80)).toEqual(Array(80).fill('INVALID_CREDENTIALS'))
  expect(told.slice(80)).toEqual(['VerificationRequired', 'VerificationRequired'])
})

test('a device that is known is one like any other after twenty wrong passwords, until one is right', async () => {
  const { email, deviceToken } = await registerPerson(stack)
  const guess = (password: string) => login({ email, password, deviceToken }, anywhere())
  for (let index = 0; index < 20; index += 1) {
    expect((await guess('wrong')).code).toBe('INVALID_CREDENTIALS')
    // As if hours went by: what lasts for minutes is over.
    await stack
      .db('throttles')
      .where('expire', '<', Date.now() + 3_600_000)
      .delete()
  }
  for (let index = 0; index < 10; index += 1) await guess('wrong')
  const begun = await guess(PASSWORD)
  expect(begun.data.login.__typename).toBe('VerificationRequired')
  const code = await stack.mailbox.takeCode(email)
  const verificationId = begun.data.login.verification.id
  const input = { verificationId, code }
  expect((await stack.client.send(VERIFY, { input }, anywhere())).errors).toEqual([])
  for (let index = 0; index < 11; index += 1) {
    expect((await guess('wrong')).code).toBe('INVALID_CREDENTIALS')
  }
  expect((await guess(PASSWORD)).data.login.__typename).toBe('SignedIn')
})

test('a known device goes on as if nothing happened', async () => {
  const person = await registerPerson(stack)
  for (let index = 0; index < 30; index += 1) {
    await login({ email: person.email, password: 'wrong' }, anywhere())
  }
  const { email, deviceToken } = person
  const known = await login({ email, password: PASSWORD, deviceToken }, anywhere())
  expect(known.data.login.__typename).toBe('SignedIn')
  const { deviceToken: strangers } = await registerPerson(stack)
  const foreign = await login({ email, password: PASSWORD, deviceToken: strangers }, anywhere())
  expect(foreign.data.login.__typename).toBe('VerificationRequired')
})

test('one network at many accounts is stopped, in every spelling of its address', async () => {
  const spellings = (host: number) => [
    `2001:db8:7:9::${host.toString(16)}`,
    `2001:0DB8:0007:0009:0:0:0:${host.toString(16)}`,
  ]
  const codes: (string | undefined)[] = []
  for (let index = 1; index <= 101; index += 1) {
    const [address = ''] = spellings(index).slice(index % 2)
    codes.push((await login({ email: newEmail(), password: 'wrong' }, from(address))).code)
  }
  expect(codes.slice(0, 100).every((code) => code === 'INVALID_CREDENTIALS')).toBe(true)
  expect(codes[100]).toBe('RATE_LIMITED')
  const neighbour = from('2001:db8:7:a::1')
  expect((await login({ email: newEmail(), password: 'wrong' }, neighbour)).code).toBe(
    'INVALID_CREDENTIALS',
  )
})

test('networks: IPv4 alone, IPv6 by its /64, mapped forms as the IPv4 they are', () => {
  expect(networkOf('192.0.2.1')).toBe('192.0.2.1')
  for (const mapped of ['::ffff:192.0.2.1', '::FFFF:c000:201', '0:0:0:0:0:ffff:192.0.2.1']) {
    expect(networkOf(mapped), mapped).toBe('192.0.2.1')
  }
  for (const six of ['2001:db8::1', '2001:db8:0:0:ffff::9', '2001:DB8::1%eth0']) {
    expect(networkOf(six), six).toBe('2001:db8:0:0::/64')
  }
  expect(networkOf('::1')).toBe('0:0:0:0::/64')
  for (const none of [null, '', 'localhost', '1.2.3', '1.2.3.4.5']) {
    expect(networkOf(none)).toBe('unknown')
  }
})

test('a mailbox is not flooded: once a minute, five times an hour, and the answers stay the same', async () => {
  const email = newEmail()
  const ask = () =>
    stack.client.send(REGISTER, { input: { email, password: PASSWORD } }, anywhere())
  const answers = [await ask(), await ask()]
  expect(answers.map(({ errors }) => errors)).toEqual([[], []])
  for (let index = 0; index < 6; index += 1) {
    await stack.db('throttles').where('key', 'like', '%mail-address-minute%').delete()
    expect((await ask()).errors).toEqual([])
  }
  await expect.poll(() => stack.mailbox.messages.filter(({ to }) => to === email).length).toBe(5)
  await nothingLeftToMail(stack.db)
  expect(stack.mailbox.messages.filter(({ to }) => to === email)).toHaveLength(5)

  // Mail that strangers provoke must not use up what the owner needs.
  await stack.client.send(
    'mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { id } }',
    { input: { email } },
    anywhere(),
  )
  await expect.poll(() => stack.mailbox.messages.filter(({ to }) => to === email).length).toBe(6)
})

test('registrations of one network are bounded', async () => {
  const headers = anywhere()
  const register = () =>
    stack.client.send(REGISTER, { input: { email: newEmail(), password: PASSWORD } }, headers)
  const codes: (string | undefined)[] = []
  for (let index = 0; index < 21; index += 1) codes.push((await register()).code)
  expect(codes.slice(0, 20)).toEqual(Array(20).fill(undefined))
  expect(codes[20]).toBe('RATE_LIMITED')
})

test('fifty wrong codes for one account end the day for codes; the link of a reset still works', async () => {
  const person = await registerPerson(stack)
  const headers = anywhere()
  const REQUEST =
    'mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { id } }'
  const RESET = 'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }'
  const begin = async () =>
    (await stack.client.send(REQUEST, { input: { email: person.email } }, anywhere())).data
      .requestPasswordReset.id
  const first = await begin()
  const mail = await stack.mailbox.take(person.email)
  const code = /\b\d{8}\b/.exec(mail.text)?.[0] ?? ''
  const token = /#(\S+)/.exec(mail.text)?.[1]
  for (let index = 0; index < 10; index += 1) {
    await forgetMail()
    const verificationId = await begin()
    for (let tries = 0; tries < 5; tries += 1) {
      const input = { verificationId, code: '12345678', newPassword: PASSWORD }
      await stack.client.send(RESET, { input }, anywhere())
    }
  }
  const input = { verificationId: first, code, newPassword: 'a new long pass phrase' }
  expect((await stack.client.send(RESET, { input }, headers)).code).toBe('VERIFICATION_FAILED')
  const byLink = { token, newPassword: 'a new long pass phrase' }
  expect((await stack.client.send(RESET, { input: byLink }, headers)).errors).toEqual([])
})

const ADD = 'mutation ($input: AddEmailInput!) { addEmail(input: $input) { id } }'
const VERIFY_EMAIL = 'mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { email } }'
const WRONG = '12345678'

/** Registers the address and guesses, until the day's fifty wrong codes are used up. */
async function useUpCodes(email: string, headers: Record<string, string>): Promise<void> {
  for (let index = 0; index < 10; index += 1) {
    await forgetMail()
    const verificationId = await beginRegistration(email, headers)
    const input = { verificationId, code: WRONG }
    for (let tries = 0; tries < 5; tries += 1) await stack.client.send(VERIFY, { input }, headers)
  }
}

/** Guesses count where a code was mailed: as if hours went by between. */
async function forgetMail(): Promise<void> {
  await stack.db('throttles').where('key', 'like', '%:mail-%').delete()
}

async function beginRegistration(email: string, headers: Record<string, string>): Promise<string> {
  const begun = await stack.client.send(REGISTER, { input: { email, password: PASSWORD } }, headers)
  return begun.data.register.verification.id
}

test('wrong codes of strangers do not keep the owner of an address from registering it', async () => {
  const email = newEmail()
  const [owner, stranger] = [anywhere(), anywhere()]
  const verificationId = await beginRegistration(email, owner)
  const input = { verificationId, code: await stack.mailbox.takeCode(email) }
  await useUpCodes(email, stranger)
  // For the network that guessed the day is over: not even the right code helps it.
  const guessed = await stack.client.send(VERIFY, { input }, stranger)
  expect(guessed.code).toBe('VERIFICATION_FAILED')
  const proved = await stack.client.send(VERIFY, { input }, owner)
  expect(proved.data.verifySession.user.email).toBe(email)
})

test('nor from adding it to an account', async () => {
  const [owner, stranger] = [await registerPerson(stack), await registerPerson(stack)]
  const email = newEmail()
  const begin = async ({ headers }: typeof owner) =>
    (await stack.client.send(ADD, { input: { email } }, headers)).data.addEmail.id
  const verificationId = await begin(owner)
  const code = await stack.mailbox.takeCode(email)
  const from = { ...stranger.headers, ...anywhere() }
  for (let index = 0; index < 10; index += 1) {
    await forgetMail()
    const input = { verificationId: await begin(stranger), code: WRONG }
    for (let tries = 0; tries < 5; tries += 1)
      await stack.client.send(VERIFY_EMAIL, { input }, from)
  }
  const input = { verificationId, code }
  const added = await stack.client.send(VERIFY_EMAIL, { input }, owner.headers)
  expect(added.data.verifyEmail).toEqual({ email })
})

test('a code that nobody was mailed is never right: guesses from any number of networks have a bound', async () => {
  const email = newEmail()
  await beginRegistration(email, anywhere())
  const mailed = await stack.mailbox.takeCode(email)
  // Within the minute: the answer is as always, and no mail leaves.
  const verificationId = await beginRegistration(email, anywhere())
  const codeKey = stack.auths[0]?.deps.config.secrets.codeKey
  if (codeKey === undefined) throw new Error('no auth instance')
  const row = await Verification.query(stack.db).findById(sha256(verificationId)).throwIfNotFound()
  const input = { verificationId, code: codeFor(row, codeKey) }
  expect(input.code).not.toBe(mailed)
  const guessed = await stack.client.send(VERIFY, { input }, anywhere())
  expect(guessed.code).toBe('VERIFICATION_FAILED')

  await stack.db('verifications').update({ last_sent_at: new Date(Date.now() - 61_000) })
  await stack.client.send(
    'mutation ($input: ResendVerificationInput!) { resendVerification(input: $input) { id } }',
    { input: { verificationId } },
    anywhere(),
  )
  const resent = { verificationId, code: await stack.mailbox.takeCode(email) }
  const proved = await stack.client.send(VERIFY, { input: resent }, anywhere())
  expect(proved.data.verifySession.user.email).toBe(email)
})

test('no address of a person is kept with the counters', async () => {
  const person = await registerPerson(stack)
  await login({ email: person.email, password: 'wrong' }, from('192.0.2.99'))
  const rows = JSON.stringify(await stack.db('throttles').select('*'))
  expect(rows).not.toContain(person.email)
  expect(rows).not.toContain('192.0.2.99')
})

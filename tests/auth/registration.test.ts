import { afterAll, beforeAll, expect, test } from 'vitest'
import { rawRequest } from '../gateway/raw-request.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, newEmail, PASSWORD, REGISTER, registerPerson, VERIFY } from '../people.ts'

const RESEND = `mutation Resend($input: ResendVerificationInput!) {
  resendVerification(input: $input) { id expiresAt resendAvailableAt }
}`

let stack: Stack

beforeAll(async () => {
  stack = await startStack()
})
afterAll(async () => {
  await stack?.stop()
})

const register = (input: object) => stack.client.send(REGISTER, { input })
const verify = (verificationId: string, code: string) =>
  stack.client.send(VERIFY, { input: { verificationId, code } })

async function begin(email = newEmail()): Promise<{ email: string; id: string }> {
  const begun = await register({ email, password: PASSWORD })
  return { email, id: begun.data.register.verification.id }
}

/** As if the last mail had left a minute ago. */
async function ageSend(email: string): Promise<void> {
  await stack
    .db('verifications')
    .where('email_normalized', email)
    .update({ last_sent_at: stack.db.raw("now() - interval '61 seconds'") })
}

test('register creates no user: address and hash wait in the verification', async () => {
  const { email } = await begin()
  expect(await stack.db('users').where('email_normalized', email)).toHaveLength(0)
  const login = await stack.client.send(LOGIN, { input: { email, password: PASSWORD } })
  expect(login.code).toBe('INVALID_CREDENTIALS')
})

test('a taken address gets the same answer, its owner a mail that says so, and no code works', async () => {
  const person = await registerPerson(stack)
  await forgetThrottles()
  const taken = await register({ email: person.email.toUpperCase(), password: PASSWORD })
  const free = await register({ email: newEmail(), password: PASSWORD })
  const shape = (answer: typeof taken) => {
    const {
      id: _,
      expiresAt: __,
      resendAvailableAt: ___,
      ...rest
    } = answer.data.register.verification
    return { ...rest, status: answer.status, headers: [...answer.headers.keys()] }
  }
  expect({ ...shape(taken), sentTo: '' }).toEqual({ ...shape(free), sentTo: '' })

  const mail = await stack.mailbox.take(
    person.email.toUpperCase().replace('EXAMPLE.COM', 'example.com'),
  )
  expect(mail.subject).toContain('already have an account')
  expect(mail.text).not.toMatch(/\d{8}/)
  const answer = await verify(taken.data.register.verification.id, '00000000')
  expect(answer.errors[0]?.extensions).toMatchObject({
    code: 'VERIFICATION_FAILED',
    attemptsRemaining: 4,
  })
})

test('nobody learns from a pending registration that its address has got an account', async () => {
  const email = newEmail()
  const spy = await begin(email)
  await stack.mailbox.takeCode(email)
  const resend = async (verificationId: string) => {
    await forgetThrottles()
    const answer = await stack.client.send(RESEND, { input: { verificationId } })
    return answer.code ?? Object.keys(answer.data.resendVerification)
  }
  const early = await resend(spy.id)
  await ageSend(email)
  const later = await resend(spy.id)
  await stack.mailbox.takeCode(email)

  await registerPerson(stack, { email })
  expect(await resend(spy.id)).toEqual(early)
  expect((await verify(spy.id, '00000000')).errors[0]?.extensions.attemptsRemaining).toBe(4)
  await ageSend(email)
  expect(await resend(spy.id)).toEqual(later)
  await stack.mailbox.takeAbout(email, 'already have an account')
})

test('a code of a pending registration is worth nothing once its address has an account', async () => {
  const email = newEmail()
  const { id } = await begin(email)
  const code = await stack.mailbox.takeCode(email)
  await forgetThrottles()
  await registerPerson(stack, { email })
  expect((await verify(id, code)).code).toBe('VERIFICATION_FAILED')
})

test('five wrong codes end a code, also when the sixth is right, and 20 at once are no more than five', async () => {
  const { email, id } = await begin()
  const code = await stack.mailbox.takeCode(email)
  const wrong = code === '11111111' ? '22222222' : '11111111'
  const answers = await Promise.all(Array.from({ length: 20 }, () => verify(id, wrong)))
  const counted = answers.map((answer) => answer.errors[0]?.extensions.attemptsRemaining)
  expect(counted.filter((left) => left !== 0)).toHaveLength(4)
  expect((await verify(id, code)).code).toBe('VERIFICATION_FAILED')
})

test('a code works once, also when it is sent twenty times at once', async () => {
  const { email, id } = await begin()
  const code = await stack.mailbox.takeCode(email)
  const answers = await Promise.all(Array.from({ length: 5 }, () => verify(id, code)))
  expect(
    answers.filter((answer) => answer.data?.verifySession?.__typename === 'SignedIn'),
  ).toHaveLength(1)
  expect(await stack.db('users').where('email_normalized', email)).toHaveLength(1)
})

test('a code runs out by the clock of the database', async () => {
  const { email, id } = await begin()
  const code = await stack.mailbox.takeCode(email)
  await stack
    .db('verifications')
    .where('email_normalized', email)
    .update({ code_expires_at: stack.db.fn.now() })
  expect((await verify(id, code)).code).toBe('VERIFICATION_FAILED')
})

test('a resend comes once a minute, five in all, and voids the code before it', async () => {
  const { email, id } = await begin()
  const first = await stack.mailbox.takeCode(email)
  const sent = { last_sent_at: stack.db.fn.now() }
  await stack.db('verifications').where('email_normalized', email).update(sent)
  const early = await stack.client.send(RESEND, { input: { verificationId: id } })
  expect(early.errors[0]?.extensions).toMatchObject({ code: 'RATE_LIMITED' })
  expect(early.errors[0]?.extensions.retryAfterSeconds).toBeGreaterThan(50)

  await ageSend(email)
  const resent = await stack.client.send(RESEND, { input: { verificationId: id } })
  expect(resent.data.resendVerification.id).toBe(id)
  const second = await stack.mailbox.takeCode(email)
  expect(second).not.toBe(first)
  expect((await verify(id, first)).code).toBe('VERIFICATION_FAILED')

  for (let send = 3; send <= 5; send += 1) {
    await ageSend(email)
    await stack.client.send(RESEND, { input: { verificationId: id } })
    await stack.mailbox.take(email)
  }
  await ageSend(email)
  const sixth = await stack.client.send(RESEND, { input: { verificationId: id } })
  expect(sixth.code).toBe('RATE_LIMITED')
})

test('a resend of one verification leaves the codes of another alone', async () => {
  const email = newEmail()
  const mine = await begin(email)
  const code = await stack.mailbox.takeCode(email)
  await forgetThrottles()
  const theirs = await begin(email)
  await stack.mailbox.take(email)
  await ageSend(email)
  await stack.client.send(RESEND, { input: { verificationId: theirs.id } })
  expect((await verify(mine.id, code)).data.verifySession.__typename).toBe('SignedIn')
})

test('of several registrations of one address the first proved wins and the others die', async () => {
  const email = newEmail()
  const first = await begin(email)
  const firstCode = await stack.mailbox.takeCode(email)
  await forgetThrottles()
  const second = await begin(email)
  const secondCode = await stack.mailbox.takeCode(email)
  expect((await verify(second.id, secondCode)).data.verifySession.__typename).toBe('SignedIn')
  expect((await verify(first.id, firstCode)).code).toBe('VERIFICATION_FAILED')
  const events = await stack.db('outbox_events').where('type', 'user.registered')
  const user = await stack.db('users').where('email_normalized', email).first('id')
  expect(events.filter((event: { user_id: string }) => event.user_id === user.id)).toHaveLength(1)
})

test('a code is bound to its verification: it proves no other one', async () => {
  const one = await begin()
  const other = await begin()
  const code = await stack.mailbox.takeCode(one.email)
  expect((await verify(other.id, code)).code).toBe('VERIFICATION_FAILED')
})

test('neither the verification id nor the code is stored: a dump of the database proves nothing', async () => {
  const { email, id } = await begin()
  const code = await stack.mailbox.takeCode(email)
  for (const table of ['verifications', 'mail_outbox', 'audit_events', 'outbox_events']) {
    const rows = JSON.stringify(await stack.db(table).select('*'))
    expect(rows).not.toContain(id)
    expect(rows).not.toContain(code)
    expect(rows).not.toContain(PASSWORD)
  }
})

test('addresses that only look like another are refused, and none reaches its account', async () => {
  const person = await registerPerson(stack)
  const [local = '', domain = ''] = person.email.split('@')
  const lookAlikes = [
    `${local.replace('p', 'ｐ')}@${domain}`,
    `${local}＠${domain}`,
    `"${local}"@${domain}`,
    `${local}@${domain}.`,
    `${local}\u0000@${domain}`,
    `${local}@${domain}\r\nBcc: a@b.c`,
    `${local}\u0131@${domain}`,
    `\u212A${local}@${domain}`,
    `a b@${domain}`,
    `${local}@${domain}/x`,
    `${local}@${domain}#x`,
    `${local}@${domain}?x`,
    `${local}@%65xample.com`,
    `@${domain}`,
    local,
  ]
  for (const email of lookAlikes) {
    const answer = await register({ email, password: PASSWORD })
    expect(answer.code, email).toBe('BAD_USER_INPUT')
  }
  const fullWidthDomain = await register({ email: `${local}@ｅxample.com`, password: PASSWORD })
  expect(fullWidthDomain.data.register.verification.sentTo).toBe('p…@example.com')
})

test('weak passwords are refused with a reason: short, listed, repeated, built from the address', async () => {
  const weak = ['short', 'password123', '1234567890', 'aaaaaaaaaaaa', 'qwertyuiop', 'sallyport1234']
  for (const password of weak) {
    const answer = await register({ email: newEmail(), password })
    expect(answer.code, password).toBe('WEAK_PASSWORD')
    expect(answer.errors[0]?.extensions.fields).toHaveLength(1)
    expect(answer.text).not.toContain(password)
  }
  const own = await register({ email: 'josephine@example.com', password: 'josephine1' })
  expect(own.code).toBe('WEAK_PASSWORD')
  const fourByteCharacters = Array.from({ length: 64 }, (_, index) =>
    String.fromCodePoint(0x1f600 + index),
  ).join('')
  const emoji = await register({ email: newEmail(), password: fourByteCharacters })
  expect(emoji.errors).toEqual([])
})

test('a mail names the product, whatever host the request claims', async () => {
  const email = newEmail()
  const body = { query: REGISTER, variables: { input: { email, password: PASSWORD } } }
  const answer = await rawRequest(
    stack.client.url,
    [
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-Proto: gopher',
      'Forwarded: host=evil.example',
      'Origin: https://evil.example',
    ],
    JSON.stringify(body),
  )
  expect(answer).toMatch(/^HTTP\/1\.1 200/)
  const { subject, text, html } = await stack.mailbox.take(email)
  expect(text).toContain('at Sallyport')
  expect(subject + text + html).not.toMatch(/evil|gopher|localhost/)
})

test('extra fields such as roles or emailVerified do not exist', async () => {
  const answer = await register({
    email: newEmail(),
    password: PASSWORD,
    emailVerified: true,
    roles: ['admin'],
  })
  expect(answer.errors.length).toBeGreaterThan(0)
  expect(answer.data?.register ?? null).toBeNull()
})

/** As if the last minute had passed for the limits on mail. */
async function forgetThrottles(): Promise<void> {
  await stack.db('throttles').delete()
}

// Signing in with the mailbox alone: by the code where it began, or by the link where it is opened.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { enrolApp } from '../authenticator.ts'
import { type Stack, startStack } from '../harness.ts'
import { linkToken, nothingLeftToMail } from '../mailbox.ts'
import { LOGIN, newEmail, PASSWORD, registerPerson, viewerOf } from '../people.ts'

const BEGUN = 'verification { id purpose methods sentTo expiresAt resendAvailableAt }'
const RESULT = `__typename ... on SignedIn {
  session { id authenticationMethods device } user { id email } deviceToken csrfToken tokens { accessToken refreshToken }
}`
const BEGIN = `mutation Begin($input: StartEmailLoginInput!) { startEmailLogin(input: $input) { ${BEGUN} } }`
const VERIFY = `mutation Verify($input: VerifySessionInput!) { verifySession(input: $input) { ${RESULT} } }`
const OPEN = `mutation Open($input: OpenSignInLinkInput!) { openSignInLink(input: $input) { ${RESULT} } }`
const RESEND = `mutation Resend($input: ResendVerificationInput!) { resendVerification(input: $input) { id expiresAt } }`

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

const begin = async (input: object, headers = {}) =>
  await stack.client.send(BEGIN, { input }, headers)
const verify = async (input: object, headers = {}) =>
  await stack.client.send(VERIFY, { input }, headers)
const open = async (input: object, headers = {}) =>
  await stack.client.send(OPEN, { input }, headers)
const idOf = (answer: Awaited<ReturnType<typeof begin>>): string =>
  answer.data.startEmailLogin.verification.id

async function mailed(email: string) {
  const verificationId = idOf(await begin({ email }))
  const { text } = await stack.mailbox.take(email)
  const [code = ''] = /\b\d{8}\b/.exec(text) ?? []
  return { verificationId, code, token: linkToken(text, 'sign-in') }
}

interface Statement {
  readonly sql: string
  readonly __knexTxId?: string
}

/** What the transaction that begins a challenge says, in order; whatever else auth does meanwhile does not count. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const { db } = stack.auths[0]?.deps ?? expect.fail('no auth instance')
  const seen: Statement[] = []
  const see = (statement: Statement) => void seen.push(statement)
  db.on('query', see)
  await work()
  db.removeListener('query', see)
  const begins = seen.find(({ sql }) => sql.startsWith('insert into "verifications"'))
  return seen
    .filter(({ __knexTxId }) => __knexTxId !== undefined && __knexTxId === begins?.__knexTxId)
    .map(({ sql }) => sql)
}

test('the code signs in where the flow began, with what was proved and no more', async () => {
  const { email, id } = await registerPerson(stack)
  const begun = await begin({ email, deviceName: 'Reading lamp' })
  expect(begun.data.startEmailLogin.verification).toMatchObject({
    purpose: 'LOGIN',
    methods: ['EMAIL_CODE'],
    sentTo: `p…@example.com`,
  })
  const code = await stack.mailbox.takeCode(email)
  const { data } = await verify({ verificationId: idOf(begun), code })
  expect(data.verifySession).toMatchObject({
    user: { id },
    session: { authenticationMethods: ['otp'], device: 'Reading lamp' },
  })
  const viewer = await viewerOf(stack.client, data.verifySession.tokens.accessToken)
  expect(viewer.data.viewer.user.id).toBe(id)
  expect((await verify({ verificationId: idOf(begun), code })).code).toBe('VERIFICATION_FAILED')
})

test('a new device is remembered and told of; on a known one neither happens', async () => {
  const person = await registerPerson(stack)
  const first = await mailed(person.email)
  const { data } = await verify({ verificationId: first.verificationId, code: first.code })
  const { deviceToken } = data.verifySession
  expect(deviceToken).toMatch(/^dvt_/)
  await stack.mailbox.takeAbout(person.email, 'new device')
  await stack.db('throttles').delete()
  const again = idOf(await begin({ email: person.email, deviceToken }))
  const code = await stack.mailbox.takeCode(person.email)
  const second = await verify({ verificationId: again, code })
  expect(second.data.verifySession.deviceToken).toBeNull()
  await nothingLeftToMail(stack.db)
  const login = await stack.client.send(LOGIN, {
    input: { email: person.email, password: PASSWORD, deviceToken },
  })
  expect(login.data.login.__typename).toBe('SignedIn')
})

describe('nobody learns whether there is an account', () => {
  test('the database is told the same for every address, statement by statement', async () => {
    const known = await registerPerson(stack)
    const suspended = await registerPerson(stack)
    await stack.db('users').where('id', suspended.id).update({ status: 'SUSPENDED' })
    const device = { deviceToken: known.deviceToken }
    const work = []
    for (const email of [known.email, newEmail(), suspended.email]) {
      work.push(await statementsOf(async () => await begin({ email, ...device })))
    }
    expect(work[0]?.length).toBeGreaterThan(6)
    expect(work[1]).toEqual(work[0])
    expect(work[2]).toEqual(work[0])
  })

  test('the answer, the rows and the headers are alike, and an unknown address gets no mail', async () => {
    const { email } = await registerPerson(stack)
    const unknown = newEmail()
    const suspended = await registerPerson(stack)
    await stack.db('users').where('id', suspended.id).update({ status: 'SUSPENDED' })
    const addresses = [email, unknown, suspended.email]
    const answers = []
    for (const address of addresses) answers.push(await begin({ email: address }))
    const shapes = answers.map(({ status, headers, data }) => {
      const { id, expiresAt, resendAvailableAt, sentTo, ...rest } =
        data.startEmailLogin.verification
      const minutes = Math.round((Date.parse(expiresAt) - Date.now()) / 60_000)
      const types = [typeof id, typeof resendAvailableAt, sentTo.length]
      return { status, names: [...headers.keys()], rest, minutes, types }
    })
    expect(shapes[1]).toEqual(shapes[0])
    expect(shapes[2]).toEqual(shapes[0])
    const rows = await stack
      .db('verifications')
      .where('purpose', 'EMAIL_LOGIN')
      .whereIn('email_normalized', addresses)
    expect(rows.map((row) => row.is_mailed)).toEqual([true, true, true])
    await nothingLeftToMail(stack.db)
    const recipients = stack.mailbox.messages
      .filter(({ text }) => text.includes('/account/sign-in#'))
      .map(({ to }) => to)
    expect(recipients).toContain(email)
    expect(recipients).not.toContain(unknown)
    expect(recipients).not.toContain(suspended.email)
  })

  test('guesses, resends and limits answer alike', async () => {
    const known = (await registerPerson(stack)).email
    const course = async (email: string) => {
      await stack.db('throttles').delete()
      const codes: unknown[] = []
      const verificationId = idOf(await begin({ email }))
      const resend = async () =>
        (await stack.client.send(RESEND, { input: { verificationId } })).code ?? 'sent'
      codes.push(await resend())
      for (let guess = 0; guess < 6; guess += 1) {
        const { errors } = await verify({ verificationId, code: '00000000' })
        codes.push(errors[0]?.extensions.attemptsRemaining)
      }
      await stack
        .db('verifications')
        .where('email_normalized', email)
        .update({ last_sent_at: stack.db.raw("now() - interval '61 seconds'") })
      codes.push(await resend())
      for (let more = 0; more < 21; more += 1) codes.push((await begin({ email })).code ?? 'begun')
      return codes
    }
    expect(await course(newEmail())).toEqual(await course(known))
  })

  test('mail goes to the address as it is stored, whatever spelling was typed', async () => {
    const { email } = await registerPerson(stack)
    await begin({ email: email.toUpperCase() })
    expect((await stack.mailbox.take(email)).text).toContain('/account/sign-in#')
  })
})

test('strangers mail one mailbox once a minute, and nobody is told where it stops', async () => {
  const { email } = await registerPerson(stack)
  await mailed(email)
  const mails = () => stack.mailbox.messages.filter(({ to }) => to === email)
  const before = mails().length
  const second = await begin({ email })
  expect(second.code).toBeUndefined()
  await nothingLeftToMail(stack.db)
  expect(mails()).toHaveLength(before)
})

describe('the link', () => {
  test('signs in anyone who opens it, once, and ends the flow that it was mailed for', async () => {
    const { email, id } = await registerPerson(stack)
    const { verificationId, code, token } = await mailed(email)
    const opened = await open({ token, deviceName: 'Phone' })
    expect(opened.data.openSignInLink).toMatchObject({
      user: { id },
      session: { authenticationMethods: ['otp'], device: 'Phone' },
    })
    expect((await verify({ verificationId, code })).code).toBe('VERIFICATION_FAILED')
    expect((await open({ token })).code).toBe('VERIFICATION_FAILED')
  })

  test('is void once the code was used, a newer one was sent, or ten minutes are over', async () => {
    const { email } = await registerPerson(stack)
    const used = await mailed(email)
    await verify({ verificationId: used.verificationId, code: used.code })
    expect((await open({ token: used.token })).code).toBe('VERIFICATION_FAILED')

    await stack.db('throttles').delete()
    const { email: other } = await registerPerson(stack)
    const old = await mailed(other)
    await stack
      .db('verifications')
      .where('email_normalized', other)
      .update({ last_sent_at: stack.db.raw("now() - interval '61 seconds'") })
    await stack.client.send(RESEND, { input: { verificationId: old.verificationId } })
    expect((await open({ token: old.token })).code).toBe('VERIFICATION_FAILED')

    const fresh = await stack.mailbox.takeLink(other, 'sign-in')
    await stack
      .db('verifications')
      .where('email_normalized', other)
      .update({ code_expires_at: stack.db.raw("now() - interval '1 second'") })
    expect((await open({ token: fresh })).code).toBe('VERIFICATION_FAILED')
  })

  test('GET and HEAD of its page use nothing up', async () => {
    const { email } = await registerPerson(stack)
    const { token } = await mailed(email)
    for (const method of ['GET', 'HEAD', 'GET']) {
      const page = `${stack.gateways[0]?.url}/account/sign-in`
      expect((await fetch(page, { method })).status).toBe(200)
    }
    expect((await open({ token })).data.openSignInLink.__typename).toBe('SignedIn')
  })

  test('of other purposes signs nobody in', async () => {
    const { email } = await registerPerson(stack)
    await stack.client.send(
      'mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { id } }',
      { input: { email } },
    )
    const token = await stack.mailbox.takeLink(email, 'reset-password')
    expect((await open({ token })).code).toBe('VERIFICATION_FAILED')
  })
})

describe('with cookies', () => {
  const page = () => ({ origin: stack.env.PUBLIC_URL ?? '' })

  test('the code works in the browser that began the flow, and nowhere else', async () => {
    const { email } = await registerPerson(stack)
    const begun = await begin({ email, delivery: 'COOKIE' }, page())
    const [flow = ''] = begun.headers.getSetCookie()
    expect(flow).toMatch(/^__Host-flow=/)
    const code = await stack.mailbox.takeCode(email)
    const proof = { verificationId: idOf(begun), code }
    expect((await verify(proof, page())).code).toBe('VERIFICATION_FAILED')
    const cookie = flow.split(';')[0] ?? ''
    const signedIn = await verify(proof, { ...page(), cookie })
    expect(signedIn.data.verifySession.tokens).toBeNull()
    const names = signedIn.headers.getSetCookie().map((line) => line.split('=')[0])
    expect(names).toEqual(
      expect.arrayContaining(['__Host-access', '__Host-refresh', '__Host-csrf', '__Host-flow']),
    )
  })

  test('are refused to a page that is not listed', async () => {
    const { email } = await registerPerson(stack)
    const foreign = { origin: 'https://evil.example' }
    expect((await begin({ email, delivery: 'COOKIE' }, foreign)).code).toBe('CSRF_FAILED')
    const { token } = await mailed(email)
    expect((await open({ token, delivery: 'COOKIE' }, foreign)).code).toBe('CSRF_FAILED')
  })
})

test('guesses at a flow that a stranger began keep no owner out, who comes from another network', async () => {
  const { email } = await registerPerson(stack)
  await stack.db('verifications').where('email_normalized', email).delete()
  const { verificationId, code } = await mailed(email)
  // Fifty wrong codes for this address, from one network.
  for (let round = 0; round < 11; round += 1) {
    await stack.db('verifications').where('email_normalized', email).update({ attempts: 0 })
    for (let guess = 0; guess < 5; guess += 1) await verify({ verificationId, code: '00000000' })
  }
  await stack.db('verifications').where('email_normalized', email).update({ attempts: 0 })
  expect((await verify({ verificationId, code })).code).toBe('VERIFICATION_FAILED')
  await stack.db('throttles').where('key', 'like', '%code-network%').delete()
  const login = await stack.client.send(LOGIN, { input: { email, password: PASSWORD } })
  const proof = {
    verificationId: login.data.login.verification.id,
    code: await stack.mailbox.takeCode(email),
  }
  expect((await verify(proof)).data.verifySession.__typename).toBe('SignedIn')
})

test('anyone who first proves an address that an import only claimed takes the account over', async () => {
  const before = await unproved()
  const { verificationId, code } = await mailed(before.email)
  const { data } = await verify({ verificationId, code })
  expect(await stack.db('factors').where('user_id', before.id)).toEqual([])
  expect(await stack.db('recovery_codes').where('user_id', before.id)).toEqual([])
  expect(data.verifySession.user.id).toBe(before.id)
  const login = await stack.client.send(LOGIN, {
    input: { email: before.email, password: PASSWORD, deviceToken: before.deviceToken },
  })
  expect(login.code).toBe('INVALID_CREDENTIALS')
  const sessions = await stack.db('sessions').where({ user_id: before.id, status: 'ACTIVE' })
  expect(sessions.map(({ id }) => id)).toEqual([data.verifySession.session.id])
  const after = await viewerOf(stack.client, data.verifySession.tokens.accessToken)
  expect(after.data.viewer.user.email).toBe(before.email)
})

test('and by the link too: what somebody else enrolled is not asked for', async () => {
  const before = await unproved()
  await stack.client.send(BEGIN, { input: { email: before.email } })
  const { text } = await stack.mailbox.take(before.email)
  const token = linkToken(text, 'sign-in')
  const { data } = await stack.client.send(OPEN, { input: { token } })
  expect(data.openSignInLink.__typename).toBe('SignedIn')
  const user = await stack.db('users').where('id', before.id).first()
  expect(user).toMatchObject({ email_verified: true, password_hash: null, further_methods: [] })
  expect(await stack.db('known_devices').where('user_id', before.id)).toHaveLength(1)
})

/** Used by somebody, with factors of theirs, and its address only claimed. */
async function unproved() {
  const person = await registerPerson(stack)
  const { length } = stack.mailbox.messages
  await enrolApp(stack, person)
  await stack.client.send('mutation { createRecoveryCodes { codes } }', {}, person.headers)
  await nothingLeftToMail(stack.db)
  for (const { to } of stack.mailbox.messages.slice(length)) {
    if (to === person.email) await stack.mailbox.take(to)
  }
  await stack.db('users').where('id', person.id).update({ email_verified: false })
  await stack.db('user_emails').where('user_id', person.id).update({ verified_at: null })
  return person
}

test('an admin’s network rule holds for codes and links as for passwords', async () => {
  const restricted = await startStack({ env: { ADMIN_ADDRESS_ALLOW: '192.0.2.0/24' } })
  try {
    const person = await registerPerson(restricted)
    const [auth] = restricted.auths
    if (auth === undefined) throw new Error('no auth instance')
    await commands['grant-role'](auth.deps, { email: person.email, role: 'admin' })
    const begun = await restricted.client.send(BEGIN, { input: { email: person.email } })
    const { text } = await restricted.mailbox.take(person.email)
    const token = linkToken(text, 'sign-in')
    const opened = await restricted.client.send(OPEN, { input: { token } })
    expect(opened.code).toBe('FORBIDDEN')
    const [code] = /\b\d{8}\b/.exec(text) ?? []
    const verificationId = begun.data.startEmailLogin.verification.id
    const proved = await restricted.client.send(VERIFY, { input: { verificationId, code } })
    expect(proved.code).toBe('FORBIDDEN')
  } finally {
    await restricted.stop()
  }
})

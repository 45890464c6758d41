// Challenges under parallel answers, over two instances of auth on one PostgreSQL.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { factors } from '../../subgraphs/auth/factors/factors.ts'
import { PIGEON_CODE, pigeon } from '../auth/pretend-factor/pigeon.ts'
import { type Stack, startStack } from '../harness.ts'
import { linkToken } from '../mailbox.ts'
import { LOGIN, newEmail, PASSWORD, REGISTER, VERIFY } from '../people.ts'

const BEGIN = `mutation ($input: StartEmailLoginInput!) { startEmailLogin(input: $input) { verification { id } } }`
const OPEN = `mutation ($input: OpenSignInLinkInput!) { openSignInLink(input: $input) { __typename } }`
const PROVE = `mutation ($input: VerifySessionInput!) { verifySession(input: $input) { __typename } }`

let stack: Stack

beforeAll(async () => {
  const env = { SESSION_VERIFICATION: 'always' }
  stack = await startStack({ auths: 2, gateways: 2, env, factors: { ...factors, TOTP: pigeon } })
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(async () => {
  await stack.db('throttles').delete()
})

async function somebody(fullName = 'Ada Lovelace') {
  const email = newEmail()
  const begun = await stack.client.send(REGISTER, {
    input: { email, password: PASSWORD, fullName },
  })
  const verificationId = begun.data.register.verification.id
  const code = await stack.mailbox.takeCode(email)
  const { data } = await stack.client.send(VERIFY, { input: { verificationId, code } })
  return { email, id: data.verifySession.user.id as string }
}

async function mailed(email: string) {
  const begun = await stack.client.send(BEGIN, { input: { email } })
  const { text } = await stack.mailbox.take(email)
  const [code = ''] = /\b\d{8}\b/.exec(text) ?? []
  const verificationId: string = begun.data.startEmailLogin.verification.id
  return { verificationId, code, token: linkToken(text, 'sign-in') }
}

const activeSessions = async (userId: string) =>
  (await stack.db('sessions').where({ user_id: userId, status: 'ACTIVE' })).length

const at = (index: number) => stack.clientOf(index % 2)

test('a code that is sent many times at once makes one session', async () => {
  const { email, id } = await somebody()
  const before = await activeSessions(id)
  const { verificationId, code } = await mailed(email)
  const answers = await Promise.all(
    Array.from({ length: 5 }, (_, index) =>
      at(index).send(PROVE, { input: { verificationId, code } }),
    ),
  )
  const won = answers.filter(({ data }) => data?.verifySession?.__typename === 'SignedIn')
  expect(won).toHaveLength(1)
  expect(await activeSessions(id)).toBe(before + 1)
})

test('of a code and its link at once one signs in', async () => {
  const { email, id } = await somebody()
  const before = await activeSessions(id)
  const { verificationId, code, token } = await mailed(email)
  const answers = await Promise.all([
    ...[0, 1].map((index) => at(index).send(PROVE, { input: { verificationId, code } })),
    ...[0, 1].map((index) => at(index).send(OPEN, { input: { token } })),
  ])
  const won = answers.filter(({ code: refused }) => refused === undefined)
  expect(won).toHaveLength(1)
  expect(await activeSessions(id)).toBe(before + 1)
})

test('a step is taken once, and the step after it once', async () => {
  const { email, id } = await somebody('Ada Dovecote')
  const before = await activeSessions(id)
  const { verificationId, code } = await mailed(email)
  const all = async (secret: string) =>
    await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        at(index).send(PROVE, { input: { verificationId, code: secret } }),
      ),
    )
  const first = await all(code)
  const stepped = first.filter(({ data }) => data?.verifySession?.__typename)
  expect(stepped.map(({ data }) => data.verifySession.__typename)).toEqual(['VerificationRequired'])
  const second = await all(PIGEON_CODE)
  expect(second.filter(({ data }) => data?.verifySession?.__typename === 'SignedIn')).toHaveLength(
    1,
  )
  expect(await activeSessions(id)).toBe(before + 1)
})

test('two challenges of one person at once are not mixed: each takes its own code', async () => {
  const { email, id } = await somebody()
  const before = await activeSessions(id)
  const byMail = await mailed(email)
  const login = await stack.client.send(LOGIN, { input: { email, password: PASSWORD } })
  const byPassword = {
    verificationId: login.data.login.verification.id as string,
    code: await stack.mailbox.takeCode(email),
  }
  const crossed = await Promise.all([
    at(0).send(PROVE, {
      input: { verificationId: byMail.verificationId, code: byPassword.code },
    }),
    at(1).send(PROVE, {
      input: { verificationId: byPassword.verificationId, code: byMail.code },
    }),
  ])
  expect(crossed.map(({ code }) => code)).toEqual(['VERIFICATION_FAILED', 'VERIFICATION_FAILED'])
  const { verificationId, code } = byMail
  const own = await Promise.all([
    at(0).send(PROVE, { input: { verificationId, code } }),
    at(1).send(PROVE, { input: byPassword }),
  ])
  expect(own.map(({ data }) => data.verifySession.__typename)).toEqual(['SignedIn', 'SignedIn'])
  const rows = await stack
    .db('sessions')
    .where({ user_id: id, status: 'ACTIVE' })
    .select('authentication_methods')
  expect(rows).toHaveLength(before + 2)
  expect(rows.map((row) => row.authentication_methods)).toEqual(
    expect.arrayContaining([['otp'], ['pwd', 'otp']]),
  )
})

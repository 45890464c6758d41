// A way in is one folder and one line: what surrounds a factor holds for one that was not there before.
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { factors } from '../../../subgraphs/auth/factors/factors.ts'
import { bearer } from '../../client.ts'
import { type Stack, startStack } from '../../harness.ts'
import { newEmail, PASSWORD, REGISTER, VERIFY } from '../../people.ts'
import { PIGEON_CODE, pigeon } from './pigeon.ts'

const RESULT = `__typename
  ... on SignedIn { session { authenticationMethods } deviceToken tokens { accessToken } }
  ... on VerificationRequired { verification { id purpose methods sentTo resendAvailableAt } }`
const LOGIN = `mutation Login($input: LoginInput!) { login(input: $input) { ${RESULT} } }`
const PROVE = `mutation Prove($input: VerifySessionInput!) { verifySession(input: $input) { ${RESULT} } }`
const BEGIN = `mutation Begin($input: StartEmailLoginInput!) { startEmailLogin(input: $input) { verification { id methods } } }`
const OPEN = `mutation Open($input: OpenSignInLinkInput!) { openSignInLink(input: $input) { ${RESULT} } }`
const CONFIRM = `mutation Confirm($input: ReauthenticateInput!) { reauthenticate(input: $input) { ${RESULT} } }`

let stack: Stack

beforeAll(async () => {
  stack = await startStack({ factors: { ...factors, TOTP: pigeon } })
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(async () => {
  await stack.db('throttles').delete()
})

const send = async (document: string, input: object, headers = {}) => {
  const answer = await stack.client.send(document, { input }, headers)
  const [first] = Object.values(answer.data ?? {}) as any[]
  return { ...first, verification: first?.verification, code: answer.code, errors: answer.errors }
}

async function fancier(fullName = 'Ada Dovecote') {
  const email = newEmail()
  const begun = await stack.client.send(REGISTER, {
    input: { email, password: PASSWORD, fullName },
  })
  const code = await stack.mailbox.takeCode(email)
  const verificationId = begun.data.register.verification.id
  const { data } = await stack.client.send(VERIFY, { input: { verificationId, code } })
  const { deviceToken, tokens } = data.verifySession
  return { email, deviceToken, headers: bearer(tokens.accessToken) }
}

test('it is asked for after a right password, also on a known device, and makes two kinds of proof', async () => {
  const { email, deviceToken } = await fancier()
  const first = await send(LOGIN, { email, password: PASSWORD, deviceToken })
  expect(first.verification).toMatchObject({
    purpose: 'LOGIN',
    methods: ['TOTP'],
    sentTo: null,
    resendAvailableAt: null,
  })
  const { id: verificationId } = first.verification
  expect(await send(PROVE, { verificationId, code: '000000' })).toMatchObject({
    code: 'VERIFICATION_FAILED',
  })
  const signedIn = await send(PROVE, { verificationId, code: PIGEON_CODE })
  expect(signedIn.session.authenticationMethods).toEqual(['pwd', 'hwk', 'mfa'])
  expect(decodeJwt(signedIn.tokens.accessToken)).toMatchObject({
    amr: ['pwd', 'hwk', 'mfa'],
    acr: 'aal2',
  })
})

test('nobody who does not hold it is asked for it', async () => {
  const { email, deviceToken } = await fancier('Ada Lovelace')
  const answer = await send(LOGIN, { email, password: PASSWORD, deviceToken })
  expect(answer.session.authenticationMethods).toEqual(['pwd'])
})

test('a mailed code alone does not go round it, and is worth nothing for the step that follows', async () => {
  const { email } = await fancier()
  const begun = await send(BEGIN, { email })
  const verificationId = begun.verification.id
  const code = await stack.mailbox.takeCode(email)
  const next = await send(PROVE, { verificationId, code })
  expect(next.verification).toMatchObject({ id: verificationId, methods: ['TOTP'] })
  expect((await send(PROVE, { verificationId, code })).code).toBe('VERIFICATION_FAILED')
  expect((await send(PROVE, { verificationId, method: 'EMAIL_CODE', code })).code).toBe(
    'VERIFICATION_FAILED',
  )
  const signedIn = await send(PROVE, { verificationId, method: 'TOTP', code: PIGEON_CODE })
  expect(signedIn.session.authenticationMethods).toEqual(['otp', 'hwk', 'mfa'])
})

test('a mailed link does not go round it either', async () => {
  const { email } = await fancier()
  await send(BEGIN, { email })
  const token = await stack.mailbox.takeLink(email, 'sign-in')
  const next = await send(OPEN, { token })
  expect(next.verification.methods).toEqual(['TOTP'])
  const verificationId = next.verification.id
  const signedIn = await send(PROVE, { verificationId, code: PIGEON_CODE })
  expect(signedIn.session.authenticationMethods).toEqual(['otp', 'hwk', 'mfa'])
})

test('one challenge’s first factor is no other’s: neither purpose nor person can be mixed', async () => {
  const [ada, eve] = [await fancier(), await fancier('Eve Lovelace')]
  // Eve has no pigeon: Ada's code on Eve's challenge signs nobody in.
  const ofEve = await send(LOGIN, { email: eve.email, password: PASSWORD })
  expect(ofEve.verification.methods).toEqual(['EMAIL_CODE'])
  const crossed = { verificationId: ofEve.verification.id, method: 'TOTP', code: PIGEON_CODE }
  expect((await send(PROVE, crossed)).code).toBe('VERIFICATION_FAILED')
  // A challenge for presence signs nobody in, and one for a login confirms nobody.
  const presence = await send(CONFIRM, { method: 'TOTP' }, ada.headers)
  const mixed = { verificationId: presence.verification.id, code: PIGEON_CODE }
  expect((await send(PROVE, mixed)).code).toBe('VERIFICATION_FAILED')
  const login = await send(LOGIN, { email: ada.email, password: PASSWORD })
  const other = { verificationId: login.verification.id, code: PIGEON_CODE }
  expect((await send(CONFIRM, other, ada.headers)).code).toBe('VERIFICATION_FAILED')
  // Nor does another person's session, with the right id.
  expect((await send(CONFIRM, mixed, eve.headers)).code).toBe('VERIFICATION_FAILED')
  const confirmed = await send(CONFIRM, mixed, ada.headers)
  expect(confirmed.session.authenticationMethods).toEqual(['pwd', 'otp', 'hwk', 'mfa'])
})

test('anyone who holds it confirms their presence with it, and not with a password or mail', async () => {
  const { headers } = await fancier()
  const asked = await send(CONFIRM, { password: PASSWORD }, headers)
  expect(asked.verification).toMatchObject({ purpose: 'STEP_UP', methods: ['TOTP'] })
  const byMail = await send(CONFIRM, { method: 'EMAIL_CODE' }, headers)
  expect(byMail.code).toBe('BAD_USER_INPUT')
})

test('strangers’ guesses lock nobody’s: before the first factor only the challenge counts', async () => {
  const { email } = await fancier()
  for (let round = 0; round < 12; round += 1) {
    await stack.db('throttles').whereNot('key', 'like', '%code-account%').delete()
    const { verification } = await send(BEGIN, { email })
    for (let guess = 0; guess < 5; guess += 1) {
      await send(PROVE, { verificationId: verification.id, method: 'TOTP', code: '111111' })
    }
  }
  const login = await send(LOGIN, { email, password: PASSWORD })
  const proved = { verificationId: login.verification.id, code: PIGEON_CODE }
  expect((await send(PROVE, proved)).session).toBeDefined()
})

test('after the first factor they count for the person: fifty a day, over any number of challenges', async () => {
  const { email } = await fancier()
  const begin = async () => {
    await stack.db('throttles').whereNot('key', 'like', '%code-account%').delete()
    return (await send(LOGIN, { email, password: PASSWORD })).verification.id
  }
  for (let round = 0; round < 10; round += 1) {
    const verificationId = await begin()
    for (let guess = 0; guess < 5; guess += 1) await send(PROVE, { verificationId, code: '111111' })
  }
  const answer = await send(PROVE, { verificationId: await begin(), code: PIGEON_CODE })
  expect(answer.code).toBe('VERIFICATION_FAILED')
})

test('of equal answers at once a single one goes on', async () => {
  const { email } = await fancier()
  const { verification } = await send(LOGIN, { email, password: PASSWORD })
  const proof = { verificationId: verification.id, code: PIGEON_CODE }
  const answers = await Promise.all(Array.from({ length: 5 }, () => send(PROVE, proof)))
  expect(answers.filter(({ session }) => session !== undefined)).toHaveLength(1)
})

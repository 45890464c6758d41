// Recovery codes: shown once, each for one use, in place of a factor that was lost.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { codeOf, enrolApp, forgetSteps } from '../../authenticator.ts'
import { bearer } from '../../client.ts'
import { type Stack, startStack } from '../../harness.ts'
import { PASSWORD, type Person, registerPerson } from '../../people.ts'
import { askWith, CONFIRM, LOGIN, PROVE } from './ask.ts'

const CREATE = 'mutation { createRecoveryCodes { codes } }'
const LEFT = '{ viewer { user { recoveryCodesLeft } } }'
const REMOVE = `mutation Remove($input: RemoveFactorInput!) { removeFactor(input: $input) { recoveryCodesLeft } }`

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

const send = (document: string, input: object, headers = {}) =>
  askWith(stack.client, document, input, headers)

async function holder() {
  const person = await registerPerson(stack)
  const app = await enrolApp(stack, person)
  return { ...person, ...app, codes: await create(person) }
}

async function create({ headers }: Pick<Person, 'headers'>): Promise<string[]> {
  return (await stack.client.send(CREATE, {}, headers)).data.createRecoveryCodes.codes
}

const left = async ({ headers }: Pick<Person, 'headers'>) =>
  (await stack.client.send(LEFT, {}, headers)).data.viewer.user.recoveryCodesLeft

const beginLogin = async ({ email, deviceToken }: Person) =>
  (await send(LOGIN, { email, password: PASSWORD, deviceToken })).verification

const prove = async (person: Person, code: string) =>
  await send(PROVE, { verificationId: (await beginLogin(person)).id, code })

test('ten of 80 bits, kept as hashes alone; a new set ends the one before', async () => {
  const person = await holder()
  expect(new Set(person.codes).size).toBe(10)
  for (const code of person.codes) expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-z]{4}$/)
  const { rows } = await stack.db.raw(
    `select (select string_agg(t::text, ' ') from recovery_codes t) as codes,
       (select string_agg(t::text, ' ') from audit_personal t) as audit,
       (select string_agg(t::text, ' ') from mail_outbox t) as mail`,
  )
  const kept = JSON.stringify(rows)
  for (const code of person.codes) {
    expect(kept).not.toContain(code)
    expect(kept).not.toContain(code.replaceAll('-', ''))
  }
  const next = await create(person)
  expect(await left(person)).toBe(10)
  expect((await prove(person, person.codes[0] ?? '')).code).toBe('VERIFICATION_FAILED')
  expect((await prove(person, next[0] ?? '')).session).toBeDefined()
})

test('one signs in once in place of the app, is counted down, and its use is told by mail', async () => {
  const person = await holder()
  expect((await beginLogin(person)).methods).toEqual(['TOTP', 'RECOVERY_CODE'])
  const [code = ''] = person.codes
  const signedIn = await prove(person, code)
  expect(signedIn.session.authenticationMethods).toEqual(['pwd', 'otp', 'mfa'])
  expect(await left(person)).toBe(9)
  await stack.mailbox.takeAbout(person.email, '9 are left')
  expect((await prove(person, code)).code).toBe('VERIFICATION_FAILED')
})

test('as people type it: upper case, without hyphens, with blanks, O for 0', async () => {
  const person = await holder()
  const code = person.codes.find((one) => one.includes('0')) ?? person.codes[0] ?? ''
  const typed = ` ${code.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O')}`
  expect((await prove(person, typed)).session).toBeDefined()
})

test('it opens nobody else’s account, and nothing before the first factor', async () => {
  const [ada, eve] = [await holder(), await holder()]
  expect((await prove(eve, ada.codes[0] ?? '')).code).toBe('VERIFICATION_FAILED')
  const begin = `mutation ($input: StartEmailLoginInput!) { startEmailLogin(input: $input) { verification { id } } }`
  const { verification } = await send(begin, { email: ada.email })
  for (const code of [ada.codes[0], codeOf(ada.secret)]) {
    for (const method of ['RECOVERY_CODE', 'TOTP']) {
      const answer = await send(PROVE, { verificationId: verification.id, method, code })
      expect(answer.code).toBe('VERIFICATION_FAILED')
    }
  }
  expect(await left(ada)).toBe(10)
})

test('it confirms presence, so that a lost app can be removed; with the last factor they go', async () => {
  const person = await holder()
  await stack.db('sessions').where('id', person.sessionId).update({ mfa_at: null })
  const { factorId, headers, codes } = person
  const refused = await send(REMOVE, { factorId }, headers)
  expect(refused.extensions).toMatchObject({
    code: 'STEP_UP_REQUIRED',
    challenge: { methods: ['TOTP', 'RECOVERY_CODE'] },
  })
  const { verification } = await send(CONFIRM, { method: 'RECOVERY_CODE' }, headers)
  const confirmed = await send(
    CONFIRM,
    { verificationId: verification.id, code: codes[3] },
    headers,
  )
  const fresh = bearer(confirmed.tokens.accessToken)
  expect(await send(REMOVE, { factorId }, fresh)).toMatchObject({ recoveryCodesLeft: 0 })
  const { email, deviceToken } = person
  expect((await send(LOGIN, { email, password: PASSWORD, deviceToken })).session).toBeDefined()
})

test('none without a further factor, nor with a stolen session or the password alone', async () => {
  const plain = await registerPerson(stack)
  expect((await stack.client.send(CREATE, {}, plain.headers)).code).toBe('CONFLICT')
  const person = await holder()
  await stack.db('sessions').where('id', person.sessionId).update({ mfa_at: null })
  expect((await stack.client.send(CREATE, {}, person.headers)).code).toBe('STEP_UP_REQUIRED')
})

test('guesses of app and recovery codes count together for the account, at sign-in and after the password of a step-up', async () => {
  const person = await holder()
  // From elsewhere: the device where the factor was right has tries of its own (used-up-tries.test.ts).
  const elsewhere = { ...person, deviceToken: '' }
  const guess = async (verificationId: string, round: number) => {
    await stack.db('throttles').whereNot('key', 'like', '%code-account%').delete()
    for (let one = 0; one < 5; one += 1) {
      const code = one % 2 === 0 ? '000000' : `wrong-${round}-${one}`
      const input = { verificationId, code }
      if (round % 2 === 0) await send(PROVE, input)
      else await send(CONFIRM, input, person.headers)
    }
  }
  for (let round = 0; round < 10; round += 1) {
    const begun =
      round % 2 === 0
        ? await beginLogin(elsewhere)
        : (await send(CONFIRM, { password: PASSWORD }, person.headers)).verification
    await guess(begun.id, round)
  }
  await forgetSteps(stack, person.factorId)
  expect((await prove(elsewhere, codeOf(person.secret))).code).toBe('VERIFICATION_FAILED')
})

// Somebody knows the password and has used up the day's tries at the codes of a further factor: how the owner gets in all the same.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { codeOf, enrolApp, forgetSteps } from '../../authenticator.ts'
import { type Stack, startStack } from '../../harness.ts'
import { PASSWORD, type Person, registerPerson } from '../../people.ts'
import { askWith, LOGIN, PROVE } from './ask.ts'

const CREATE = 'mutation { createRecoveryCodes { codes } }'

let stack: Stack

beforeAll(async () => {
  // The password alone signs in, so that a thief of it has known devices of their own.
  stack = await startStack({ env: { SESSION_VERIFICATION: 'off' } })
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(async () => {
  await stack.db('throttles').delete()
})

const send = (document: string, input: object, headers = {}) =>
  askWith(stack.client, document, input, headers)

/** Other limits would end it long before. */
const forgetOtherLimits = async () =>
  await stack
    .db('throttles')
    .whereNot('key', 'like', '%code-account%')
    .whereNot('key', 'like', '%factor-device%')
    .delete()

async function prove({ email }: Person, code: string, deviceToken?: string) {
  const login = await send(LOGIN, { email, password: PASSWORD, deviceToken })
  return await send(PROVE, { verificationId: login.verification.id, code })
}

async function guess({ email }: Person, times: number, deviceToken?: string): Promise<void> {
  for (let round = 0; round < times / 5; round += 1) {
    await forgetOtherLimits()
    const login = await send(LOGIN, { email, password: PASSWORD, deviceToken })
    const verificationId = login.verification.id
    for (let one = 0; one < 5; one += 1) await send(PROVE, { verificationId, code: '000000' })
  }
  await forgetOtherLimits()
}

/** A thief was in with the password before there was a factor: their device is known. */
async function victim() {
  const person = await registerPerson(stack)
  const { email } = person
  const thief = (await send(LOGIN, { email, password: PASSWORD })).deviceToken as string
  const app = await enrolApp(stack, person)
  const { codes } = (await stack.client.send(CREATE, {}, person.headers)).data.createRecoveryCodes
  return { ...person, ...app, thief, codes: codes as string[] }
}

test('on a device where a further factor was right the app goes on, and what is tried there does not count elsewhere', async () => {
  const owner = await victim()
  await guess(owner, 50)
  expect((await prove(owner, codeOf(owner.secret))).code).toBe('VERIFICATION_FAILED')
  await guess(owner, 5, owner.deviceToken)
  const signedIn = await prove(owner, codeOf(owner.secret), owner.deviceToken)
  expect(signedIn.session?.authenticationMethods).toContain('mfa')
  const rows = await stack.db('throttles').where('key', 'like', '%code-account%')
  expect(rows.map(({ points }) => points).filter((points) => points > 0)).toEqual([51])
})

test('a device that knows the password alone has no tries of its own', async () => {
  const owner = await victim()
  await guess(owner, 25, owner.thief)
  await guess(owner, 25)
  expect((await prove(owner, codeOf(owner.secret), owner.thief)).code).toBe('VERIFICATION_FAILED')
  const rows = await stack.db('throttles').where('key', 'like', '%factor-device%')
  expect(rows).toEqual([])
})

test('twenty on such a device without a success between, then they count for the person', async () => {
  const owner = await victim()
  await guess(owner, 15, owner.deviceToken)
  expect((await prove(owner, codeOf(owner.secret), owner.deviceToken)).session).toBeDefined()
  await forgetSteps(stack, owner.factorId)
  await guess(owner, 20, owner.deviceToken)
  const own = await stack.db('throttles').where('key', 'like', '%code-account%')
  expect(own.filter(({ points }) => points > 0)).toEqual([])
  await guess(owner, 50, owner.deviceToken)
  const refused = await prove(owner, codeOf(owner.secret), owner.deviceToken)
  expect(refused.code).toBe('VERIFICATION_FAILED')
})

test('a right recovery code signs in anywhere: nobody guesses one', async () => {
  const owner = await victim()
  await guess(owner, 50)
  expect((await prove(owner, 'wrong-wrong-wrong-wrng')).code).toBe('VERIFICATION_FAILED')
  expect((await prove(owner, owner.codes[0] ?? '')).session).toBeDefined()
})

test('devices that are forgotten with a reset of the password have none either', async () => {
  const owner = await victim()
  await stack.db('known_devices').where('user_id', owner.id).delete()
  await guess(owner, 50, owner.deviceToken)
  const code = codeOf(owner.secret)
  expect((await prove(owner, code, owner.deviceToken)).code).toBe('VERIFICATION_FAILED')
})

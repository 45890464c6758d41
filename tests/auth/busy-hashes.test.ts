// Anyone whose hash cannot be made now has not guessed: whatever was counted before it is as it was, in every verb that counts first.
import { anonymousClaims } from '@sallyport/claims'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AuthContext, createContext } from '../../subgraphs/auth/context.ts'
import { transact } from '../../subgraphs/auth/core/database.ts'
import type { AuthDeps } from '../../subgraphs/auth/core/dependencies.ts'
import {
  createHashThreads,
  type HashThreads,
} from '../../subgraphs/auth/factors/password/hash-threads.ts'
import { createPasswordHasher } from '../../subgraphs/auth/factors/password/hasher.ts'
import { changePassword } from '../../subgraphs/auth/passwords/change-password.ts'
import { resetPassword } from '../../subgraphs/auth/passwords/reset-password.ts'
import { login } from '../../subgraphs/auth/sign-in/login.ts'
import { register } from '../../subgraphs/auth/sign-in/register.ts'
import { verifySession } from '../../subgraphs/auth/sign-in/verify-session.ts'
import { reauthenticate } from '../../subgraphs/auth/step-up/reauthenticate.ts'
import { beginVerification } from '../../subgraphs/auth/verifications/begin-verification.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGIN, newEmail, PASSWORD, type Person, REGISTER, registerPerson } from '../people.ts'

const REQUEST = `mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { id } }`
const RESET = `mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { email } }`
const NEW_PASSWORD = 'a fresh and rather long phrase'
/** More than any of the limits. */
const TIMES = 21

let stack: Stack
let threads: HashThreads
let busy: AuthDeps
let person: Person

beforeAll(async () => {
  stack = await startStack()
  const deps = depsOf(stack)
  // Nobody may wait, so that everybody is told that it is busy.
  threads = createHashThreads({ threads: 1, maxQueue: 0 })
  const { passwordPepper } = deps.config.secrets
  busy = { ...deps, hasher: createPasswordHasher({ threads, pepper: passwordPepper, cost: 10 }) }
  person = await registerPerson(stack)
})
afterAll(async () => {
  await threads?.stop()
  await stack?.stop()
})

function depsOf({ auths: [auth] }: Stack): AuthDeps {
  if (auth === undefined) throw new Error('a stack has one auth at least')
  return auth.deps
}

function callerOf(claims = anonymousClaims): AuthContext {
  return createContext(busy, claims, { 'sallyport-client-address': '198.51.100.7' })
}

function inSession({ id, sessionId }: Person): AuthContext {
  return callerOf({ ...anonymousClaims, kind: 'user', subject: id, sessionId })
}

/** Of everybody and everything. */
async function counted(): Promise<unknown> {
  const throttles = await stack
    .db('throttles')
    .where('points', '>', 0)
    .orderBy('key')
    .select('key', 'points')
  const attempts = await stack.db('verifications').sum({ attempts: 'attempts' })
  return { throttles, attempts }
}

async function resetCode(email: string): Promise<{ verificationId: string; code: string }> {
  // Nobody is mailed twice within a minute.
  await stack.db('throttles').delete()
  const asked = await stack.client.send(REQUEST, { input: { email } })
  const verificationId = asked.data.requestPasswordReset.id
  return { verificationId, code: await stack.mailbox.takeCode(email) }
}

/** A challenge in which the password is the next factor. */
async function passwordChallenge(): Promise<string> {
  const { id } = await transact(stack.db, (trx) =>
    beginVerification(trx, busy.config, {
      purpose: 'LOGIN',
      email: null,
      template: null,
      userId: person.id,
      methods: { PASSWORD: {} },
    }),
  )
  return id
}

describe('nothing is counted by', () => {
  const input = { newPassword: NEW_PASSWORD, password: PASSWORD, currentPassword: PASSWORD }
  test.each<readonly [string, () => Promise<(trial: number) => Promise<unknown>>]>([
    ['register', async () => () => register(busy, callerOf(), { email: newEmail(), ...input })],
    ['login', async () => () => login(busy, callerOf(), { email: person.email, ...input })],
    ['login of nobody', async () => () => login(busy, callerOf(), { email: newEmail(), ...input })],
    ['changePassword', async () => () => changePassword(busy, inSession(person), input)],
    [
      'reauthenticate',
      async () => () => reauthenticate(busy, inSession(person), { password: PASSWORD }),
    ],
    [
      'resetPassword with a code',
      async () => {
        const proof = await resetCode(person.email)
        return () => resetPassword(busy, callerOf(), { ...proof, newPassword: NEW_PASSWORD })
      },
    ],
    [
      'verifySession with a password',
      async () => {
        const verificationId = await passwordChallenge()
        const code = { verificationId, code: PASSWORD }
        return () => verifySession(busy, callerOf(), code)
      },
    ],
  ])('%s', async (_, begin) => {
    const attempt = await begin()
    const before = await counted()
    for (let trial = 0; trial < TIMES; trial += 1) {
      await expect(attempt(trial)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
    }
    expect(await counted()).toEqual(before)
  })
})

test('afterwards everybody goes on from the same network, with the code that they have', async () => {
  await stack.db('throttles').delete()
  const owner = await registerPerson(stack)
  const proof = await resetCode(owner.email)
  const names = { input: { ...proof, newPassword: owner.email } }
  for (let trial = 0; trial < TIMES; trial += 1) {
    // Nor has anyone whose new password is weak.
    expect((await stack.client.send(RESET, names)).code).toBe('WEAK_PASSWORD')
    const again = resetPassword(busy, callerOf(), { ...proof, newPassword: NEW_PASSWORD })
    await expect(again).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
  }
  const answer = await stack.client.send(RESET, { input: { ...proof, newPassword: NEW_PASSWORD } })
  expect(answer.data?.resetPassword).toEqual({ email: owner.email })
  const { email, deviceToken } = owner
  const input = { email, password: NEW_PASSWORD, deviceToken }
  expect((await stack.client.send(LOGIN, { input })).errors).toEqual([])
  const begun = await stack.client.send(REGISTER, {
    input: { email: newEmail(), password: PASSWORD },
  })
  expect(begun.errors).toEqual([])
})

test('a wrong code is a guess, however busy it is', async () => {
  await stack.db('throttles').delete()
  const { verificationId, code } = await resetCode((await registerPerson(stack)).email)
  const wrong = code === '00000000' ? '11111111' : '00000000'
  for (let left = 4; left >= 0; left -= 1) {
    const guess = resetPassword(busy, callerOf(), {
      verificationId,
      code: wrong,
      newPassword: NEW_PASSWORD,
    })
    await expect(guess).rejects.toMatchObject({
      extensions: { code: 'VERIFICATION_FAILED', attemptsRemaining: left },
    })
  }
  const input = { verificationId, code, newPassword: NEW_PASSWORD }
  expect((await stack.client.send(RESET, { input })).code).toBe('VERIFICATION_FAILED')
})

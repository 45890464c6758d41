// Refresh tokens from before a proof or a new password: a lost answer costs nobody a session, and a copy gains nothing.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bearer } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import { PASSWORD, type Person, refreshWith, registerPerson } from '../people.ts'

const NEW_PASSWORD = 'another long pass phrase'
const REAUTHENTICATE = `mutation Again($input: ReauthenticateInput!) {
  reauthenticate(input: $input) { ... on SignedIn { tokens { accessToken refreshToken } } } }`
const CHANGE = `mutation Change($input: ChangePasswordInput!) {
  changePassword(input: $input) { tokens { accessToken refreshToken } } }`

let stack: Stack
let person: Person

beforeAll(async () => {
  stack = await startStack()
})
afterAll(async () => {
  await stack?.stop()
})
beforeEach(async () => {
  person = await registerPerson(stack)
  await session().update({ authenticated_at: new Date(0) })
})

describe('a refresh token from before reauthenticate', () => {
  test('leads to the new one and proves no more than before, at once and later', async () => {
    const proved = await prove()
    expect(proved.authTime).toBeGreaterThan(0)

    const repeated = await refreshed(person.refreshToken)
    expect(repeated).toMatchObject({ refreshToken: proved.refreshToken, authTime: 0 })
    expect((await refreshed(repeated.refreshToken)).authTime).toBe(0)
  })

  test('proves no more than before when the answer was lost and the grace is over', async () => {
    await prove()
    await prove()
    await session().update({ rotated_at: stack.db.raw("now() - interval '61 seconds'") })
    const next = await refreshed(person.refreshToken)
    expect(next.authTime).toBe(0)
    expect((await refreshed(next.refreshToken)).authTime).toBe(0)
  })

  test('takes nothing from those who go on with the new one', async () => {
    const proved = await prove()
    const next = await refreshed(proved.refreshToken)
    expect(next.authTime).toBe(proved.authTime)
    expect((await refreshed(next.refreshToken)).authTime).toBe(proved.authTime)
  })
})

describe('a refresh token from before a new password', () => {
  test('leads to the new one while honest clients repeat their calls', async () => {
    const changed = await changePassword()
    expect(await refreshed(person.refreshToken)).toMatchObject({
      refreshToken: changed.refreshToken,
      authTime: 0,
    })
  })

  test('ends the session after that', async () => {
    const changed = await changePassword()
    await session().update({
      rotated_at: stack.db.raw("now() - interval '31 seconds'"),
      predecessors_expire_at: stack.db.raw("now() - interval '1 second'"),
    })
    const late = await refreshWith(stack.client, person.refreshToken)
    expect(late.code).toBe('INVALID_REFRESH_TOKEN')
    const { status, revoked_reason } = await session().first()
    expect({ status, revoked_reason }).toEqual({
      status: 'REVOKED',
      revoked_reason: 'refresh-token-reuse',
    })
    expect((await refreshWith(stack.client, changed.refreshToken)).code).toBe(
      'INVALID_REFRESH_TOKEN',
    )
  })

  test('is nobody’s concern once the new one was used: later answers may be lost again', async () => {
    const changed = await changePassword()
    const next = await refreshed(changed.refreshToken)
    await session().update({ rotated_at: stack.db.raw("now() - interval '61 seconds'") })
    expect(await refreshed(changed.refreshToken)).toBeTruthy()
    expect((await refreshWith(stack.client, next.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN')
  })
})

test('a token from after a new password is not taken for one from before it', async () => {
  const changed = await changePassword()
  await session().update({
    rotated_at: stack.db.raw("now() - interval '5 minutes'"),
    predecessors_expire_at: stack.db.raw("now() - interval '4 minutes'"),
  })
  const proved = await prove(NEW_PASSWORD, changed.accessToken)
  // Another tab sends what it got with the new password; the answer of that may be lost, too.
  expect((await refreshed(changed.refreshToken)).refreshToken).toBe(proved.refreshToken)
  await session().update({ rotated_at: stack.db.raw("now() - interval '61 seconds'") })
  expect(await refreshed(changed.refreshToken)).toBeTruthy()
  // What is from before it is still void.
  expect((await refreshWith(stack.client, person.refreshToken)).code).toBe('INVALID_REFRESH_TOKEN')
})

test('what an instance of an older version left behind ends no session', async () => {
  const changed = await changePassword()
  const next = await refreshed(changed.refreshToken)
  await session().update({ predecessors_expire_at: stack.db.raw("now() - interval '1 minute'") })
  expect((await refreshed(changed.refreshToken)).refreshToken).toBe(next.refreshToken)
})

interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
  readonly authTime: number
}

function tokensOf(tokens: { accessToken: string; refreshToken: string }): Tokens {
  const [, payload = ''] = tokens.accessToken.split('.')
  const { auth_time: authTime } = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return { ...tokens, authTime }
}

async function prove(password = PASSWORD, accessToken = person.accessToken): Promise<Tokens> {
  const input = { password }
  const { data } = await stack.client.send(REAUTHENTICATE, { input }, bearer(accessToken))
  return tokensOf(data.reauthenticate.tokens)
}

async function changePassword(): Promise<Tokens> {
  const input = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }
  const { data } = await stack.client.send(CHANGE, { input }, person.headers)
  return tokensOf(data.changePassword.tokens)
}

async function refreshed(refreshToken: string): Promise<Tokens> {
  const { data } = await refreshWith(stack.client, refreshToken)
  return tokensOf(data.refresh.tokens)
}

function session() {
  return stack.db('sessions').where('id', person.sessionId)
}

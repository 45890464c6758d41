// Clocks that are wrong or jump (case 187) cost at most a refresh; they end no session and open no door.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newKey } from './auth-peer.ts'
import { bearer, refusalOf, type Stack, startGateway } from './start-gateway.ts'

let stack: Stack
/** Of the gateway's wall clock; its monotonic one goes on as ever. */
let offsetMs: number

beforeEach(async () => {
  offsetMs = 0
  stack = await startGateway({ deps: { now: () => Date.now() + offsetMs } })
})
afterEach(() => stack[Symbol.asyncDispose]())

const minutes = (count: number) => count * 60_000

test.each([4_000, -4_000])('%i ms off is within the leeway', async (off) => {
  offsetMs = off
  expect((await stack.hello(bearer(await stack.auth.token()))).status).toBe(200)
})

test.each([
  ['30 s behind', -30_000, 'TOKEN_INVALID'],
  ['5 minutes behind', -minutes(5), 'TOKEN_INVALID'],
  ['11 minutes ahead', minutes(11), 'TOKEN_EXPIRED'],
])('%s, a token is refused with a reason that ends no session', async (_, off, reason) => {
  const headers = bearer(await stack.auth.token())
  offsetMs = off
  expect(refusalOf(await stack.hello(headers))).toBe(`UNAUTHENTICATED ${reason}`)
  offsetMs = 0
  expect((await stack.hello(headers)).status).toBe(200)
})

test('ahead by 5 minutes, a token ends 5 minutes early and is good until then', async () => {
  const headers = bearer(await stack.auth.token())
  offsetMs = minutes(5)
  expect((await stack.hello(headers)).status).toBe(200)
})

test('a clock that jumps back forgets no revocation and revives no token', async () => {
  const revoked = bearer(await stack.auth.token())
  const iat = Math.floor(Date.now() / 1000) - 590
  const ending = bearer(await stack.auth.token({ claims: { sid: 'ses_2', iat, exp: iat + 600 } }))
  expect((await stack.hello(ending)).status).toBe(200)
  stack.auth.revoke({ kind: 'session', id: 'ses_1' })
  await expect.poll(async () => (await stack.hello(revoked)).status).toBe(401)
  offsetMs = -minutes(5)
  expect(refusalOf(await stack.hello(revoked))).toBe('UNAUTHENTICATED SESSION_REVOKED')
  offsetMs = minutes(60)
  expect(refusalOf(await stack.hello(ending))).toBe('UNAUTHENTICATED TOKEN_EXPIRED')
})

test('a clock that jumps does not make the revocation feed look late', async () => {
  const headers = bearer(await stack.auth.token())
  await stack.hello(headers)
  for (const off of [minutes(5), -3_000, 0]) {
    offsetMs = off
    await stack.hello(headers)
  }
  const questions = stack.auth.calls('/internal/credentials')
  expect(questions).toHaveLength(0)
})

test('a key that is published no more ends its tokens within a minute, though they were verified and no feed says so', async () => {
  const headers = bearer(await stack.auth.token())
  expect((await stack.hello(headers)).status).toBe(200)
  const other = await newKey('key-2')
  stack.auth.published.splice(0, 1, other.jwk)
  offsetMs = minutes(1) + 1_000
  expect(refusalOf(await stack.hello(headers))).toBe('UNAUTHENTICATED TOKEN_INVALID')
  const next = await stack.auth.token({ header: { kid: 'key-2' }, key: other.privateKey })
  offsetMs = 0
  expect((await stack.hello(bearer(next))).status).toBe(200)
})

// A credential that was good and no longer is: refused within a second while auth can be asked, and never by mistake.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { apiKeyChecksum } from '../../platform/api-key-format.ts'
import { bearer, refusalOf, type Stack, startGateway } from './start-gateway.ts'

let stack: Stack
let elapsed: number
let wallElapsed: number
beforeEach(async () => {
  elapsed = 0
  wallElapsed = 0
  const monotonic = () => performance.now() + elapsed
  stack = await startGateway({ deps: { monotonic, now: () => Date.now() + wallElapsed } })
})
afterEach(() => stack[Symbol.asyncDispose]())

const secretBase = `sps_live_${'k'.repeat(40)}`
const apiKey = {
  'x-api-key': 'spk_live_abcdefghijklmnop',
  'x-api-secret': secretBase + apiKeyChecksum(secretBase),
}
const apiKeyPrincipal = { kind: 'api-key', sub: 'usr_1', key_id: 'key_1', roles: [], scope: '' }

/** Auth has told something, and the gateway has read it: once in a test, as it warns of a clock once in ten minutes. */
async function heard(): Promise<void> {
  stack.auth.beatLate()
  const logged = () => stack.logs.join('')
  await expect.poll(logged, { timeout: 30_000 }).toContain('the clock of this gateway is')
}

/** Auth tells nothing any more, and so much time passes. */
async function silence(ms: number): Promise<void> {
  stack.auth.switches.isBeating = false
  await heard()
  elapsed += ms
}

async function becomes(status: number, send: () => Promise<{ status: number }>): Promise<void> {
  await expect.poll(async () => (await send()).status, { timeout: 30_000 }).toBe(status)
}

describe('while the feed is fresh', () => {
  test('a revoked session is refused within a second, though its token is valid', async () => {
    const headers = bearer(await stack.auth.token())
    expect((await stack.hello(headers)).status).toBe(200)
    stack.auth.revoke({ kind: 'session', id: 'ses_1' })
    await heard()
    expect((await stack.hello(headers)).status).toBe(401)
    expect(refusalOf(await stack.hello(headers))).toBe('UNAUTHENTICATED SESSION_REVOKED')
    const other = bearer(await stack.auth.token({ claims: { sid: 'ses_2' } }))
    expect((await stack.hello(other)).status).toBe(200)
  })

  test('rights that changed make older tokens stale, and newer ones pass', async () => {
    const headers = bearer(await stack.auth.token({ claims: { ver: 4 } }))
    stack.auth.revoke({ kind: 'user', id: 'usr_1', ver: 5 })
    await heard()
    expect((await stack.hello(headers)).status).toBe(401)
    expect(refusalOf(await stack.hello(headers))).toBe('UNAUTHENTICATED TOKEN_STALE')
    const newer = bearer(await stack.auth.token({ claims: { ver: 5 } }))
    expect((await stack.hello(newer)).status).toBe(200)
  })

  test('a compromised signing key ends its tokens, verified ones included', async () => {
    const headers = bearer(await stack.auth.token())
    expect((await stack.hello(headers)).status).toBe(200)
    stack.auth.revoke({ kind: 'signing-key', id: 'key-1' })
    await heard()
    expect((await stack.hello(headers)).status).toBe(401)
    expect(refusalOf(await stack.hello(headers))).toBe('UNAUTHENTICATED TOKEN_INVALID')
  })

  test('a revoked API key is refused, cached or not', async () => {
    stack.auth.apiKeys.set(Object.values(apiKey).join(' '), apiKeyPrincipal)
    expect((await stack.hello(apiKey)).status).toBe(200)
    stack.auth.revoke({ kind: 'api-key', id: 'key_1' })
    await heard()
    expect((await stack.hello(apiKey)).status).toBe(401)
  })

  test("a change of its owner's rights empties a cached key", async () => {
    stack.auth.apiKeys.set(Object.values(apiKey).join(' '), apiKeyPrincipal)
    await stack.hello(apiKey)
    await stack.hello(apiKey)
    expect(stack.auth.calls('/internal/credentials')).toHaveLength(1)
    stack.auth.apiKeys.clear()
    stack.auth.revoke({ kind: 'user', id: 'usr_1', ver: 2 })
    await heard()
    expect((await stack.hello(apiKey)).status).toBe(401)
  })

  test('a key that was narrowed is asked about again at once', async () => {
    const pair = Object.values(apiKey).join(' ')
    stack.auth.apiKeys.set(pair, { ...apiKeyPrincipal, roles: ['admin'] })
    const protectedField = () => stack.send('{ onlyAdmins }', { headers: apiKey })
    expect((await protectedField()).status).toBe(200)
    stack.auth.apiKeys.set(pair, apiKeyPrincipal)
    stack.auth.revoke({ kind: 'api-key-changed', id: 'key_1' })
    await heard()
    expect((await protectedField()).status).toBe(403)
  })

  test('a key that was narrowed while auth took long to answer is asked about once more', async () => {
    const pair = Object.values(apiKey).join(' ')
    stack.auth.apiKeys.set(pair, { ...apiKeyPrincipal, roles: ['admin'] })
    const release = stack.auth.holdAnswers()
    const asked = stack.send('{ onlyAdmins }', { headers: apiKey })
    const questions = () => stack.auth.calls('/internal/credentials').length
    await expect.poll(questions, { timeout: 30_000 }).toBe(1)
    stack.auth.apiKeys.set(pair, apiKeyPrincipal)
    stack.auth.revoke({ kind: 'api-key-changed', id: 'key_1' })
    await heard()
    release()
    expect(refusalOf(await asked)).toBe('FORBIDDEN')
  })

  test('a cached key is asked about again after a minute', async () => {
    stack.auth.apiKeys.set(Object.values(apiKey).join(' '), apiKeyPrincipal)
    await stack.hello(apiKey)
    elapsed += 61_000
    await stack.hello(apiKey)
    const asked = stack.auth.calls('/internal/credentials')
    const types = asked.map(({ body }) => (body as { type: string }).type)
    expect(types.filter((type) => type === 'api-key')).toHaveLength(2)
  })

  test('a cached key that has ended is asked about, not refused by itself', async () => {
    const pair = Object.values(apiKey).join(' ')
    const ending = { ...apiKeyPrincipal, expires_at: Date.now() / 1000 + 4 }
    stack.auth.apiKeys.set(pair, ending)
    expect((await stack.hello(apiKey)).status).toBe(200)
    wallElapsed += 4_500
    stack.auth.apiKeys.set(pair, apiKeyPrincipal)
    expect((await stack.hello(apiKey)).status).toBe(200)
  })

  test('a key that has ended is not honoured while nobody answers', async () => {
    const ending = { ...apiKeyPrincipal, expires_at: Date.now() / 1000 + 4 }
    stack.auth.apiKeys.set(Object.values(apiKey).join(' '), ending)
    expect((await stack.hello(apiKey)).status).toBe(200)
    wallElapsed += 4_500
    stack.auth.switches.isAnswering = false
    expect((await stack.hello(apiKey)).status).toBe(503)
  })

  describe('what a key lost is not honoured while auth cannot say what is left', () => {
    const voids = [
      { kind: 'user', id: 'usr_1', ver: 2 },
      { kind: 'api-key-changed', id: 'key_1' },
    ] as const

    test.each(voids)('after an entry of kind $kind', async (entry) => {
      stack.auth.apiKeys.set(Object.values(apiKey).join(' '), apiKeyPrincipal)
      expect((await stack.hello(apiKey)).status).toBe(200)
      stack.auth.switches.isAnswering = false
      stack.auth.revoke(entry)
      await heard()
      expect((await stack.hello(apiKey)).status).toBe(503)
      elapsed += 1001
      expect(refusalOf(await stack.hello(apiKey))).toBe('SERVICE_UNAVAILABLE')
      stack.auth.switches.isAnswering = true
      expect((await stack.hello(apiKey)).status).toBe(200)
    })

    test.each(voids)(
      "a moment after another key's question failed, of kind $kind",
      async (entry) => {
        const base = `sps_live_${'o'.repeat(40)}`
        const other = { ...apiKey, 'x-api-secret': base + apiKeyChecksum(base) }
        stack.auth.apiKeys.set(Object.values(apiKey).join(' '), apiKeyPrincipal)
        expect((await stack.hello(apiKey)).status).toBe(200)
        stack.auth.revoke(entry)
        await heard()
        stack.auth.switches.isAnswering = false
        expect((await stack.hello(other)).status).toBe(503)
        expect((await stack.hello(apiKey)).status).toBe(503)
      },
    )

    test('after so long that entries are no longer kept', async () => {
      stack.auth.apiKeys.set(Object.values(apiKey).join(' '), apiKeyPrincipal)
      expect((await stack.hello(apiKey)).status).toBe(200)
      elapsed += 61 * 60_000
      await heard()
      stack.auth.switches.isAnswering = false
      expect((await stack.hello(apiKey)).status).toBe(503)
    })
  })

  test('a key used from a forbidden address is not forgotten where it is allowed', async () => {
    const pair = Object.values(apiKey).join(' ')
    stack.auth.apiKeys.set(pair, apiKeyPrincipal)
    expect((await stack.hello(apiKey)).status).toBe(200)
    elapsed += 61_000
    await heard()
    stack.auth.apiKeys.set(pair, { refused: 'ADDRESS_NOT_ALLOWED' })
    expect(refusalOf(await stack.hello(apiKey))).toBe('UNAUTHENTICATED API_KEY_INVALID')
    stack.auth.switches.isAnswering = false
    expect((await stack.hello(apiKey)).status).toBe(200)
  })

  test('logging out a revoked session succeeds as nobody', async () => {
    const headers = bearer(await stack.auth.token())
    stack.auth.revoke({ kind: 'session', id: 'ses_1' })
    await heard()
    expect((await stack.hello(headers)).status).toBe(401)
    const reply = await stack.send('mutation { logout }', { headers })
    expect(reply.body).toEqual({ data: { logout: 'anonymous' } })
  })
})

describe('while the feed is late and auth answers', () => {
  test('many credentials are one question, and a revocation is found by it', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, n) => stack.auth.token({ claims: { sid: `ses_${n}` } })),
    )
    for (const token of tokens) await stack.hello(bearer(token))
    await silence(2000)
    stack.auth.revoke({ kind: 'session', id: 'ses_7' })
    const replies = await Promise.all(tokens.map((token) => stack.hello(bearer(token))))
    expect(replies.map(({ status }) => status)).toEqual(tokens.map((_, n) => (n === 7 ? 401 : 200)))
    expect(stack.auth.calls('/internal/credentials').length).toBeLessThanOrEqual(2)
  })

  test('a credential that was never seen before is asked about, not refused', async () => {
    await silence(2000)
    expect((await stack.hello(bearer(await stack.auth.token()))).status).toBe(200)
  })
})

describe('while auth takes long to answer', () => {
  /** How long the gateway waits for an answer. */
  const PATIENCE_MS = 500

  test('what was confirmed does not wait for it, and a revocation counts when the answer comes', async () => {
    const known = bearer(await stack.auth.token())
    const revoked = bearer(await stack.auth.token({ claims: { sid: 'ses_2' } }))
    for (const headers of [known, revoked]) await stack.hello(headers)
    await silence(2000)
    const release = stack.auth.holdAnswers()
    stack.auth.revoke({ kind: 'session', id: 'ses_2' })
    const first = await Promise.all([stack.hello(known), stack.hello(revoked)])
    expect(first.map(({ status }) => status)).toEqual([200, 200])
    const start = performance.now()
    for (let count = 0; count < 20; count++) expect((await stack.hello(known)).status).toBe(200)
    expect(performance.now() - start).toBeLessThan(20 * PATIENCE_MS)
    release()
    await becomes(401, () => stack.hello(revoked))
    expect((await stack.hello(known)).status).toBe(200)
  })

  test('what was never confirmed waits', async () => {
    await silence(2000)
    stack.auth.switches.slowAnswersMs = 2 * PATIENCE_MS
    stack.auth.revoke({ kind: 'session', id: 'ses_2' })
    const unknown = bearer(await stack.auth.token({ claims: { sid: 'ses_2' } }))
    expect((await stack.hello(unknown)).status).toBe(401)
  })

  test('once it answers in time again, it is waited for', async () => {
    const sids = Array.from({ length: 64 }, (_, n) => `ses_${n}`)
    const sessions = await Promise.all(
      sids.map(async (id) => ({
        id,
        headers: bearer(await stack.auth.token({ claims: { sid: id } })),
      })),
    )
    for (const { headers } of sessions) await stack.hello(headers)
    await silence(2000)
    const release = stack.auth.holdAnswers()
    await stack.hello(sessions[0]?.headers)
    release()
    /** Whether a revocation counts for the first request after it: only one that waits for the answer knows of it. */
    const statusAtOnce = async () => {
      const session = sessions.shift()
      elapsed += 2000
      stack.auth.revoke({ kind: 'session', id: session?.id ?? '' })
      return (await stack.hello(session?.headers)).status
    }
    await expect.poll(statusAtOnce, { interval: 500 }).toBe(401)
  })
})

describe('while the feed is late', () => {
  test('a key loses within a second what its owner loses', async () => {
    const pair = Object.values(apiKey).join(' ')
    const admin = () => stack.send('{ onlyAdmins }', { headers: apiKey })
    stack.auth.apiKeys.set(pair, { ...apiKeyPrincipal, roles: ['admin'] })
    expect((await admin()).status).toBe(200)
    await silence(2000)
    expect((await admin()).status).toBe(200)
    stack.auth.apiKeys.set(pair, apiKeyPrincipal)
    elapsed += 1001
    expect(refusalOf(await admin())).toBe('FORBIDDEN')
  })

  test('a key is asked about once a second, however often it is used', async () => {
    stack.auth.apiKeys.set(Object.values(apiKey).join(' '), apiKeyPrincipal)
    await silence(2000)
    for (let n = 0; n < 10; n += 1) expect((await stack.hello(apiKey)).status).toBe(200)
    expect(stack.auth.calls('/internal/credentials').length).toBeLessThanOrEqual(2)
  })

  test('logout is 503 where nobody can say whose session it is, never a success that ended none', async () => {
    const headers = bearer(await stack.auth.token())
    stack.auth.switches.isAnswering = false
    await silence(2000)
    const reply = await stack.send('mutation { logout }', { headers })
    expect([reply.status, refusalOf(reply)]).toEqual([503, 'SERVICE_UNAVAILABLE'])
    stack.auth.switches.isAnswering = true
    elapsed += 2000
    const again = await stack.send('mutation { logout }', { headers })
    expect(again.body).toEqual({ data: { logout: 'user' } })
  })
})

describe('a long list of revocations', () => {
  const entry = (n: number) => ({ kind: 'session', id: `ses_${n}`, expiresAt: 9_999_999_999 })
  const line = (message: object) => `${JSON.stringify({ at: '', ...message })}\n`

  test('counts once all of its parts are there, however slowly they come', async () => {
    const slow = await startGateway({ waitUntilReady: false })
    try {
      const parts = [1, 2, 3].map((n) =>
        line({ type: 'snapshot', entries: [entry(n)], more: true }),
      )
      // Five pieces, none of them a whole line, over more time than a silent feed is given.
      const pieces = parts.join('').match(/.{1,60}/gs) ?? []
      const end = line({ type: 'snapshot', entries: [], rules: [] })
      slow.auth.beginFeedsSlowly([...pieces, end], 700)
      slow.auth.cutFeeds()
      await slow.gateway.ready()
      const refused = await slow.hello(bearer(await slow.auth.token({ claims: { sid: 'ses_3' } })))
      expect(refusalOf(refused)).toBe('UNAUTHENTICATED SESSION_REVOKED')
      expect(slow.auth.calls('/internal/revocations').length).toBeLessThanOrEqual(2)
    } finally {
      await slow[Symbol.asyncDispose]()
    }
  })

  test('a gateway is not ready while a part is missing', async () => {
    const partial = await startGateway({ waitUntilReady: false })
    try {
      partial.auth.beginFeedsSlowly([line({ type: 'snapshot', entries: [], more: true })], 0)
      partial.auth.cutFeeds()
      await sleep(1000)
      const ready = await fetch(`${partial.gateway.url}/health/ready`)
      expect(ready.status).toBe(503)
    } finally {
      await partial[Symbol.asyncDispose]()
    }
  })
})

describe('the address rules', () => {
  const line = (message: object) => `${JSON.stringify({ at: '', ...message })}\n`
  const rules = [{ action: 'DENY', appliesTo: 'EVERYBODY', network: '127.0.0.1' }]

  async function startWithFeed(lines: readonly object[]) {
    const started = await startGateway({ waitUntilReady: false })
    // No heartbeat: an auth that beats has told its rules.
    started.auth.switches.isBeating = false
    started.auth.beginFeedsSlowly(lines.map(line), 0)
    started.auth.cutFeeds()
    return started
  }
  const readiness = async ({ gateway }: Stack) =>
    (await fetch(`${gateway.url}/health/ready`)).status

  test('a gateway that was not told them is not ready', async () => {
    await using started = await startWithFeed([{ type: 'snapshot', entries: [] }])
    await sleep(1000)
    expect(started.auth.calls('/internal/revocations').length).toBeGreaterThan(0)
    expect(await readiness(started)).toBe(503)
  })

  test.each([
    ['in the last line of the snapshot', [{ type: 'snapshot', entries: [], rules }]],
    [
      'after it, as by an older auth',
      [
        { type: 'snapshot', entries: [] },
        { type: 'address-rules', rules },
      ],
    ],
  ])('told %s they count once it is ready', async (_, lines) => {
    await using started = await startWithFeed(lines)
    await started.gateway.ready()
    expect(refusalOf(await started.hello())).toBe('FORBIDDEN ADDRESS_DENIED')
  })
})

test('every token issued before a moment is refused by one entry, and later ones pass', async () => {
  const iat = Math.floor(Date.now() / 1000) - 60
  const older = bearer(await stack.auth.token({ claims: { iat, exp: iat + 600 } }))
  const newer = bearer(await stack.auth.token({ claims: { iat: iat + 30, exp: iat + 600 } }))
  expect((await stack.hello(older)).status).toBe(200)
  stack.auth.revoke({ kind: 'issued-before', id: String(iat + 30) })
  await becomes(401, () => stack.hello(older))
  expect(refusalOf(await stack.hello(older))).toBe('UNAUTHENTICATED TOKEN_STALE')
  expect((await stack.hello(newer)).status).toBe(200)
})

test('many credentials at once while the feed is late are asked about in parts that auth can take', async () => {
  await stack[Symbol.asyncDispose]()
  // A machine that has much else to do reads the last of a thousand requests late.
  const limits = { headersTimeoutMs: 60_000, requestTimeoutMs: 60_000 }
  stack = await startGateway({ deps: { monotonic: () => performance.now() + elapsed }, limits })
  const tokens = await Promise.all(
    Array.from({ length: 1050 }, (_, n) => stack.auth.token({ claims: { sid: `ses_${n}` } })),
  )
  await silence(2000)
  stack.auth.revoke({ kind: 'session', id: 'ses_1049' })
  const replies = await Promise.all(tokens.map((token) => stack.hello(bearer(token))))
  const statuses = replies.map(({ status }) => status)
  expect(statuses.filter((status) => status === 200)).toHaveLength(1049)
  expect(statuses[1049]).toBe(401)
  const asked = stack.auth
    .calls('/internal/credentials')
    .map(({ body }) => (body as { sessions: unknown[] }).sessions.length)
  expect(asked.length).toBeGreaterThan(1)
  expect(Math.max(...asked)).toBeLessThanOrEqual(1000)
})

describe('while auth is unavailable', () => {
  test('what was confirmed is honoured for 60 s, the rest is 503, and nothing is 401', async () => {
    const known = bearer(await stack.auth.token())
    const unknown = bearer(await stack.auth.token({ claims: { sid: 'ses_2' } }))
    stack.auth.apiKeys.set(Object.values(apiKey).join(' '), apiKeyPrincipal)
    await stack.hello(known)
    await stack.hello(apiKey)
    await silence(5000)
    stack.auth.switches.isDown = true
    expect((await stack.hello(known)).status).toBe(200)
    expect((await stack.hello(apiKey)).status).toBe(200)
    const refused = await stack.hello(unknown)
    expect([refused.status, refusalOf(refused)]).toEqual([503, 'SERVICE_UNAVAILABLE'])
    expect(refused.headers.get('retry-after')).toBeTruthy()

    elapsed += 53_000
    expect((await stack.hello(known)).status).toBe(200)
    elapsed += 5000
    for (const headers of [known, apiKey]) expect((await stack.hello(headers)).status).toBe(503)
  })

  test('an API key that is not cached is 503, and a forged token still 401', async () => {
    stack.auth.switches.isDown = true
    const reply = await stack.hello(apiKey)
    expect([reply.status, refusalOf(reply)]).toEqual([503, 'SERVICE_UNAVAILABLE'])
    expect((await stack.hello(bearer('nonsense'))).status).toBe(401)
  })

  test('a live rule is 503', async () => {
    const headers = bearer(await stack.auth.token({ claims: { roles: ['admin'] } }))
    await stack.hello(headers)
    stack.auth.switches.isDown = true
    const reply = await stack.send('{ adminNow }', { headers })
    expect([reply.status, refusalOf(reply)]).toEqual([503, 'SERVICE_UNAVAILABLE'])
  })
})

test('after an interruption the feed comes back, and tells what was revoked meanwhile', async () => {
  const headers = bearer(await stack.auth.token())
  expect((await stack.hello(headers)).status).toBe(200)
  const feeds = () => stack.auth.calls('/internal/revocations').length
  const before = feeds()
  // Nobody answers questions: what is refused now, the feed has told.
  stack.auth.switches.isAnswering = false
  stack.auth.cutFeeds()
  stack.auth.switches.isBeating = false
  stack.auth.revoke({ kind: 'session', id: 'ses_1' })
  stack.auth.switches.isBeating = true
  await becomes(401, () => stack.hello(headers))
  expect(refusalOf(await stack.hello(headers))).toBe('UNAUTHENTICATED SESSION_REVOKED')
  expect(feeds()).toBe(before + 1)
})

// Sessions in cookies: what they may do, which of them leave the gateway, and what auth is told of them.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { csrfClaim } from './auth-peer.ts'
import { rawRequest } from './raw-request.ts'
import { bearer, refusalOf, type Stack, startGateway } from './start-gateway.ts'

const app = 'https://app.example'
const csrfToken = 'csrf-token-of-this-session'
let stack: Stack
let access: string

beforeAll(async () => {
  stack = await startGateway({ env: { CORS_ORIGINS: app } })
  access = await stack.auth.token({ claims: { csrf: csrfClaim(csrfToken) } })
})
afterAll(() => stack[Symbol.asyncDispose]())
beforeEach(() => {
  stack.auth.seen.length = 0
  stack.auth.setCookies([])
})

const cookie = (...pairs: string[]) => ({ cookie: pairs.join('; '), origin: app })
const lastHeaders = () => stack.auth.calls('/graphql').at(-1)?.headers ?? {}

describe('a session cookie as a credential', () => {
  test('an access cookie stands for its user', async () => {
    const headers = cookie('other=1', `__Host-access=${access}`, 'more=2')
    expect((await stack.send('{ me { sub } }', { headers })).body).toEqual({
      data: { me: { sub: 'usr_1' } },
    })
  })

  test('the token of a cookie session is refused as a bearer, and the reverse', async () => {
    const asBearer = await stack.hello(bearer(access))
    const asCookie = await stack.hello(cookie(`__Host-access=${await stack.auth.token()}`))
    for (const reply of [asBearer, asCookie]) {
      expect([reply.status, refusalOf(reply)]).toEqual([401, 'UNAUTHENTICATED TOKEN_INVALID'])
    }
  })

  test('an expired token in the cookie is TOKEN_EXPIRED: the client refreshes', async () => {
    const iat = Math.floor(Date.now() / 1000) - 600
    const expired = await stack.auth.token({
      claims: { iat, exp: iat + 300, csrf: csrfClaim(csrfToken) },
    })
    const reply = await stack.hello(cookie(`__Host-access=${expired}`, '__Host-refresh=srt_1'))
    expect([reply.status, refusalOf(reply)]).toEqual([401, 'UNAUTHENTICATED TOKEN_EXPIRED'])
  })

  test('a refresh cookie alone is TOKEN_EXPIRED on a protected field, and nobody on a public one', async () => {
    const headers = cookie('__Host-refresh=srt_1')
    const reply = await stack.send('{ me { sub } }', { headers })
    expect([reply.status, refusalOf(reply)]).toEqual([401, 'UNAUTHENTICATED TOKEN_EXPIRED'])
    expect((await stack.hello(headers)).status).toBe(200)
  })

  test('one of our cookies twice is 400', async () => {
    const reply = await stack.hello(cookie(`__Host-access=${access}`, '__Host-access=tossed'))
    expect([reply.status, refusalOf(reply)]).toEqual([400, 'BAD_REQUEST AMBIGUOUS_CREDENTIALS'])
  })
})

describe('a name that only looks like ours', () => {
  const lookalikes = ['\xa0', '\xc2\xa0', '\x85', '\x0b', '\x0c']

  test.each(lookalikes)('with the bytes %j before it is not a cookie of ours', async (bytes) => {
    const reply = await rawRequest(
      stack.endpoint,
      [`Origin: ${app}`, `Cookie: other=1; ${bytes}__Host-access=${access}`],
      JSON.stringify({ query: '{ me { sub } }' }),
    )
    // Node refuses some of these bytes as no HTTP at all.
    expect(reply).toMatch(/CREDENTIALS_MISSING|^HTTP\/1\.1 400/)
    expect(reply).not.toContain('usr_1')
  })

  test('does not make the real one ambiguous', async () => {
    const reply = await rawRequest(
      stack.endpoint,
      [`Origin: ${app}`, `Cookie: \t__Host-access=${access} ; \xa0__Host-access=tossed`],
      JSON.stringify({ query: '{ me { sub } }' }),
    )
    expect(reply).toContain('usr_1')
  })
})

describe('what auth is told', () => {
  test('the Cookie header itself reaches no subgraph', async () => {
    await stack.hello(cookie(`__Host-access=${access}`, 'other=1'))
    expect(lastHeaders()).not.toHaveProperty('cookie')
  })

  test('the refresh value goes along with refresh and logout, and with nothing else', async () => {
    const headers = cookie('__Host-refresh=srt_value', '__Host-device=dev_1')
    for (const [document, sent] of [
      ['mutation { refresh }', 'srt_value'],
      ['mutation { logout }', 'srt_value'],
      ['mutation { login }', undefined],
      ['{ hello }', undefined],
    ] as const) {
      await stack.send(document, { headers })
      expect(lastHeaders()['sallyport-client-refresh']).toBe(sent)
    }
  })

  test('the device cookie goes along with login', async () => {
    await stack.send('mutation { login }', { headers: cookie('__Host-device=dev_1') })
    expect(lastHeaders()).toMatchObject({
      'sallyport-client-device': 'dev_1',
      'sallyport-client-cookies': 'allowed',
    })
  })

  test('with a header credential the cookies are ignored, by refresh and logout too', async () => {
    const headers = { ...bearer('nonsense'), ...cookie('__Host-refresh=srt_value') }
    await stack.send('mutation { refresh }', { headers })
    expect(lastHeaders()).not.toHaveProperty('sallyport-client-refresh')
  })

  test('a logout by header is told that the cookies beside it belong to another session', async () => {
    const headers = { ...bearer(await stack.auth.token()), ...cookie('__Host-refresh=srt_value') }
    await stack.send('mutation { logout }', { headers })
    expect(lastHeaders()).toMatchObject({ 'sallyport-client-cookies': 'unused' })
    await stack.send('mutation { login }', { headers })
    expect(lastHeaders()).toMatchObject({ 'sallyport-client-cookies': 'allowed' })
  })

  test('a page that is not listed, or a plain http address, may not use cookies', async () => {
    await stack.send('mutation { login }', {
      headers: { origin: 'https://evil.example', cookie: '__Host-device=d' },
    })
    expect(lastHeaders()['sallyport-client-cookies']).toBe('origin')
    expect(lastHeaders()).not.toHaveProperty('sallyport-client-device')
  })
})

describe('cookies that leave', () => {
  const ours = '__Host-access=jwt; Path=/; Secure; HttpOnly; SameSite=Lax'

  test('login hands on the cookies of auth, by name', async () => {
    stack.auth.setCookies([ours, 'tracking=1; Path=/'])
    const reply = await stack.send('mutation { login }', { headers: { origin: app } })
    expect(reply.headers.getSetCookie()).toEqual([ours])
  })

  test('a mutation sets no other cookies than its SDL says, and is told of none beside', async () => {
    const flow = '__Host-flow=secret; Path=/; Secure; HttpOnly; SameSite=Lax'
    stack.auth.setCookies([ours, flow])
    const begun = await stack.send('mutation { begin }', { headers: { origin: app } })
    expect(begun.headers.getSetCookie()).toEqual([flow])
    const all = cookie('__Host-refresh=srt_1', '__Host-flow=f', '__Host-device=d')
    await stack.send('mutation { begin }', { headers: all })
    expect(lastHeaders()['sallyport-client-cookies']).toBe('allowed')
    for (const name of ['refresh', 'flow', 'device']) {
      expect(lastHeaders()).not.toHaveProperty(`sallyport-client-${name}`)
    }
  })

  test('no other operation sets a cookie', async () => {
    stack.auth.setCookies([ours])
    expect((await stack.hello()).headers.getSetCookie()).toEqual([])
  })
})

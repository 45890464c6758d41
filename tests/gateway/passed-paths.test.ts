// A pretend path of auth's behind the gateway, attacked: what passes, in whose name, and what never does.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createAdmission } from '../../gateway/admission.ts'
import { checkPassedPaths, type PassedPath } from '../../gateway/passed/paths.ts'
import { csrfClaim } from './auth-peer.ts'
import { rawBytes } from './raw-request.ts'
import { type Stack, startGateway } from './start-gateway.ts'

const passedPaths: readonly PassedPath[] = [
  { path: '/pretend/page', for: 'people', flowCookies: ['__Host-flow'], makesSession: true },
  { path: '/pretend/token', for: 'programs' },
  { path: '/pretend/logout', for: 'people', identityHints: ['id_token_hint'], makesSession: true },
]
const publicUrl = 'https://graph.example.com'

let stack: Stack
beforeAll(async () => {
  stack = await startGateway({
    publicUrl,
    env: { CORS_ORIGINS: 'https://listed.example' },
    deps: { passedPaths },
  })
  stack.auth.answerPagesWith((_incoming, response, text) => {
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'set-cookie': [
        '__Host-flow=next; Path=/; Secure; HttpOnly',
        '__Host-access=new; Path=/; Secure; HttpOnly',
        'tracker=1; Path=/',
      ],
      'x-powered-by': 'auth',
      'content-security-policy': "default-src 'self'",
      'cache-control': 'public, max-age=600',
      'referrer-policy': 'unsafe-url',
      'access-control-allow-origin': '*',
    })
    response.end(`you sent ${text}`)
  })
})
afterAll(() => stack[Symbol.asyncDispose]())
beforeEach(() => stack.auth.forgetSeen())

const passed = () => stack.auth.passed()
const lastPassed = () => passed().at(-1)

function raw(lines: readonly string[], body = ''): Promise<string> {
  return rawBytes(stack.endpoint, `${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`)
}
const statusOf = (answer: string) => Number(answer.slice(9, 12))
const at = (path: string) => `${stack.gateway.url}${path}`

/** Opens the page and returns what its form needs. */
async function openPage(cookies: readonly string[] = []) {
  const response = await fetch(at('/pretend/page'), { headers: { cookie: cookies.join('; ') } })
  await response.text()
  const form = response.headers.getSetCookie().find((line) => line.startsWith('__Host-form='))
  const kept = form?.split(';', 1)[0] ?? ''
  return {
    cookie: [...cookies, kept].join('; '),
    form: String(lastPassed()?.headers['sallyport-client-form']),
  }
}

function sendForm(fields: Record<string, string>, headers: Record<string, string>) {
  return fetch(at('/pretend/page'), {
    method: 'POST',
    headers: { origin: publicUrl, ...headers },
    body: new URLSearchParams(fields),
  })
}

describe('which requests pass', () => {
  test.each([
    '/pretend/page%2f',
    '/pretend%2Fpage',
    '/%70retend/page',
    '//pretend/page',
    '/pretend//page',
    '/pretend/./page',
    '/pretend/../pretend/page',
    '/pretend/page/',
    '/pretend/page;x=1',
    '/pretend\\page',
    '/pretend/page/..',
    '/pretend/page/../../internal/credentials',
    '/internal/credentials',
    '/internal/revocations',
    '/PRETEND/page',
    '/pretend/page%00',
    '/pretend/token/%2e%2e/page',
    '/./pretend/page',
    '/pretend/page%3fx',
  ])('%s is 404 and reaches nobody', async (path) => {
    const before = passed().length
    const answer = await raw([`GET ${path} HTTP/1.1`, 'Host: graph.example.com'])
    expect([400, 404]).toContain(statusOf(answer))
    expect(passed().length).toBe(before)
  })

  test('an absolute target leads nowhere, whatever host it names', async () => {
    for (const target of ['http://auth.internal/pretend/page', `${publicUrl}/pretend/page`]) {
      const answer = await raw([`GET ${target} HTTP/1.1`, 'Host: graph.example.com'])
      expect(statusOf(answer)).toBe(404)
    }
    expect(passed()).toEqual([])
  })

  test.each(['PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND'])('%s is 405', async (method) => {
    const answer = await raw([`${method} /pretend/page HTTP/1.1`, 'Host: a'])
    expect(statusOf(answer)).toBe(405)
    expect(answer.toLowerCase()).toContain('allow: get, head, post')
    expect(passed()).toEqual([])
  })

  test('a program cannot GET what is there for POST', async () => {
    expect((await fetch(at('/pretend/token'))).status).toBe(405)
  })

  test('a path that nobody listed is 404 at the gateway', async () => {
    const response = await fetch(at('/pretend/other'))
    expect(response.status).toBe(404)
    await response.text()
    expect(passed()).toEqual([])
  })

  test('HEAD has the head alone', async () => {
    const response = await fetch(at('/pretend/page'), { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  })
})

describe('one request is one request', () => {
  const smuggled = 'GET /internal/revocations HTTP/1.1\r\nHost: a\r\n\r\n'

  test.each([
    ['two lengths', ['Content-Length: 5', `Content-Length: ${smuggled.length}`]],
    ['a length and chunks', ['Content-Length: 5', 'Transfer-Encoding: chunked']],
    ['another coding', ['Transfer-Encoding: gzip, chunked']],
    ['a coding with a blank', ['Transfer-Encoding : chunked']],
    ['a length that is not one', ['Content-Length: +5']],
  ])('%s is refused', async (_, lines) => {
    const head = [
      'POST /pretend/token HTTP/1.1',
      'Host: a',
      'Content-Type: application/x-www-form-urlencoded',
    ]
    const answer = await raw([...head, ...lines], `a=1&b${smuggled}`)
    expect(statusOf(answer)).toBeGreaterThanOrEqual(400)
    expect(passed()).toEqual([])
  })

  test('a GET with a body is refused', async () => {
    const length = `Content-Length: ${smuggled.length}`
    const answer = await raw(['GET /pretend/page HTTP/1.1', 'Host: a', length], smuggled)
    expect(statusOf(answer)).toBe(400)
    expect(passed()).toEqual([])
  })

  test('chunks go on as one text with a length', async () => {
    const body = '3\r\na=1\r\n4;x="y"\r\n&b=2\r\n0\r\nX-Trailer: 1\r\n\r\n'
    const type = 'Content-Type: application/x-www-form-urlencoded'
    const head = ['POST /pretend/token HTTP/1.1', 'Host: a', type, 'Transfer-Encoding: chunked']
    expect(statusOf(await raw(head, body))).toBe(200)
    const { headers, body: text } = lastPassed() ?? {}
    expect(text).toBe('a=1&b=2')
    expect(headers).toMatchObject({ 'content-length': '7' })
    expect(headers?.['transfer-encoding']).toBeUndefined()
  })

  test('a query cannot end the line, and is written anew', async () => {
    const split = await raw([
      'GET /pretend/page?a=1%0d%0aX-Evil:%201&b=%zz&c=+ HTTP/1.1',
      'Host: a',
    ])
    expect(statusOf(split)).toBe(200)
    expect(lastPassed()?.path).toBe('/pretend/page?a=1%0D%0AX-Evil%3A+1&b=%25zz&c=+')
    expect(lastPassed()?.headers['x-evil']).toBeUndefined()
  })

  test('a credential in a query is refused', async () => {
    const response = await fetch(at('/pretend/page?access_token=x'))
    expect(response.status).toBe(400)
    await response.text()
    expect(passed()).toEqual([])
  })
})

describe('what an app logs out with', () => {
  const jwt = (header: object) =>
    [header, { sub: 'usr_1' }, 'x']
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
  const hint = jwt({ alg: 'ES256', typ: 'JWT' })
  const accessToken = jwt({ alg: 'ES256', typ: 'at+jwt' })
  const get = async (target: string) =>
    statusOf(await raw([`GET ${target} HTTP/1.1`, 'Host: graph.example.com']))

  test('an identity token passes as the parameter that is listed', async () => {
    const search = `id_token_hint=${hint}&post_logout_redirect_uri=https%3A%2F%2Fapp.example%2F`
    expect(await get(`/pretend/logout?${search}`)).toBe(200)
    expect(lastPassed()?.path).toBe(`/pretend/logout?${search}`)
    expect(stack.logs.join('')).not.toContain(hint)
  })

  test.each([
    ['on a path that does not list it', `/pretend/page?id_token_hint=${hint}`],
    ['beside a path', `/pretend/other?id_token_hint=${hint}`],
    ['as another parameter', `/pretend/logout?hint=${hint}`],
    ['as another spelling of it', `/pretend/logout?id%5Ftoken_hint=${hint}`],
    ['in capitals', `/pretend/logout?ID_TOKEN_HINT=${hint}`],
    ['beside another token', `/pretend/logout?id_token_hint=${hint}&state=${hint}`],
    ['as a fragment of another', `/pretend/logout?x=1;id_token_hint=${hint}`],
    ['which is an access token', `/pretend/logout?id_token_hint=${accessToken}`],
    [
      'which is a refresh token',
      `/pretend/logout?id_token_hint=srt_${'a'.repeat(22)}.${'b'.repeat(43)}.${'c'.repeat(43)}`,
    ],
    ['which is the secret of a key', '/pretend/logout?id_token_hint=sps_live_abc'],
    ['which is called a token', `/pretend/logout?id_token=${hint}`],
  ])('a token is refused %s', async (_, target) => {
    expect(await get(target)).toBe(400)
    expect(passed()).toEqual([])
  })

  test('a link logs nobody out: the cookies of the session go with the form alone', async () => {
    const shown = await fetch(at(`/pretend/logout?id_token_hint=${hint}`))
    await shown.text()
    const names = shown.headers.getSetCookie().map((line) => line.split('=', 1)[0])
    expect(names).toEqual(['__Host-form'])
    expect(shown.headers.get('referrer-policy')).toBe('same-origin')
  })
})

describe('a provider that sends the browser back', () => {
  const cookies = '__Host-flow=f1; __Host-access=x; __Host-refresh=srt_1; __Host-device=d'
  const CROSS_SITE = ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate']

  test('by a link: code, state and the cookie of the flow pass, nothing of the session, and none is set', async () => {
    const answer = await raw([
      'GET /pretend/page?code=4%2F0Aabc&state=s1&iss=https%3A%2F%2Fop.example HTTP/1.1',
      'Host: graph.example.com',
      `Cookie: ${cookies}`,
      'Referer: https://op.example/consent',
      ...CROSS_SITE,
    ])
    expect(statusOf(answer)).toBe(200)
    expect(answer).not.toMatch(/set-cookie: __Host-(?:access|refresh|csrf|device)/i)
    expect(answer).toMatch(/set-cookie: __Host-form=[^\r]*SameSite=Lax/i)
    expect(lastPassed()).toMatchObject({
      path: '/pretend/page?code=4%2F0Aabc&state=s1&iss=https%3A%2F%2Fop.example',
      headers: { cookie: '__Host-flow=f1' },
    })
    expect(lastPassed()?.headers).not.toHaveProperty('referer')
  })

  test('an encrypted code, which begins as a token does, passes', async () => {
    const [header, key] = ['{"alg":"RSA-OAEP"}', '\u0001\u0002'].map((part) =>
      Buffer.from(part).toString('base64url'),
    )
    const line = `GET /pretend/page?code=${header}.${key}.a.b.c&state=s1 HTTP/1.1`
    expect(statusOf(await raw([line, 'Host: a']))).toBe(200)
  })

  test.each(['https://appleid.apple.com', 'null'])(
    'by a form of its own, as %s: it is refused, whatever cookies came',
    async (origin) => {
      const body = 'code=c&state=s1'
      const lines = [
        'POST /pretend/page HTTP/1.1',
        'Host: graph.example.com',
        'Content-Type: application/x-www-form-urlencoded',
        `Content-Length: ${body.length}`,
        `Origin: ${origin}`,
        `Cookie: ${cookies}`,
        ...CROSS_SITE,
      ]
      const answer = await raw(lines, body)
      expect(statusOf(answer)).toBe(403)
      expect(answer).toContain('CSRF_FAILED')
      expect(passed()).toEqual([])
    },
  )
})

describe('what auth is told', () => {
  test('host, scheme and address are ours, whatever a client sends', async () => {
    await raw([
      'GET /pretend/page HTTP/1.1',
      'Host: evil.example',
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-Proto: http',
      'X-Forwarded-For: 203.0.113.9',
      'Forwarded: for=203.0.113.9;host=evil',
      'X-Real-IP: 203.0.113.9',
      'X-Original-URL: /internal',
      'X-HTTP-Method-Override: POST',
      'Via: 1.1 evil',
      'User-Agent: browser',
    ])
    const { headers } = lastPassed() ?? {}
    expect(headers).toMatchObject({
      host: 'graph.example.com',
      'x-forwarded-host': 'graph.example.com',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '127.0.0.1',
      'sallyport-client-address': '127.0.0.1',
      'sallyport-client-user-agent': 'browser',
    })
    expect(JSON.stringify(headers)).not.toMatch(/evil/)
    for (const name of [
      'forwarded',
      'x-real-ip',
      'x-original-url',
      'x-http-method-override',
      'via',
    ]) {
      expect(headers).not.toHaveProperty(name)
    }
  })

  test.each([
    'Sallyport-Identity',
    'sallyport-client-address',
    'SALLYPORT_IDENTITY',
    'Sallyport-Client-Form',
  ])('nobody writes %s but the gateway', async (name) => {
    await raw(['GET /pretend/page HTTP/1.1', 'Host: a', `${name}: forged`])
    expect(JSON.stringify(lastPassed()?.headers)).not.toContain('forged')
    const claims = await stack.auth.claimsOf(lastPassed()?.headers ?? {})
    expect(claims.kind).toBe('anonymous')
  })

  test('of cookies the named one of the flow alone, and never a session', async () => {
    const cookies = [
      '__Host-access=x',
      '__Host-refresh=srt_1',
      '__Host-csrf=c',
      '__Host-device=d',
      '__Host-flow=f1',
      'other=1',
      '__Host-form=f',
      '\xa0__Host-flow=tossed',
    ]
    await raw(['GET /pretend/page HTTP/1.1', 'Host: a', `Cookie: ${cookies.join('; ')}`])
    expect(lastPassed()?.headers.cookie).toBe('__Host-flow=f1')
  })

  test('a flow cookie that is there twice is not one', async () => {
    await raw(['GET /pretend/page HTTP/1.1', 'Host: a', 'Cookie: __Host-flow=a; __Host-flow=b'])
    expect(lastPassed()?.headers.cookie).toBeUndefined()
  })

  test('a session is an identity token for auth', async () => {
    const access = await stack.auth.token({
      claims: { iss: publicUrl, aud: publicUrl, csrf: csrfClaim('c') },
    })
    await openPage([`__Host-access=${access}`])
    const headers = lastPassed()?.headers ?? {}
    const claims = await stack.auth.claimsOf(headers)
    expect(claims).toMatchObject({ kind: 'user', subject: 'usr_1', sessionId: 'ses_1' })
    expect(headers).not.toHaveProperty('sallyport-client-lost-session')
    expect(JSON.stringify(headers)).not.toContain(access)
  })

  test('a session that is over makes nobody, and auth is told why', async () => {
    const iat = Math.floor(Date.now() / 1000) - 1200
    const changes = { iss: publicUrl, aud: publicUrl, csrf: csrfClaim('c'), iat, exp: iat + 600 }
    await openPage([`__Host-access=${await stack.auth.token({ claims: changes })}`])
    const headers = lastPassed()?.headers ?? {}
    expect((await stack.auth.claimsOf(headers)).kind).toBe('anonymous')
    expect(headers['sallyport-client-lost-session']).toBe('TOKEN_EXPIRED')
    await openPage(['__Host-refresh=srt_1'])
    expect(lastPassed()?.headers['sallyport-client-lost-session']).toBe('TOKEN_EXPIRED')
  })

  test('a bearer token is nobody before a page, and is said so', async () => {
    const headers = { authorization: `Bearer ${await stack.auth.token()}` }
    expect((await fetch(at('/pretend/page'), { headers })).status).toBe(400)
    expect(passed()).toEqual([])
  })

  test('what programs send as Authorization passes, once; cookies do not, and the caller is nobody', async () => {
    const access = await stack.auth.token({
      claims: { iss: publicUrl, aud: publicUrl, csrf: csrfClaim('c') },
    })
    const headers = {
      authorization: 'Basic YTpi',
      cookie: `__Host-access=${access}; __Host-flow=f`,
    }
    const response = await fetch(at('/pretend/token'), {
      method: 'POST',
      headers,
      body: new URLSearchParams({ a: '1' }),
    })
    expect(response.status).toBe(200)
    expect(lastPassed()?.headers).toMatchObject({ authorization: 'Basic YTpi' })
    expect(lastPassed()?.headers.cookie).toBeUndefined()
    expect((await stack.auth.claimsOf(lastPassed()?.headers ?? {})).kind).toBe('anonymous')
    const type = 'Content-Type: application/x-www-form-urlencoded'
    const twice = await raw(
      [
        'POST /pretend/token HTTP/1.1',
        'Host: a',
        type,
        'Content-Length: 3',
        'Authorization: a',
        'Authorization: b',
      ],
      'a=1',
    )
    expect(statusOf(twice)).toBe(400)
  })
})

describe('what leaves of its answer', () => {
  test('a page is kept by nobody, framed by nobody, and read by no other origin', async () => {
    const response = await fetch(at('/pretend/page'), {
      headers: { origin: 'https://listed.example' },
    })
    expect(await response.text()).toBe('you sent ')
    const headers = Object.fromEntries(response.headers)
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['referrer-policy']).toBe('same-origin')
    expect(headers['x-frame-options']).toBe('DENY')
    expect(headers['content-security-policy']).toBe(
      "default-src 'self', frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
    )
    expect(headers).not.toHaveProperty('access-control-allow-origin')
    expect(headers).not.toHaveProperty('x-powered-by')
  })

  test('a link sets no session, however auth answers; a form may', async () => {
    const page = await fetch(at('/pretend/page'))
    await page.text()
    const names = page.headers.getSetCookie().map((line) => line.split('=', 1)[0])
    expect(names).toEqual(['__Host-flow', '__Host-form'])
    const { cookie, form } = await openPage()
    const sent = await sendForm({ form }, { cookie })
    expect(sent.headers.getSetCookie().map((line) => line.split('=', 1)[0])).toEqual([
      '__Host-flow',
      '__Host-access',
      '__Host-form',
    ])
  })
})

describe('the form of a page', () => {
  test('is taken from the page that was shown, without its token', async () => {
    const { cookie, form } = await openPage(['__Host-flow=f1'])
    const response = await sendForm({ form, name: 'ä&b' }, { cookie })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('you sent name=%C3%A4%26b')
    expect(lastPassed()?.headers.cookie).toBe('__Host-flow=f1')
  })

  test.each([
    ['a listed origin', { origin: 'https://listed.example' }],
    ['no origin that has a name', { origin: 'null' }],
    ['a neighbour', { origin: 'https://graph.example.com.evil' }],
    ['the same name without TLS', { origin: 'http://graph.example.com' }],
  ])('is not taken from %s', async (_, headers) => {
    const { cookie, form } = await openPage()
    const before = passed().length
    const response = await sendForm({ form }, { cookie, ...headers })
    expect(response.status).toBe(403)
    expect(await response.text()).toContain('CSRF_FAILED')
    expect(passed().length).toBe(before)
  })

  test('is not taken without an origin', async () => {
    const { cookie, form } = await openPage()
    const before = passed().length
    const body = `form=${form}`
    const lines = [
      'POST /pretend/page HTTP/1.1',
      'Host: a',
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${body.length}`,
      `Cookie: ${cookie}`,
    ]
    expect(statusOf(await raw(lines, body))).toBe(403)
    expect(passed().length).toBe(before)
  })

  test.each(['another browser', 'another flow', 'another session', 'no token', 'a wrong token'])(
    'is not taken for %s',
    async (what) => {
      const token = (sid: string) =>
        stack.auth.token({ claims: { iss: publicUrl, aud: publicUrl, sid, csrf: csrfClaim('c') } })
      const { cookie, form } = await openPage([
        '__Host-flow=f1',
        `__Host-access=${await token('ses_1')}`,
      ])
      const other = await token('ses_2')
      const cookies: Record<string, string> = {
        'another browser': cookie.replace(
          /__Host-form=./,
          (found) => found.slice(0, -1) + (found.endsWith('A') ? 'B' : 'A'),
        ),
        'another flow': cookie.replace('__Host-flow=f1', '__Host-flow=f2'),
        'another session': cookie.replace(/__Host-access=[^;]+/, `__Host-access=${other}`),
      }
      const forms: Record<string, string> = { 'no token': '', 'a wrong token': `${form.slice(1)}A` }
      const before = passed().length
      const response = await sendForm(
        { form: forms[what] ?? form },
        { cookie: cookies[what] ?? cookie },
      )
      expect(response.status).toBe(403)
      expect(passed().length).toBe(before)
    },
  )

  test('is not JSON, not compressed, and no longer than is listed', async () => {
    const { cookie, form } = await openPage()
    const post = (body: string, headers: Record<string, string>) =>
      fetch(at('/pretend/page'), {
        method: 'POST',
        body,
        headers: { origin: publicUrl, cookie, ...headers },
      })
    const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await post('{}', { 'content-type': 'application/json' })).status).toBe(415)
    expect((await post('x', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await post('x', { ...urlencoded, 'content-encoding': 'gzip' })).status).toBe(415)
    expect((await post(`form=${form}&a=${'x'.repeat(17_000)}`, urlencoded)).status).toBe(413)
  })
})

describe('what holds for operations holds here', () => {
  test('networks that may not use the graph may not use these', async () => {
    await using closed = await startGateway({
      env: { ADDRESS_DENY: '127.0.0.0/8' },
      deps: { passedPaths },
    })
    closed.auth.answerPagesWith((_incoming, response) => void response.end('page'))
    const response = await fetch(`${closed.gateway.url}/pretend/page`)
    expect(response.status).toBe(403)
    expect(await response.text()).toContain('ADDRESS_DENIED')
    expect(closed.auth.passed()).toEqual([])
  })

  test('a gateway that cannot keep up turns these away too', async () => {
    const admission = createAdmission()
    await using busy = await startGateway({
      deps: { passedPaths, admission },
      limits: { maxLagMs: 200 },
    })
    busy.auth.answerPagesWith((_incoming, response) => void response.end('page'))
    let isOver = false
    onTestFinished(() => {
      isOver = true
    })
    const keepBusy = () => {
      if (isOver) return
      admission.countTakenIn(1_000_000)
      setImmediate(keepBusy)
    }
    keepBusy()
    const first = fetch(`${busy.gateway.url}/pretend/page`)
    await expect.poll(admission.longestWaitMs).toBeGreaterThan(2_000)
    expect((await fetch(`${busy.gateway.url}/pretend/page`)).status).toBe(503)
    expect(busy.auth.passed()).toEqual([])
    isOver = true
    expect((await first).status).toBe(200)
  })

  test('in production over TLS alone; a listed proxy says so, and whose address it is', async () => {
    await using production = await startGateway({
      publicUrl,
      env: { NODE_ENV: 'production', HOST: '127.0.0.1', TRUSTED_PROXIES: '127.0.0.1' },
      deps: { passedPaths },
    })
    production.auth.answerPagesWith((_incoming, response) => void response.end('page'))
    const ask = async (headers: Record<string, string>) =>
      (await fetch(`${production.gateway.url}/pretend/page`, { headers })).status
    expect(await ask({ 'x-forwarded-for': '203.0.113.9' })).toBe(400)
    expect(production.auth.passed()).toEqual([])
    expect(
      await ask({ 'x-forwarded-for': '1.1.1.1, 203.0.113.9', 'x-forwarded-proto': 'https' }),
    ).toBe(200)
    expect(production.auth.passed()[0]?.headers).toMatchObject({
      'x-forwarded-for': '203.0.113.9',
      'sallyport-client-address': '203.0.113.9',
      'x-forwarded-proto': 'https',
    })
  })

  test('an auth that is unavailable or answers too late is 503, and nobody waits', async () => {
    await using slow = await startGateway({
      deps: { passedPaths },
      limits: { executionTimeoutMs: 200 },
    })
    slow.auth.answerPagesWith(() => undefined)
    const response = await fetch(`${slow.gateway.url}/pretend/page`)
    expect(response.status).toBe(503)
    expect(await response.text()).not.toContain('127.0.0.1:')
  })

  test('a client that leaves ends its request to auth', async () => {
    await using slow = await startGateway({ deps: { passedPaths } })
    let isCut = false
    slow.auth.answerPagesWith((_incoming, response) => {
      response.once('close', () => {
        isCut = true
      })
    })
    const cancellation = new AbortController()
    const asked = fetch(`${slow.gateway.url}/pretend/page`, { signal: cancellation.signal }).catch(
      () => null,
    )
    while (slow.auth.passed().length === 0) await sleep(5)
    cancellation.abort()
    await asked
    while (!isCut) await sleep(5)
  })

  test('each is one line of the log, with the listed path and nothing of what was sent', async () => {
    stack.logs.splice(0)
    await (await fetch(at('/pretend/page?code=verysecret'))).text()
    const line = stack.logs.map((text) => JSON.parse(text)).find(({ msg }) => msg === 'request')
    expect(line).toMatchObject({
      path: '/pretend/page',
      method: 'GET',
      kind: 'anonymous',
      status: 200,
    })
    expect(stack.logs.join('')).not.toContain('verysecret')
  })
})

test.each([
  ['a path in two readings', { path: '/a/../b', for: 'people' }],
  ['an escape', { path: '/a%2fb', for: 'people' }],
  ['a query', { path: '/a?b', for: 'people' }],
  ['the graph', { path: '/graphql', for: 'programs' }],
  ["auth's internal door", { path: '/internal/credentials', for: 'programs' }],
  ['a cookie of the session', { path: '/a', for: 'people', flowCookies: ['__Host-refresh'] }],
  ['a cookie that any site sets', { path: '/a', for: 'people', flowCookies: ['flow'] }],
  ['cookies for programs', { path: '/a', for: 'programs', flowCookies: ['__Host-flow'] }],
  ['a hint of programs', { path: '/a', for: 'programs', identityHints: ['id_token_hint'] }],
  ['a hint in two spellings', { path: '/a', for: 'people', identityHints: ['id%5Ftoken'] }],
  ['a method without a form', { path: '/a', for: 'people', methods: ['DELETE'] }],
] satisfies [string, PassedPath][])('%s cannot be listed', (_, path) => {
  expect(() => checkPassedPaths([path])).toThrow(path.path)
})

test('what the gateway answers itself cannot be listed', async () => {
  const start = startGateway({
    deps: { passedPaths: [{ path: '/health/ready', for: 'people' }] },
    waitUntilReady: false,
  })
  await expect(start).rejects.toThrow('/health/ready')
})

test('the answer of a provider passes whatever its code looks like, and no access token does', async () => {
  const own = await startGateway({ env: { PROVIDERS: 'acme' } })
  try {
    own.auth.answerPagesWith((_incoming, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      response.end('a form')
    })
    const open = (code: string) =>
      fetch(`${own.gateway.url}/sign-in/acme/callback?code=${code}&state=abc`)
    const code = 'eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiIxIn0.c2lnbmF0dXJl'
    expect((await open(code)).status).toBe(200)
    expect(own.auth.passed()).toHaveLength(1)
    expect((await open(await own.auth.token({}))).status).toBe(400)
    expect(own.auth.passed()).toHaveLength(1)
  } finally {
    await own[Symbol.asyncDispose]()
  }
})

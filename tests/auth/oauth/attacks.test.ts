// What strangers and careless apps try at the provider: each is refused, and nothing of it reaches the person.

import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rotateKeys } from '../../../subgraphs/auth/tokens/rotate-keys.ts'
import { type Stack, startStack } from '../../harness.ts'
import { type Person, registerPerson } from '../../people.ts'
import {
  type App,
  askFor,
  backAtApp,
  becomeAdmin,
  letIn,
  REDIRECT,
  redeem,
  registerApp,
  relyingParty,
} from './apps.ts'
import { WebBrowser } from './web-browser.ts'

let stack: Stack
let admin: Person
let person: Person
let app: App
let party: oidc.Configuration
let browser: WebBrowser

beforeAll(async () => {
  stack = await startStack({ env: { SESSION_VERIFICATION: 'off' } })
  admin = await becomeAdmin(stack)
  person = await registerPerson(stack)
  app = await registerApp(stack, admin, { postLogoutRedirectUris: ['https://shop.example/bye'] })
  party = await relyingParty(stack, app)
  browser = new WebBrowser(stack)
  await browser.signIn(stack, person)
})
afterAll(async () => {
  await stack?.stop()
})

const url = (path: string) => `${stack.env.PUBLIC_URL}${path}`
async function post(
  path: string,
  fields: Record<string, string> | URLSearchParams,
  headers: object = {},
) {
  const response = await fetch(url(path), {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { ...headers },
  })
  const text = await response.text()
  const body = (text === '' ? null : JSON.parse(text)) as any
  return { status: response.status, text, body, type: response.headers.get('content-type') }
}
const basic = (of: App) => ({
  authorization: `Basic ${Buffer.from(`${of.id}:${of.secret}`).toString('base64')}`,
})
async function changed(change: (query: URLSearchParams) => void, scope = 'openid') {
  const asked = new URL((await askFor(party, scope)).url)
  change(asked.searchParams)
  return await browser.follow(asked.href)
}

describe('a redirect that is not registered, letter by letter, leads nowhere', () => {
  test.each([
    'https://shop.example/callback/',
    'https://shop.example/callback/../callback',
    'https://shop.example/callback?next=1',
    'https://shop.example/callback#x',
    'https://shop.example/Callback',
    'https://SHOP.example/callback',
    'https://shop.example:443/callback',
    'https://shop.example:8443/callback',
    'https://user@shop.example/callback',
    'https://shop.example%2ecom/callback',
    'https://shop.example/call%62ack',
    'http://shop.example/callback',
    'https://evil.example/callback',
    'https://shop.example.evil.example/callback',
    'javascript:alert(1)',
    '//shop.example/callback',
  ])('%s', async (uri) => {
    const page = await changed((query) => query.set('redirect_uri', uri))
    expect([page.status, page.location]).toEqual([400, null])
    expect(page.html).not.toContain('<script>')
  })
})

describe('PKCE with S256 is never left out', () => {
  test.each<[string, (query: URLSearchParams) => void]>([
    ['no challenge', (query) => query.delete('code_challenge')],
    ['plain', (query) => query.set('code_challenge_method', 'plain')],
    ['no method', (query) => query.delete('code_challenge_method')],
    [
      'nothing of it',
      (query) => {
        query.delete('code_challenge')
        query.delete('code_challenge_method')
      },
    ],
  ])('%s', async (_, change) => {
    const back = backAtApp(await changed(change))
    expect(back.searchParams.get('error')).toBe('invalid_request')
    expect(back.searchParams.get('code')).toBeNull()
  })

  test('a code needs its own verifier', async () => {
    const asked = await askFor(party, 'openid')
    const code = (await letIn(browser, asked)).searchParams.get('code') ?? ''
    const fields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT }
    expect((await post('/oauth2/token', fields, basic(app))).body.error).toBe('invalid_grant')
    const wrong = { ...fields, code_verifier: oidc.randomPKCECodeVerifier() }
    expect((await post('/oauth2/token', wrong, basic(app))).body.error).toBe('invalid_grant')
  })
})

describe('a code is its app’s, for its redirect, for a minute', () => {
  const fieldsOf = async () => {
    const asked = await askFor(party, 'openid')
    const code = (await letIn(browser, asked)).searchParams.get('code') ?? ''
    return {
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT,
      code_verifier: asked.verifier,
    }
  }

  test('another app, another redirect', async () => {
    const other = await registerApp(stack, admin, {
      redirectUris: [REDIRECT, 'https://shop.example/two'],
    })
    const fields = await fieldsOf()
    expect((await post('/oauth2/token', fields, basic(other))).body.error).toBe('invalid_grant')
    const elsewhere = { ...fields, redirect_uri: 'https://shop.example/two' }
    expect((await post('/oauth2/token', elsewhere, basic(app))).body.error).toBe('invalid_grant')
    expect((await post('/oauth2/token', fields, basic(app))).status).toBe(200)
  })

  test('older than a minute', async () => {
    const fields = await fieldsOf()
    await stack.db.raw(
      `update oauth_objects set payload = payload || jsonb_build_object('exp', 1, 'iat', 0) where model = 'AuthorizationCode'`,
    )
    expect((await post('/oauth2/token', fields, basic(app))).body.error).toBe('invalid_grant')
  })

  test('twenty at once: one gets tokens at most, and they end with the second use', async () => {
    const fields = await fieldsOf()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => post('/oauth2/token', fields, basic(app))),
    )
    const good = answers.filter(({ status }) => status === 200)
    expect(good.length).toBeLessThanOrEqual(1)
    for (const { status, body } of answers)
      if (status !== 200) expect(body.error).toBe('invalid_grant')
    const [first] = good
    if (first === undefined) return
    const refresh = { grant_type: 'refresh_token', refresh_token: first.body.refresh_token }
    expect((await post('/oauth2/token', refresh, basic(app))).body.error).toBe('invalid_grant')
  })
})

test.each(['token', 'id_token', 'id_token token', 'code token', 'code id_token', 'none'])(
  'response type %s is refused',
  async (type) => {
    const page = await changed((query) => query.set('response_type', type))
    const back = page.location === null ? null : new URL(page.location)
    const answered = new URLSearchParams(back?.hash.slice(1) || back?.search)
    expect(answered.get('error') ?? 'shown').toMatch(/^(unsupported_response_type|shown)$/)
    expect(answered.has('access_token') || answered.has('code')).toBe(false)
  },
)

describe('a client proves itself in one way, its own', () => {
  const fields = { grant_type: 'client_credentials' }

  test('two ways at once, a secret in the URL, none at all, another’s id', async () => {
    const both = { ...fields, client_id: app.id, client_secret: String(app.secret) }
    expect((await post('/oauth2/token', both, basic(app))).status).toBe(400)
    const inUrl = await fetch(
      url(`/oauth2/token?client_id=${app.id}&client_secret=${app.secret}`),
      {
        method: 'POST',
        body: new URLSearchParams(fields),
      },
    )
    expect(inUrl.status).toBe(400)
    expect((await post('/oauth2/token', fields)).status).toBe(400)
    const unknown = await post('/oauth2/token', fields, basic({ id: 'cli_none', secret: 'scs_x' }))
    expect([unknown.status, unknown.body.error]).toEqual([401, 'invalid_client'])
  })

  test('a signed assertion counts once, for us, by its own key', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }
    const signer = await registerApp(stack, admin, {
      redirectUris: [],
      grantTypes: ['CLIENT_CREDENTIALS'],
      scopes: [],
      tokenEndpointAuthMethod: 'PRIVATE_KEY_JWT',
      jwks: { keys: [jwk] },
    })
    const assertion = async (claims: object = {}, key = privateKey) =>
      await new SignJWT({
        jti: crypto.randomUUID(),
        iss: signer.id,
        sub: signer.id,
        aud: String(stack.env.PUBLIC_URL),
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(key)
    const ask = async (client_assertion: string) =>
      await post('/oauth2/token', {
        ...fields,
        client_assertion,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      })
    const good = await assertion()
    expect((await ask(good)).status).toBe(200)
    expect((await ask(good)).status).not.toBe(200)
    expect((await ask(await assertion({ aud: 'https://other.example' }))).body.error).toBe(
      'invalid_client',
    )
    const { privateKey: foreign } = await generateKeyPair('ES256')
    expect((await ask(await assertion({}, foreign))).body.error).toBe('invalid_client')
    const past = Math.floor(Date.now() / 1000) - 120
    for (const claims of [
      { iss: app.id },
      { sub: app.id },
      { iss: app.id, sub: app.id },
      { aud: [String(stack.env.PUBLIC_URL), 'https://other.example'] },
      { aud: `${stack.env.PUBLIC_URL}/oauth2/token` },
      { jti: undefined },
      { nbf: past + 3_600 },
    ])
      expect((await ask(await assertion(claims))).status, JSON.stringify(claims)).not.toBe(200)
    const [, payload = ''] = (await assertion()).split('.')
    const header = (alg: string) => Buffer.from(JSON.stringify({ alg })).toString('base64url')
    for (const unsigned of [`${header('none')}.${payload}.`, `${header('HS256')}.${payload}.AAAA`])
      expect((await ask(unsigned)).body.error).toBe('invalid_client')
  })
})

test('revoking an unknown or another’s token is success, and changes nothing', async () => {
  const other = await registerApp(stack, admin)
  const asked = await askFor(party, 'openid graph')
  const tokens = await redeem(party, asked, await letIn(browser, asked))
  for (const token of ['garbage', String(tokens.refresh_token), tokens.access_token]) {
    const { status, type } = await post('/oauth2/revoke', { token }, basic(other))
    // Nothing has no type: clients refuse what is not JSON.
    expect([status, type]).toEqual([200, null])
  }
  const refresh = { grant_type: 'refresh_token', refresh_token: String(tokens.refresh_token) }
  expect((await post('/oauth2/token', refresh, basic(app))).status).toBe(200)
})

describe('a pushed request', () => {
  const push = async (of: App, more: object = {}) =>
    await post(
      '/oauth2/par',
      {
        ...Object.fromEntries(new URL((await askFor(party, 'openid')).url).searchParams),
        client_id: of.id,
        ...more,
      },
      basic(of),
    )
  const open = async (client_id: string, request_uri: string) =>
    await browser.follow(
      url(`/oauth2/authorize?${new URLSearchParams({ client_id, request_uri })}`),
    )

  test('works once, for its own client', async () => {
    const { status, body } = await push(app)
    expect(status).toBe(201)
    const other = await registerApp(stack, admin)
    const stolen = await open(other.id, body.request_uri)
    expect(stolen.html + stolen.location).toContain('error')
    expect(stolen.html + stolen.location).not.toContain('code=')
    const back = backAtApp(await open(app.id, body.request_uri))
    expect(back.searchParams.get('code')).not.toBeNull()
    const again = await open(app.id, body.request_uri)
    expect(again.html + again.location).not.toContain('code=')
    const unknown = await open(app.id, 'urn:ietf:params:oauth:request_uri:unknown')
    expect(backAtApp(unknown).searchParams.get('error')).toBe('invalid_request_uri')
  })

  test('is what counts: nothing that stands beside it in the address, and nothing after its time', async () => {
    const { body } = await push(app, { scope: 'openid' })
    const beside = {
      client_id: app.id,
      request_uri: body.request_uri,
      scope: 'openid graph graph:write',
      redirect_uri: 'https://evil.example/callback',
      code_challenge: 'x'.repeat(43),
      state: 'forged',
      response_type: 'token',
    }
    const page = await browser.follow(url(`/oauth2/authorize?${new URLSearchParams(beside)}`))
    expect(page.html + page.location).not.toMatch(/evil\.example|forged/)
    if (page.location !== null) expect(page.location).toContain('https://shop.example/callback?')
    const { body: late } = await push(app)
    await stack
      .db('oauth_objects')
      .where('model', 'PushedAuthorizationRequest')
      .update({
        payload: stack.db.raw(`payload || '{"exp": 1}'`),
        expires_at: new Date(0),
      })
    const over = await open(app.id, late.request_uri)
    expect(over.html + over.location).not.toContain('code=')
  })

  test('a request object by an app’s own address is not fetched', async () => {
    const page = await changed((query) => query.set('request_uri', 'https://evil.example/request'))
    expect(page.html + page.location).toMatch(/request_uri_not_supported|invalid_request/)
  })
})

describe('prompts and repeated parameters', () => {
  test('a parameter that is there twice is refused', async () => {
    const page = await changed((query) => query.append('state', 'twice'))
    expect(page.html + page.location).toContain('invalid_request')
  })

  test('prompt=none asks nobody: without a session, without consent, after a logout', async () => {
    const nobody = new WebBrowser(stack)
    const asked = await askFor(party, 'openid', { prompt: 'none' })
    expect(backAtApp(await nobody.follow(asked.url)).searchParams.get('error')).toBe(
      'login_required',
    )
    const other = await registerApp(stack, admin)
    const unasked = await askFor(await relyingParty(stack, other), 'openid', { prompt: 'none' })
    expect(backAtApp(await browser.follow(unasked.url)).searchParams.get('error')).toBe(
      'consent_required',
    )
    const leaving = new WebBrowser(stack)
    await leaving.signIn(stack, person)
    await letIn(leaving, await askFor(party, 'openid'))
    expect(backAtApp(await leaving.follow(asked.url)).searchParams.has('code')).toBe(true)
    await stack
      .db('sessions')
      .where({ user_id: person.id, delivery: 'COOKIE' })
      .orderBy('created_at', 'desc')
      .limit(1)
      .select('id')
    const page = await leaving.open('/oauth2/end_session')
    await leaving.press(page, 'logout')
    expect(backAtApp(await leaving.follow(asked.url)).searchParams.get('error')).toBe(
      'login_required',
    )
  })

  test('an expired access token does not end the session: who signs out is asked, and signed out', async () => {
    const leaving = new WebBrowser(stack)
    await leaving.signIn(stack, person)
    leaving.cookies.delete('__Host-access')
    const page = await leaving.open('/oauth2/end_session')
    expect(page.html).toContain('value="logout"')
    const [session] = await stack
      .db('sessions')
      .where({ user_id: person.id, delivery: 'COOKIE', status: 'ACTIVE' })
      .orderBy('created_at', 'desc')
      .limit(1)
    await leaving.press(page, 'logout')
    const after = await stack.db('sessions').where('id', session.id).first('status')
    expect(after.status).toBe('REVOKED')
    expect([...leaving.cookies.keys()]).not.toContain('__Host-refresh')
  })

  test('prompt=login and max_age ask for a new proof, and a session of before is not one', async () => {
    for (const more of [{ prompt: 'login' }, { max_age: '0' }]) {
      const asked = await askFor(party, 'openid', more as Record<string, string>)
      const own = new WebBrowser(stack)
      await own.signIn(stack, person)
      await stack
        .db('sessions')
        .where('user_id', person.id)
        .update({ authenticated_at: new Date(Date.now() - 600_000) })
      const page = await own.follow(asked.url)
      expect(page.url).toContain('/sign-in')
      const flow = new URL(page.url, url('')).searchParams.get('flow')
      expect((await own.open(`/consent?flow=${flow}`)).location).toContain('again=1')
      const again = await own.follow(`/sign-in?flow=${flow}&again=1`)
      const after = await own.press(again, '', {
        email: person.email,
        password: 'correct horse battery staple',
      })
      const tokens = await redeem(party, asked, backAtApp(after))
      expect(Date.now() / 1000 - Number(tokens.claims()?.auth_time)).toBeLessThan(300)
    }
  })

  test('more than was allowed is asked for anew, and an app cannot call itself the deployment’s own', async () => {
    const growing = await registerApp(stack, admin)
    const of = await relyingParty(stack, growing)
    await letIn(browser, await askFor(of, 'openid'))
    const more = await browser.follow((await askFor(of, 'openid email')).url)
    expect(more.html).toContain('e-mail address')
    expect(more.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(more.headers.get('content-security-policy')).toContain('https://shop.example')
    expect(more.headers.get('cache-control')).toBe('no-store')
    const page = await changed((query) => {
      query.set('first_party', 'true')
      query.set('firstParty', 'true')
      query.set('prompt', 'consent')
    })
    expect(page.html).toContain('Let Shop in?')
  })
})

describe('signing out for an app', () => {
  const out = async (query: Record<string, string>, as = browser) =>
    await as.open(`/oauth2/end_session?${new URLSearchParams(query)}`)
  const tokensOf = async (of: WebBrowser) => {
    const asked = await askFor(party, 'openid')
    return await redeem(party, asked, await letIn(of, asked))
  }
  const BYE = 'https://shop.example/bye'

  test('a link ends nothing; the person’s yes does, and leads back to where the app registered', async () => {
    const own = new WebBrowser(stack)
    await own.signIn(stack, person)
    const { id_token } = await tokensOf(own)
    const page = await out(
      { id_token_hint: String(id_token), post_logout_redirect_uri: BYE, state: 's1' },
      own,
    )
    expect(page.html).toContain('Sign out')
    expect((await tokensOf(own)).access_token).toBeTruthy()
    const back = await own.press(page, 'logout')
    expect(back.location).toBe(`${BYE}?state=s1`)
    expect(own.cookies.has('__Host-access')).toBe(false)
  })

  test('forged, foreign and unregistered lead nowhere', async () => {
    const own = new WebBrowser(stack)
    await own.signIn(stack, person)
    const { id_token } = await tokensOf(own)
    const stranger = new WebBrowser(stack)
    await stranger.signIn(stack, admin)
    const { id_token: foreign } = await tokensOf(stranger)
    const forged = `${String(id_token).slice(0, -6)}AAAAAA`
    for (const query of [
      { id_token_hint: forged, post_logout_redirect_uri: BYE },
      { id_token_hint: String(foreign), post_logout_redirect_uri: BYE },
      { id_token_hint: String(id_token), post_logout_redirect_uri: 'https://evil.example/bye' },
      { client_id: 'cli_none', post_logout_redirect_uri: BYE },
      { post_logout_redirect_uri: BYE },
    ]) {
      const again = new WebBrowser(stack)
      await again.signIn(stack, person)
      const back = await again.press(await out(query as Record<string, string>, again), 'logout')
      expect(back.location).toBeNull()
    }
  })
})

test('what is not offered is refused: password, token exchange, assertions as grants', async () => {
  for (const grant_type of [
    'password',
    'implicit',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
  ]) {
    const { body } = await post(
      '/oauth2/token',
      { grant_type, username: 'x', password: 'x' },
      basic(app),
    )
    expect(body.error).toBe('unsupported_grant_type')
  }
})

test('a token for another audience is for that alone: listed, one, and without the graph', async () => {
  const other = 'https://mcp.example/api'
  const denied = await changed((query) => query.set('resource', other))
  expect(backAtApp(denied).searchParams.get('error')).toBe('invalid_target')
  await stack
    .db('roles')
    .where('name', 'user')
    .update({ scopes: ['tools:read'] })
  const agent = await registerApp(stack, admin, {
    scopes: ['openid', 'graph', 'tools:read'],
    resources: [other],
  })
  const of = await relyingParty(stack, agent)
  const asked = await askFor(of, 'openid graph tools:read', { resource: other })
  const tokens = await redeem(of, asked, await letIn(browser, asked))
  const claims = JSON.parse(
    Buffer.from(tokens.access_token.split('.')[1] ?? '', 'base64url').toString(),
  )
  expect(claims).toMatchObject({ aud: other, scope: 'tools:read', sub: person.id })
  for (const name of ['roles', 'ver', 'email_verified', 'sid'])
    expect(claims).not.toHaveProperty(name)
  const { code } = await stack.client.send(
    '{ viewer { kind } }',
    {},
    { authorization: `Bearer ${tokens.access_token}` },
  )
  expect(code).toBe('UNAUTHENTICATED')
})

// The last: tokens of the key before are over with it.
test('a hint for signing out is good though its key signs no longer, unless somebody else may hold that key', async () => {
  const own = new WebBrowser(stack)
  await own.signIn(stack, person)
  const asked = await askFor(party, 'openid')
  const { id_token = '' } = await redeem(party, asked, await letIn(own, asked))
  const [header = ''] = id_token.split('.')
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString())
  // Nobody is signed in any more, so nobody is asked.
  const leadsTo = async () => {
    const post_logout_redirect_uri = 'https://shop.example/bye'
    const query = new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri })
    return (await new WebBrowser(stack).open(`/oauth2/end_session?${query}`)).location
  }
  const [auth] = stack.auths
  const keyEncryptionKey = auth?.deps.config.secrets.keyEncryptionKey as never
  const rotate = async (more: object = {}) => {
    await rotateKeys(stack.db, { signingKeyDays: 30, keyEncryptionKey, ...more })
    await auth?.deps.keyring.reload()
  }
  const hoursAgo = stack.db.raw("now() - interval '2 hours'")
  await rotate({ isForced: true })
  await stack.db('signing_keys').where('status', 'pending').update({ created_at: hoursAgo })
  await rotate()
  await stack.db('signing_keys').where({ kid }).update({ retiring_at: hoursAgo })
  await rotate()
  expect(await stack.db('signing_keys').where({ kid }).first('status')).toEqual({
    status: 'retired',
  })
  expect(await leadsTo()).toBe('https://shop.example/bye')
  await rotate({ compromisedKid: kid })
  expect(await leadsTo()).toBeNull()
})

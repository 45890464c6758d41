// The provider's core, with a relying party that is not ours: discovery, codes, client credentials, refresh, what ends a token.
import * as oidc from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearer } from '../../client.ts'
import { type Stack, startStack } from '../../harness.ts'
import { LOGOUT, type Person, registerPerson, VIEWER } from '../../people.ts'
import {
  type App,
  askFor,
  backAtApp,
  becomeAdmin,
  claimsIn,
  letIn,
  REDIRECT,
  redeem,
  registerApp,
  relyingParty,
  tokensFor,
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
  app = await registerApp(stack, admin)
  party = await relyingParty(stack, app)
  browser = new WebBrowser(stack)
  await browser.signIn(stack, person)
})
afterAll(async () => {
  await stack?.stop()
})

const url = (path: string) => `${stack.env.PUBLIC_URL}${path}`
const viewer = async (token: string) => await stack.client.send(VIEWER, {}, bearer(token))
const formOf = (fields: Record<string, string>) => ({
  method: 'POST',
  body: new URLSearchParams(fields),
})
const basic = (of: App) => ({
  authorization: `Basic ${Buffer.from(`${of.id}:${of.secret}`).toString('base64')}`,
})
async function token(fields: Record<string, string>, as: App = app) {
  const response = await fetch(url('/oauth2/token'), { ...formOf(fields), headers: basic(as) })
  return { status: response.status, body: (await response.json()) as any }
}

test('discovery says the public address whatever host it is asked by', async () => {
  for (const path of [
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
  ]) {
    const response = await fetch(url(path), { headers: { 'x-forwarded-host': 'evil.example' } })
    const text = await response.text()
    expect(text).not.toContain('evil.example')
    expect(JSON.parse(text)).toMatchObject({
      issuer: stack.env.PUBLIC_URL,
      authorization_endpoint: url('/oauth2/authorize'),
      token_endpoint: url('/oauth2/token'),
      jwks_uri: url('/.well-known/jwks.json'),
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    })
  }
})

test('a state that an app signed goes there and back as it is', async () => {
  const state = 'eyJhbGciOiJIUzI1NiJ9.eyJuZXh0IjoiLyJ9.c2lnbmF0dXJl'
  const asked = { ...(await askFor(party, 'openid', { state })), state }
  const tokens = await redeem(party, asked, await letIn(browser, asked))
  expect(tokens.access_token).toBeDefined()
})

test('a program gets a token by its own credential and uses the graph with it', async () => {
  await stack
    .db('roles')
    .insert({ name: 'editor', rank: 20, scopes: ['posts:write'] })
    .onConflict('name')
    .ignore()
  const program = await registerApp(stack, admin, {
    redirectUris: [],
    grantTypes: ['CLIENT_CREDENTIALS'],
    scopes: ['posts:write'],
    roles: ['editor'],
  })
  const { body } = await token({ grant_type: 'client_credentials' }, program)
  expect(body).toMatchObject({ token_type: 'Bearer', scope: 'posts:write' })
  const claims = claimsIn(body.access_token)
  expect(claims).toMatchObject({
    client_id: program.id,
    aud: stack.env.PUBLIC_URL,
    roles: ['editor'],
  })
  expect(claims).not.toHaveProperty('sub')
  const { data } = await viewer(body.access_token)
  expect(data.viewer).toMatchObject({ kind: 'CLIENT', user: null, scopes: ['posts:write'] })
  const wrong = await token({ grant_type: 'client_credentials' }, { ...program, secret: 'scs_x' })
  expect([wrong.status, wrong.body.error]).toEqual([401, 'invalid_client'])
})

test('a person lets an app in: code, tokens, userinfo; the app reads the graph, and no more than it was let', async () => {
  const tokens = await tokensFor(party, browser, 'openid email graph')
  expect(tokens.claims()).toMatchObject({ sub: person.id, email: person.email })
  const claims = claimsIn(tokens.access_token)
  expect(claims).toMatchObject({ sub: person.id, client_id: app.id, scope: 'openid email graph' })
  expect(claims.grant_id).toMatch(/^grt_/)
  expect(claims.sid).toMatch(/^ses_/)
  expect(claims).not.toHaveProperty('roles')
  const info = await oidc.fetchUserInfo(party, tokens.access_token, person.id)
  expect(info).toEqual({ sub: person.id, email: person.email, email_verified: true })
  const seen = await viewer(tokens.access_token)
  expect(seen.data.viewer).toMatchObject({ kind: 'USER', session: null })
  const little = await tokensFor(party, browser, 'openid')
  expect((await viewer(little.access_token)).code).toBe('FORBIDDEN')
  const change = `mutation { updateProfile(input: { fullName: "x" }) { id } }`
  expect((await stack.client.send(change, {}, bearer(tokens.access_token))).code).toBe('FORBIDDEN')
})

test('an app that lacks a scope of the graph is told which, and where tokens come from', async () => {
  const challenge = async (scope: string, query: string) => {
    const { access_token } = await tokensFor(party, browser, scope)
    const headers = { ...bearer(access_token), 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: JSON.stringify({ query }) }
    const { status, headers: told } = await fetch(url('/graphql'), init)
    return [status, told.get('www-authenticate')]
  }
  const metadata = `resource_metadata="${url('/.well-known/oauth-protected-resource/graphql')}"`
  const lacking = `Bearer realm="sallyport", error="insufficient_scope", scope="graph", ${metadata}`
  expect(await challenge('openid', VIEWER)).toEqual([403, lacking])
  // No scope helps here.
  const admins = `{ users(first: 1) { pageInfo { hasNextPage } } }`
  expect(await challenge('openid graph', admins)).toEqual([403, null])
})

test('a person who is not signed in is sent to sign in, and comes back to where they were', async () => {
  const fresh = new WebBrowser(stack)
  const unknown = await relyingParty(stack, await registerApp(stack, admin))
  const asked = await askFor(unknown, 'openid email')
  const page = await fresh.follow(asked.url)
  expect(page.url).toMatch(/^\/sign-in\?flow=[\w-]+$/)
  const after = await fresh.press(page, '', {
    email: person.email,
    password: 'correct horse battery staple',
  })
  expect(after.html).toContain('Let Shop in?')
  expect(after.html).toContain('shop.example')
  const back = backAtApp(await fresh.press(after, 'allow'))
  expect(back.searchParams.get('iss')).toBe(stack.env.PUBLIC_URL)
  expect((await redeem(unknown, asked, back)).access_token).toBeTruthy()
})

test('no means no: the app is told, and nothing is given', async () => {
  const other = await registerApp(stack, admin, { name: 'Other' })
  const asked = await askFor(await relyingParty(stack, other), 'openid')
  const page = await browser.follow(asked.url)
  const back = backAtApp(await browser.press(page, 'deny'))
  expect(back.searchParams.get('error')).toBe('access_denied')
  expect(await stack.db('oauth_grants').where('client_id', other.id)).toEqual([])
})

test('a flow that began in another browser is over', async () => {
  const other = await registerApp(stack, admin, { name: 'Other' })
  const asked = await askFor(await relyingParty(stack, other), 'openid')
  const page = await browser.follow(asked.url)
  const thief = new WebBrowser(stack)
  await thief.signIn(stack, admin)
  expect((await thief.open(page.url)).status).toBe(410)
  const flow = new URL(page.url, url('')).searchParams.get('flow')
  expect((await thief.open(`/oauth2/resume?flow=${flow}`)).status).toBe(410)
})

describe('refresh', () => {
  test('eight at once get one successor, and nobody is thrown out', async () => {
    const { refresh_token } = await tokensFor(party, browser, 'openid graph')
    const fields = { grant_type: 'refresh_token', refresh_token: String(refresh_token) }
    const answers = await Promise.all(Array.from({ length: 8 }, () => token(fields)))
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
    const successors = new Set(answers.map(({ body }) => body.refresh_token))
    expect(successors.size).toBe(1)
    const [next] = successors
    expect((await token({ ...fields, refresh_token: next })).status).toBe(200)
    expect((await viewer(answers[3]?.body.access_token)).data.viewer.kind).toBe('USER')
  })

  test('a token that was used and rotated away ends the grant, on every gateway', async () => {
    const first = await tokensFor(party, browser, 'openid graph')
    const fields = { grant_type: 'refresh_token', refresh_token: String(first.refresh_token) }
    const second = (await token(fields)).body
    const third = (await token({ ...fields, refresh_token: second.refresh_token })).body
    const reuse = await token(fields)
    expect([reuse.status, reuse.body.error]).toEqual([400, 'invalid_grant'])
    expect((await token({ ...fields, refresh_token: third.refresh_token })).body.error).toBe(
      'invalid_grant',
    )
    await expect.poll(async () => (await viewer(third.access_token)).code).toBe('UNAUTHENTICATED')
  })

  test('converges only for those who ask alike, and another app ends nothing', async () => {
    const { refresh_token } = await tokensFor(party, browser, 'openid email graph')
    const fields = { grant_type: 'refresh_token', refresh_token: String(refresh_token) }
    const stranger = await registerApp(stack, admin, { name: 'Other' })
    expect((await token(fields, stranger)).body.error).toBe('invalid_grant')
    const first = await token(fields)
    expect(first.status).toBe(200)
    expect((await token(fields)).body.refresh_token).toBe(first.body.refresh_token)
    expect((await token({ ...fields, scope: 'openid' })).body.error).toBe('invalid_grant')
    expect((await token({ ...fields, refresh_token: first.body.refresh_token })).body.error).toBe(
      'invalid_grant',
    )
  })

  test('gives what is true now: a scope that the client lost is gone', async () => {
    const shrinking = await registerApp(stack, admin, { name: 'Shrinking' })
    const of = await relyingParty(stack, shrinking)
    const { refresh_token } = await tokensFor(of, browser, 'openid email graph')
    await stack
      .db('oauth_clients')
      .where('id', shrinking.id)
      .update({ scopes: ['openid', 'graph'] })
    const fields = { grant_type: 'refresh_token', refresh_token: String(refresh_token) }
    const { body } = await token(fields, shrinking)
    expect([body.scope, claimsIn(body.access_token).scope]).toEqual([
      'openid graph',
      'openid graph',
    ])
  })
})

describe('what ends an app’s tokens', () => {
  const ended = async (accessToken: string, refreshToken: string | undefined, of = app) => {
    await expect.poll(async () => (await viewer(accessToken)).code).toBe('UNAUTHENTICATED')
    const fields = { grant_type: 'refresh_token', refresh_token: String(refreshToken) }
    const { body } = await token(fields, of)
    expect(body.error).toBe('invalid_grant')
  }
  const fresh = async (scope = 'openid graph') => {
    const someone = await registerPerson(stack)
    const own = new WebBrowser(stack)
    await own.signIn(stack, someone)
    const tokens = await tokensFor(party, own, scope)
    return { someone, own, tokens }
  }

  test('the person takes the grant back; they see it, others do not', async () => {
    const { someone, tokens } = await fresh()
    const list = `{ viewer { user { grants(first: 10) { edges { node { id clientName scopes offline } } } } } }`
    const { data } = await stack.client.send(list, {}, someone.headers)
    const [{ node }] = data.viewer.user.grants.edges
    expect(node).toMatchObject({ clientName: 'Shop', scopes: ['openid', 'graph'], offline: false })
    const revoke = `mutation ($id: ID!) { revokeGrant(input: { id: $id }) { id revokedAt } }`
    expect((await stack.client.send(revoke, { id: node.id }, person.headers)).code).toBe(
      'NOT_FOUND',
    )
    const answer = await stack.client.send(revoke, { id: node.id }, someone.headers)
    expect(answer.data.revokeGrant.revokedAt).not.toBeNull()
    await ended(tokens.access_token, tokens.refresh_token)
  })

  test('the session, unless the app was let in for longer; logging out everywhere ends that too', async () => {
    const { someone, own, tokens } = await fresh()
    const lasting = await registerApp(stack, admin, { name: 'Lasting' })
    const of = await relyingParty(stack, lasting)
    const kept = await tokensFor(of, own, 'openid offline_access graph')
    const origin = { origin: stack.env.PUBLIC_URL ?? '' }
    const cookie = [...own.cookies].map((pair) => pair.join('=')).join('; ')
    await stack.client.send(LOGOUT, { input: {} }, { ...origin, cookie })
    await ended(tokens.access_token, tokens.refresh_token)
    expect((await viewer(kept.access_token)).data.viewer.kind).toBe('USER')
    await stack.client.send(LOGOUT, { input: { scope: 'ALL' } }, someone.headers)
    await ended(kept.access_token, kept.refresh_token, lasting)
  })

  test('the client, and the person’s suspension', async () => {
    const doomed = await registerApp(stack, admin, { name: 'Doomed' })
    const of = await relyingParty(stack, doomed)
    const gone = await tokensFor(of, browser, 'openid graph')
    await stack.client.send(
      `mutation ($id: ID!) { deleteClient(input: { id: $id }) { id } }`,
      { id: doomed.id },
      admin.headers,
    )
    await expect.poll(async () => (await viewer(gone.access_token)).code).toBe('UNAUTHENTICATED')
    const { someone, tokens } = await fresh('openid offline_access graph')
    await stack.client.send(
      `mutation ($id: ID!) { suspendUser(input: { id: $id }) { id } }`,
      { id: someone.id },
      admin.headers,
    )
    await ended(tokens.access_token, tokens.refresh_token)
  })

  test('an app that logs out ends its own grant alone', async () => {
    const { someone, own, tokens } = await fresh('openid graph graph:write')
    const other = await registerApp(stack, admin, { name: 'Other' })
    const beside = await tokensFor(await relyingParty(stack, other), own, 'openid graph')
    await stack.client.send(LOGOUT, { input: {} }, bearer(tokens.access_token))
    await ended(tokens.access_token, tokens.refresh_token)
    expect((await viewer(beside.access_token)).data.viewer.kind).toBe('USER')
    expect((await viewer(someone.accessToken)).data.viewer.kind).toBe('USER')
  })

  test('a code that is used twice', async () => {
    const asked = await askFor(party, 'openid graph')
    const back = await letIn(browser, asked)
    const tokens = await redeem(party, asked, back)
    await expect(redeem(party, asked, back)).rejects.toThrow()
    await ended(tokens.access_token, tokens.refresh_token)
  })

  test('the app gives its refresh token back', async () => {
    const { tokens } = await fresh()
    await oidc.tokenRevocation(party, String(tokens.refresh_token))
    await ended(tokens.access_token, tokens.refresh_token)
  })
})

describe('introspection', () => {
  const ask = async (as: App | null, asked: string) => {
    const headers = as === null ? {} : basic(as)
    const response = await fetch(url('/oauth2/introspect'), {
      ...formOf({ token: asked }),
      headers,
    })
    return { status: response.status, text: await response.text() }
  }

  test('a resource server is told of tokens for its own audience, and of nothing else', async () => {
    const api = await registerApp(stack, admin, {
      name: 'API',
      redirectUris: [],
      grantTypes: ['CLIENT_CREDENTIALS'],
      scopes: [],
      introspects: [stack.env.PUBLIC_URL],
    })
    const { access_token, refresh_token } = await tokensFor(party, browser, 'openid graph')
    const { status, text } = await ask(api, access_token)
    expect(status).toBe(200)
    expect(JSON.parse(text)).toMatchObject({
      active: true,
      sub: person.id,
      client_id: app.id,
      scope: 'openid graph',
      aud: stack.env.PUBLIC_URL,
      iss: stack.env.PUBLIC_URL,
    })
    const nothing = '{"active":false}'
    for (const [as, asked] of [
      [app, access_token],
      [api, 'garbage'],
      [api, `${access_token.slice(0, -4)}AAAA`],
      [api, String(refresh_token)],
      [api, person.accessToken],
    ] as const) {
      expect((await ask(as, asked)).text).toBe(nothing)
    }
    expect((await ask(null, access_token)).status).toBe(401)
    await oidc.tokenRevocation(party, String(refresh_token))
    expect((await ask(api, access_token)).text).toBe(nothing)
  })
})

test('a new app is told by mail, once', async () => {
  const someone = await registerPerson(stack)
  const own = new WebBrowser(stack)
  await own.signIn(stack, someone)
  await tokensFor(party, own, 'openid')
  await tokensFor(party, own, 'openid email')
  const mails = () =>
    stack.mailbox.messages.filter(({ to, text }) => to === someone.email && text.includes('Shop'))
  await expect.poll(() => mails().length).toBe(1)
})

test('people are not asked for an app of the deployment’s own, and are for one on their own machine', async () => {
  const own = await registerApp(stack, admin, { name: 'Own', firstParty: true, roles: ['user'] })
  const asked = await askFor(await relyingParty(stack, own), 'openid graph')
  const back = backAtApp(await browser.follow(asked.url))
  const tokens = await redeem(await relyingParty(stack, own), asked, back)
  expect(claimsIn(tokens.access_token).roles).toEqual(['user'])
  const native = await registerApp(stack, admin, {
    name: 'Native',
    firstParty: true,
    redirectUris: [REDIRECT, 'http://127.0.0.1/callback'],
  })
  const local = await askFor(await relyingParty(stack, native), 'openid', {
    redirect_uri: 'http://127.0.0.1:49152/callback',
  })
  expect((await browser.follow(local.url)).html).toContain('Let Native in?')
})

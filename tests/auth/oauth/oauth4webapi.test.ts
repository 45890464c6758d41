// Every flow once more with a relying party's library that checks each answer by itself, and does nothing unasked: oauth4webapi.
import { exportJWK } from 'jose'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearer } from '../../client.ts'
import { VIEWER } from '../../people.ts'
import { type App, backAtApp, claimsIn, REDIRECT, registerApp } from './apps.ts'
import type { WebBrowser } from './web-browser.ts'
import { type ProviderWorld, startProviderWorld } from './world.ts'

const BYE = 'https://shop.example/bye'
const TOOLS = 'https://tools.example/mcp'
/** The deployment of a test is on plain http. */
const plain = { [oauth.allowInsecureRequests]: true } as const

interface Party {
  readonly client: oauth.Client
  readonly auth: oauth.ClientAuth
}

let world: ProviderWorld
let as: oauth.AuthorizationServer
let party: Party

beforeAll(async () => {
  world = await startProviderWorld({
    OAUTH_REGISTRATION: 'open',
    OAUTH_REGISTRATION_SCOPES: 'openid,graph',
  })
  as = await discover('oidc')
  party = await register({ postLogoutRedirectUris: [BYE] })
})
afterAll(async () => {
  await world?.stack.stop()
})

async function discover(algorithm: 'oidc' | 'oauth2'): Promise<oauth.AuthorizationServer> {
  const response = await oauth.discoveryRequest(world.issuer, { algorithm, ...plain })
  return await oauth.processDiscoveryResponse(world.issuer, response)
}
async function register(
  more: object,
  authOf = ({ secret }: App) => oauth.ClientSecretBasic(String(secret)),
): Promise<Party> {
  const app = await registerApp(world.stack, world.admin, more)
  return { client: { client_id: app.id }, auth: authOf(app) }
}

interface Wanted {
  readonly scope?: string
  readonly more?: Readonly<Record<string, string>>
  /** Sent beforehand, by the back channel. */
  readonly isPushed?: boolean
  readonly DPoP?: oauth.DPoPHandle
}

interface Asked {
  readonly url: URL
  readonly verifier: string
  readonly state: string
  readonly nonce: string
}

async function ask({ client, auth }: Party, wanted: Wanted): Promise<Asked> {
  const { scope = 'openid email graph', more = {}, isPushed = false, DPoP } = wanted
  const verifier = oauth.generateRandomCodeVerifier()
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
  const parameters = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope,
    state,
    ...(scope.includes('openid') && { nonce }),
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...more,
  })
  const url = new URL(String(as.authorization_endpoint))
  if (isPushed) {
    const options = { ...plain, ...(DPoP && { DPoP }) }
    const pushed = await withNonce(async () => {
      const response = await oauth.pushedAuthorizationRequest(as, client, auth, parameters, options)
      return await oauth.processPushedAuthorizationResponse(as, client, response)
    })
    url.search = `${new URLSearchParams({ client_id: client.client_id, request_uri: pushed.request_uri })}`
  } else url.search = parameters.toString()
  return { url, verifier, state, nonce }
}

async function letIn(url: URL, browser: WebBrowser = world.browser): Promise<URL> {
  const page = await browser.follow(url.href)
  return backAtApp(page.status === 200 ? await browser.press(page, 'allow') : page)
}

async function redeem(of: Party, asked: Asked, back: URL, wanted: Wanted = {}) {
  const { DPoP, more = {}, scope = 'openid' } = wanted
  const answer = oauth.validateAuthResponse(as, of.client, back, asked.state)
  return await withNonce(async () => {
    const { client, auth } = of
    const options = {
      ...plain,
      ...(DPoP && { DPoP }),
      ...(more.resource && { additionalParameters: { resource: more.resource } }),
    }
    const [uri, verifier] = [REDIRECT, asked.verifier]
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      auth,
      answer,
      uri,
      verifier,
      options,
    )
    return await oauth.processAuthorizationCodeResponse(as, client, response, {
      ...(scope.includes('openid') && { expectedNonce: asked.nonce, requireIdToken: true }),
      ...(more.max_age && { maxAge: Number(more.max_age) }),
    })
  })
}

/** The library leaves it to its user to ask again with the nonce that the refusal brought (RFC 9449, 8). */
async function withNonce<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    return await ask()
  }
}

async function tokensFor(of: Party, wanted: Wanted = {}): Promise<oauth.TokenEndpointResponse> {
  const asked = await ask(of, wanted)
  return await redeem(of, asked, await letIn(asked.url), wanted)
}

async function refresh({ client, auth }: Party, token: unknown, DPoP?: oauth.DPoPHandle) {
  const options = { ...plain, ...(DPoP && { DPoP }) }
  return await withNonce(async () => {
    const response = await oauth.refreshTokenGrantRequest(as, client, auth, String(token), options)
    return await oauth.processRefreshTokenResponse(as, client, response)
  })
}

/** As a resource server of somebody else would read it (RFC 9068). */
async function readToken(
  token: string,
  { audience = world.issuer.origin, requireDPoP = false } = {},
) {
  const request = new Request(audience, { headers: { authorization: `Bearer ${token}` } })
  return await oauth.validateJwtAccessToken(as, request, audience, { ...plain, requireDPoP })
}
const viewer = async (token: string) => await world.stack.client.send(VIEWER, {}, bearer(token))

test('discovery in both ways, and of the graph as a resource', async () => {
  expect(await discover('oauth2')).toEqual(as)
  for (const resource of [world.issuer, new URL('/graphql', world.issuer)]) {
    const response = await oauth.resourceDiscoveryRequest(resource, plain)
    const identifier = resource === world.issuer ? new URL(world.issuer.origin) : resource
    const found = await oauth.processResourceDiscoveryResponse(identifier, response)
    expect(found.authorization_servers).toEqual([as.issuer])
  }
})

describe('a code', () => {
  test('with PKCE and `iss`: its tokens are signed, about this person, and good for the graph', async () => {
    const tokens = await tokensFor(party, { more: { max_age: '600' } })
    const claims = oauth.getValidatedIdTokenClaims(tokens)
    expect(claims).toMatchObject({ sub: world.person.id, email: world.person.email })
    expect(await readToken(tokens.access_token)).toMatchObject({
      iss: as.issuer,
      sub: world.person.id,
      client_id: party.client.client_id,
      scope: 'openid email graph',
    })
    expect((await viewer(tokens.access_token)).data.viewer.user.id).toBe(world.person.id)
    const response = await oauth.userInfoRequest(as, party.client, tokens.access_token, plain)
    const info = await oauth.processUserInfoResponse(as, party.client, world.person.id, response)
    expect(info.email).toBe(world.person.email)
  })

  test('its identity token is signed by a key of the JWKS', async () => {
    const asked = await ask(party, {})
    const answer = oauth.validateAuthResponse(as, party.client, await letIn(asked.url), asked.state)
    const { client, auth } = party
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      auth,
      answer,
      REDIRECT,
      asked.verifier,
      plain,
    )
    await oauth.processAuthorizationCodeResponse(as, client, response, {
      expectedNonce: asked.nonce,
      requireIdToken: true,
    })
    await expect(
      oauth.validateApplicationLevelSignature(as, response, plain),
    ).resolves.toBeUndefined()
  })

  test('an answer without `iss`, of another issuer or of another browser’s state is taken by no such party', async () => {
    const asked = await ask(party, {})
    const back = await letIn(asked.url)
    expect(back.searchParams.get('iss')).toBe(as.issuer)
    const other = new URL(back)
    other.searchParams.set('iss', 'https://evil.example')
    const without = new URL(back)
    without.searchParams.delete('iss')
    for (const wrong of [other, without])
      expect(() => oauth.validateAuthResponse(as, party.client, wrong, asked.state)).toThrow()
    expect(() => oauth.validateAuthResponse(as, party.client, back, 'another')).toThrow()
  })

  test('a refusal comes with `iss` and `state` too', async () => {
    const asked = await ask(await register({}), {})
    const browser = world.browser
    const back = backAtApp(await browser.press(await browser.follow(asked.url.href), 'deny'))
    expect(back.searchParams.get('iss')).toBe(as.issuer)
    expect(() => oauth.validateAuthResponse(as, party.client, back, asked.state)).toThrow(
      expect.objectContaining({ error: 'access_denied' }),
    )
  })

  test('after a pushed request', async () => {
    const tokens = await tokensFor(party, { isPushed: true })
    expect((await viewer(tokens.access_token)).data.viewer.kind).toBe('USER')
  })
})

test('an app that names no scope asks for what reads, and for nothing that it must name', async () => {
  const tokens = await tokensFor(party, { scope: '' })
  expect(tokens.scope).toBe('graph')
  const nothing = await register({ scopes: ['openid', 'offline_access'] })
  const asked = await ask(nothing, { scope: '' })
  const back = await letIn(asked.url)
  expect(() => oauth.validateAuthResponse(as, nothing.client, back, asked.state)).toThrow(
    expect.objectContaining({ error: 'invalid_scope' }),
  )
})

describe('a client proves itself', () => {
  test('by its secret in the header or the body, by a signed assertion, or not at all', async () => {
    const pair = await oauth.generateKeyPair('ES256', { extractable: true })
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }
    const key = { key: pair.privateKey, kid: 'k1' }
    const ways: readonly (readonly [object, (app: App) => oauth.ClientAuth])[] = [
      [{}, ({ secret }) => oauth.ClientSecretBasic(String(secret))],
      [
        { tokenEndpointAuthMethod: 'CLIENT_SECRET_POST' },
        ({ secret }) => oauth.ClientSecretPost(String(secret)),
      ],
      [
        { tokenEndpointAuthMethod: 'PRIVATE_KEY_JWT', jwks: { keys: [jwk] } },
        () => oauth.PrivateKeyJwt(key),
      ],
      [{ tokenEndpointAuthMethod: 'NONE' }, () => oauth.None()],
    ]
    for (const [more, authOf] of ways) {
      const of = await register(more, authOf)
      const tokens = await tokensFor(of, { isPushed: true })
      const next = await refresh(of, tokens.refresh_token)
      expect((await viewer(next.access_token)).data.viewer.user.id).toBe(world.person.id)
    }
  })

  test('a wrong one is told so as the library expects it', async () => {
    const auth = oauth.ClientSecretBasic('scs_wrong')
    const { client } = party
    const parameters = new URLSearchParams()
    const response = await oauth.clientCredentialsGrantRequest(as, client, auth, parameters, plain)
    const read = oauth.processClientCredentialsResponse(as, client, response)
    await expect(read).rejects.toMatchObject({ code: oauth.WWW_AUTHENTICATE_CHALLENGE })
  })
})

describe('tokens bound to a key', () => {
  const own = async () =>
    await register({ tokenEndpointAuthMethod: 'NONE', dpopRequired: true }, () => oauth.None())
  const keyOf = async ({ client }: Party) =>
    oauth.DPoP(client, await oauth.generateKeyPair('ES256', { extractable: true }))

  test('with the server’s nonce: code, userinfo, the graph and refresh, by one key alone', async () => {
    const of = await own()
    const DPoP = await keyOf(of)
    const tokens = await tokensFor(of, { DPoP, isPushed: true })
    expect(tokens.token_type).toBe('dpop')
    const { access_token } = tokens
    const response = await oauth.userInfoRequest(as, of.client, access_token, { ...plain, DPoP })
    await oauth.processUserInfoResponse(as, of.client, world.person.id, response)
    const graph = new URL('/graphql', world.issuer)
    const asks = async (handle: oauth.DPoPHandle) => {
      const headers = new Headers({ 'content-type': 'application/json' })
      const body = JSON.stringify({ query: '{ viewer { user { id } } }' })
      const sent = { ...plain, DPoP: handle }
      const answer = await oauth.protectedResourceRequest(
        access_token,
        'POST',
        graph,
        headers,
        body,
        sent,
      )
      return ((await answer.json()) as any).data.viewer.user.id
    }
    expect(await asks(DPoP)).toBe(world.person.id)
    await expect(asks(await keyOf(of))).rejects.toMatchObject({
      code: oauth.WWW_AUTHENTICATE_CHALLENGE,
    })
    const thief = await keyOf(of)
    await expect(refresh(of, tokens.refresh_token, thief)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    expect((await refresh(of, tokens.refresh_token, DPoP)).token_type).toBe('dpop')
  })

  test('a proof without the nonce, or with one that is not ours, is asked for anew', async () => {
    const of = await own()
    const asked = await ask(of, {})
    const answer = oauth.validateAuthResponse(as, of.client, await letIn(asked.url), asked.state)
    const pair = await oauth.generateKeyPair('ES256', { extractable: true })
    const redeemWith = async (nonce?: string) => {
      const DPoP = oauth.DPoP(of.client, pair, {
        [oauth.modifyAssertion]: (_header, payload) => {
          if (nonce !== undefined) payload.nonce = nonce
        },
      })
      const options = { ...plain, DPoP }
      const verifier = asked.verifier
      const response = await oauth.authorizationCodeGrantRequest(
        as,
        of.client,
        of.auth,
        answer,
        REDIRECT,
        verifier,
        options,
      )
      const body = (await response.json()) as { error?: string }
      return { error: body.error, nonce: response.headers.get('dpop-nonce') ?? undefined }
    }
    const first = await redeemWith()
    expect(first.error).toBe('use_dpop_nonce')
    expect((await redeemWith('another')).error).toBe('use_dpop_nonce')
    expect((await redeemWith(first.nonce)).error).toBeUndefined()
  })
})

test('a refresh: another refresh token, the same person; what was replaced is refused', async () => {
  const tokens = await tokensFor(party)
  const first = await refresh(party, tokens.refresh_token)
  expect(first.refresh_token).not.toBe(tokens.refresh_token)
  expect(oauth.getValidatedIdTokenClaims(first)?.sub).toBe(world.person.id)
  await refresh(party, first.refresh_token)
  await expect(refresh(party, tokens.refresh_token)).rejects.toMatchObject({
    error: 'invalid_grant',
  })
})

test('client credentials: a program that is nobody', async () => {
  const { client, auth } = await register({
    redirectUris: [],
    grantTypes: ['CLIENT_CREDENTIALS'],
    scopes: [],
  })
  const parameters = new URLSearchParams({ resource: `${world.issuer.origin}/graphql` })
  const response = await oauth.clientCredentialsGrantRequest(as, client, auth, parameters, plain)
  const tokens = await oauth.processClientCredentialsResponse(as, client, response)
  const { data } = await viewer(tokens.access_token)
  expect(data.viewer).toMatchObject({ kind: 'CLIENT', user: null })
})

test('a device: pending until somebody lets it in', async () => {
  const { client, auth } = await register(
    {
      redirectUris: [],
      grantTypes: ['DEVICE_CODE', 'REFRESH_TOKEN'],
      tokenEndpointAuthMethod: 'NONE',
    },
    () => oauth.None(),
  )
  const parameters = new URLSearchParams({ scope: 'openid graph' })
  const begun = await oauth.processDeviceAuthorizationResponse(
    as,
    client,
    await oauth.deviceAuthorizationRequest(as, client, auth, parameters, plain),
  )
  const poll = async () => {
    const { device_code } = begun
    const response = await oauth.deviceCodeGrantRequest(as, client, auth, device_code, plain)
    return await oauth.processDeviceCodeResponse(as, client, response)
  }
  await expect(poll()).rejects.toMatchObject({ error: 'authorization_pending' })
  const { browser } = world
  const page = await browser.open(new URL(begun.verification_uri).pathname)
  await browser.press(await browser.press(page, '', { code: begun.user_code }), 'allow')
  const tokens = await poll()
  expect(oauth.getValidatedIdTokenClaims(tokens)?.sub).toBe(world.person.id)
  expect((await viewer(tokens.access_token)).data.viewer.user.id).toBe(world.person.id)
})

test('a token for one resource: that audience alone, for which the resource may ask', async () => {
  await world.stack
    .db('roles')
    .where('name', 'user')
    .update({ scopes: ['tools:read'] })
  const agent = await register({ scopes: ['openid', 'graph', 'tools:read'], resources: [TOOLS] })
  const tools = await register({
    redirectUris: [],
    grantTypes: ['CLIENT_CREDENTIALS'],
    scopes: [],
    introspects: [TOOLS],
  })
  const tokens = await tokensFor(agent, { scope: 'graph tools:read', more: { resource: TOOLS } })
  expect(await readToken(tokens.access_token, { audience: TOOLS })).toMatchObject({
    aud: TOOLS,
    scope: 'tools:read',
  })
  const introspect = async ({ client, auth }: Party) => {
    const { access_token } = tokens
    const response = await oauth.introspectionRequest(as, client, auth, access_token, plain)
    return await oauth.processIntrospectionResponse(as, client, response)
  }
  expect(await introspect(tools)).toMatchObject({ active: true, aud: TOOLS, sub: world.person.id })
  expect(await introspect(party)).toEqual({ active: false })
  expect((await viewer(tokens.access_token)).code).toBe('UNAUTHENTICATED')
})

test('a revocation ends what the app was given', async () => {
  const { client, auth } = party
  const tokens = await tokensFor(party)
  const refreshToken = String(tokens.refresh_token)
  const response = await oauth.revocationRequest(as, client, auth, refreshToken, plain)
  await oauth.processRevocationResponse(response)
  await expect(refresh(party, refreshToken)).rejects.toMatchObject({ error: 'invalid_grant' })
  await expect.poll(async () => (await viewer(tokens.access_token)).code).toBe('UNAUTHENTICATED')
})

test('an app registers itself, and is then one like others', async () => {
  const metadata = {
    client_name: 'Agent',
    redirect_uris: [REDIRECT],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_post',
  }
  const response = await oauth.dynamicClientRegistrationRequest(as, metadata, plain)
  const client = await oauth.processDynamicClientRegistrationResponse(response)
  const auth = oauth.ClientSecretPost(String(client.client_secret))
  const tokens = await tokensFor({ client, auth }, { scope: 'openid graph' })
  expect(claimsIn(tokens.access_token).client_id).toBe(client.client_id)
})

test('signing out for an app leads back to it', async () => {
  const tokens = await tokensFor(party)
  const url = new URL(String(as.end_session_endpoint))
  url.search = `${new URLSearchParams({
    id_token_hint: String(tokens.id_token),
    post_logout_redirect_uri: BYE,
    state: 's1',
  })}`
  const { browser, person, stack } = world
  const left = await browser.press(await browser.open(url.href), 'logout')
  expect(left.location).toBe(`${BYE}?state=s1`)
  await expect.poll(async () => (await viewer(tokens.access_token)).code).toBe('UNAUTHENTICATED')
  await browser.signIn(stack, person)
})

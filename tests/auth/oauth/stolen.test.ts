// A code, a token, a refresh token, a client's secret, a device code: each in the hands of somebody who has that alone
// (docs/oauth.md, "What a stolen value is good for").
import type * as oidc from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bearer } from '../../client.ts'
import { VIEWER } from '../../people.ts'
import { type App, askFor, letIn, REDIRECT, registerApp, relyingParty, tokensFor } from './apps.ts'
import { WebBrowser } from './web-browser.ts'
import { type ProviderWorld, startProviderWorld } from './world.ts'

let world: ProviderWorld
let app: App
let native: App
let device: App

beforeAll(async () => {
  world = await startProviderWorld()
  const { stack, admin } = world
  app = await registerApp(stack, admin)
  native = await registerApp(stack, admin, { name: 'Native', tokenEndpointAuthMethod: 'NONE' })
  const ofDevices = { redirectUris: [], grantTypes: ['DEVICE_CODE', 'REFRESH_TOKEN'] }
  device = await registerApp(stack, admin, { ...ofDevices, tokenEndpointAuthMethod: 'NONE' })
})
afterAll(async () => {
  await world?.stack.stop()
})

const url = (path: string) => world.issuer.origin + path
const basic = ({ id, secret }: App) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})
async function post(path: string, fields: Record<string, string>, headers = {}) {
  const body = new URLSearchParams(fields)
  const response = await fetch(url(path), { method: 'POST', body, headers })
  const text = await response.text()
  const json = (text === '' ? null : JSON.parse(text)) as any
  return { status: response.status, body: json, error: json?.error as string | undefined }
}
const token = async (fields: Record<string, string>, headers = {}) =>
  await post('/oauth2/token', fields, headers)
const viewer = async (accessToken: string) =>
  await world.stack.client.send(VIEWER, {}, bearer(accessToken))
const isOut = async (accessToken: string) =>
  await expect.poll(async () => (await viewer(accessToken)).code).toBe('UNAUTHENTICATED')
const partyOf = async (of: App): Promise<oidc.Configuration> => await relyingParty(world.stack, of)
const everywhere = (value: string): readonly (readonly [string, Record<string, string>])[] => [
  ['/oauth2/token', { grant_type: 'refresh_token', refresh_token: value, client_id: native.id }],
  [
    '/oauth2/token',
    {
      grant_type: 'authorization_code',
      code: value,
      client_id: native.id,
      redirect_uri: REDIRECT,
      code_verifier: 'x'.repeat(43),
    },
  ],
  [
    '/oauth2/token',
    {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: value,
      client_id: device.id,
    },
  ],
  [
    '/oauth2/token',
    {
      grant_type: 'client_credentials',
      client_assertion: value,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    },
  ],
  [
    '/oauth2/token',
    {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: value,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      client_id: native.id,
    },
  ],
  ['/oauth2/introspect', { token: value, client_id: native.id }],
]
/** What it is not is taken for it nowhere. */
async function isNothingElse(value: string) {
  for (const [path, fields] of everywhere(value)) {
    const { status, body } = await post(path, fields)
    expect([status < 300 && body?.active !== false, path], JSON.stringify(fields)).toEqual([
      false,
      path,
    ])
    expect(body).not.toHaveProperty('access_token')
  }
}

describe('a code', () => {
  const stolen = async (of: App) => {
    const asked = await askFor(await partyOf(of), 'openid graph')
    const code = (await letIn(world.browser, asked)).searchParams.get('code') ?? ''
    return { code, verifier: asked.verifier }
  }

  test('of an app without a secret: no token without the verifier, and the app gets its own all the same', async () => {
    const { code, verifier } = await stolen(native)
    const fields = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT,
      client_id: native.id,
    }
    for (const guess of [
      {},
      { code_verifier: '' },
      { code_verifier: 'x'.repeat(43) },
      { code_verifier: verifier.slice(1) },
    ])
      expect((await token({ ...fields, ...guess })).status).toBe(400)
    await isNothingElse(code)
    expect((await viewer(code)).code).toBe('UNAUTHENTICATED')
    expect((await token({ ...fields, code_verifier: verifier })).status).toBe(200)
  })

  test('brought to the app by the thief’s browser it is another request’s: its verifier does not fit', async () => {
    const { code } = await stolen(app)
    const own = await askFor(await partyOf(app), 'openid graph')
    const fields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT }
    const injected = await token({ ...fields, code_verifier: own.verifier }, basic(app))
    expect(injected.error).toBe('invalid_grant')
  })
})

describe('an access token', () => {
  test('reads what it may, writes nothing, shows and changes no grant, session or client', async () => {
    const { access_token } = await tokensFor(await partyOf(app), world.browser, 'openid graph')
    expect((await viewer(access_token)).data.viewer.user.id).toBe(world.person.id)
    const operations = [
      'mutation { updateProfile(input: { fullName: "x" }) { id } }',
      'mutation { logout(input: { scope: ALL }) { revokedSessionIds } }',
      'mutation { revokeGrant(input: { id: "grt_x" }) { id } }',
      'mutation { createApiKey(input: { name: "x" }) { secret } }',
      'mutation { deleteClient(input: { id: "x" }) { id } }',
      '{ viewer { user { sessions(first: 1) { edges { node { id } } } } } }',
      '{ viewer { user { grants(first: 1) { edges { node { id } } } } } }',
      '{ viewer { user { apiKeys(first: 1) { edges { node { id } } } } } }',
      '{ clients(first: 1) { edges { node { id } } } }',
    ]
    for (const operation of operations) {
      const { code, text } = await world.stack.client.send(operation, {}, bearer(access_token))
      expect(code, `${operation} ${text}`).toMatch(/^(FORBIDDEN|UNAUTHENTICATED)$/)
    }
    expect((await viewer(world.person.accessToken)).data.viewer.user.id).toBe(world.person.id)
    expect((await viewer(access_token)).data.viewer.user.id).toBe(world.person.id)
  })

  test('is not a session at a page, nor a client’s proof, nor another kind of token', async () => {
    const { access_token } = await tokensFor(await partyOf(app), world.browser, 'openid graph')
    await isNothingElse(access_token)
    const { url: asked } = await askFor(await partyOf(app), 'openid', { prompt: 'none' })
    for (const headers of [bearer(access_token), { cookie: `__Host-access=${access_token}` }]) {
      const { pathname, search } = new URL(asked)
      const response = await fetch(url(pathname + search), { headers, redirect: 'manual' })
      expect(response.headers.get('location') ?? '').not.toContain('code=')
      const page = await fetch(url('/oauth2/device'), { headers, redirect: 'manual' })
      expect([page.status, await page.text()]).not.toContain('name="code"')
    }
  })
})

describe('a refresh token', () => {
  test('of an app with a secret: nothing, and the app goes on', async () => {
    const tokens = await tokensFor(await partyOf(app), world.browser, 'openid graph')
    const refresh_token = String(tokens.refresh_token)
    const fields = { grant_type: 'refresh_token', refresh_token }
    const stranger = await registerApp(world.stack, world.admin, { name: 'Stranger' })
    expect((await token({ ...fields, client_id: app.id })).status).toBe(401)
    expect((await token({ ...fields, client_id: native.id })).error).toBe('invalid_grant')
    expect((await token(fields, basic(stranger))).error).toBe('invalid_grant')
    expect((await post('/oauth2/revoke', { token: refresh_token })).status).toBe(401)
    expect((await post('/oauth2/revoke', { token: refresh_token, client_id: app.id })).status).toBe(
      401,
    )
    expect((await viewer(refresh_token)).code).toBe('UNAUTHENTICATED')
    expect((await token(fields, basic(app))).status).toBe(200)
  })

  test('of an app without one: good until the app refreshes; then the thief is noticed, and both are out', async () => {
    const { refresh_token } = await tokensFor(await partyOf(native), world.browser, 'openid graph')
    const refresh = async (value: string) =>
      await token({ grant_type: 'refresh_token', refresh_token: value, client_id: native.id })
    const thief = await refresh(String(refresh_token))
    expect(thief.status).toBe(200)
    // Half a minute is for answers that were lost.
    await world.stack
      .db('oauth_refresh_families')
      .update({ rotated_at: new Date(Date.now() - 60_000) })
    const own = await refresh(String(refresh_token))
    expect(own.status).toBe(200)
    expect((await refresh(thief.body.refresh_token)).error).toBe('invalid_grant')
    expect((await refresh(own.body.refresh_token)).error).toBe('invalid_grant')
    await isOut(thief.body.access_token)
  })

  test('asks for no more than it has, and for no other audience', async () => {
    const { refresh_token } = await tokensFor(await partyOf(native), world.browser, 'openid graph')
    const fields = {
      grant_type: 'refresh_token',
      refresh_token: String(refresh_token),
      client_id: native.id,
    }
    for (const more of [{ scope: 'openid graph graph:write' }, { scope: 'openid email' }])
      expect((await token({ ...fields, ...more })).error).toBe('invalid_scope')
    expect((await token({ ...fields, resource: 'https://tools.example' })).error).toBe(
      'invalid_target',
    )
  })
})

test('a client’s secret is worth the client’s own tokens, and where it has none, nothing', async () => {
  const fields = { grant_type: 'client_credentials' }
  expect((await token(fields, basic(app))).status).toBe(400)
  expect((await token({ ...fields, scope: 'graph' }, basic(app))).status).toBe(400)
  expect((await post('/oauth2/device_authorization', { scope: 'openid' }, basic(app))).status).toBe(
    400,
  )
  const { access_token } = await tokensFor(await partyOf(native), world.browser, 'openid graph')
  expect((await post('/oauth2/introspect', { token: access_token }, basic(app))).body).toEqual({
    active: false,
  })
  expect((await post('/oauth2/revoke', { token: access_token }, basic(app))).status).toBe(200)
  expect((await viewer(access_token)).data.viewer.user.id).toBe(world.person.id)
  expect((await viewer(String(app.secret))).code).toBe('UNAUTHENTICATED')
  const register = await fetch(url('/oauth2/register'), {
    method: 'POST',
    headers: { ...basic(app), 'content-type': 'application/json' },
    body: '{}',
  })
  expect(register.status).toBe(404)
})

describe('a device code', () => {
  const begin = async () =>
    (await post('/oauth2/device_authorization', { client_id: device.id, scope: 'openid graph' }))
      .body
  const poll = async (device_code: string, client_id = device.id) =>
    await token({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code,
      client_id,
    })
  const allow = async (code: string) => {
    const { browser } = world
    const page = await browser.open('/oauth2/device')
    return await browser.press(await browser.press(page, '', { code }), 'allow')
  }

  test('waits for the person, is nothing to another client, and cannot be typed', async () => {
    const begun = await begin()
    expect((await poll(begun.device_code)).error).toBe('authorization_pending')
    expect((await poll(begun.device_code, native.id)).status).toBe(400)
    const other = await registerApp(world.stack, world.admin, {
      redirectUris: [],
      grantTypes: ['DEVICE_CODE', 'REFRESH_TOKEN'],
      tokenEndpointAuthMethod: 'NONE',
    })
    expect((await poll(begun.device_code, other.id)).error).toBe('invalid_grant')
    const thief = new WebBrowser(world.stack)
    await thief.signIn(world.stack, world.admin)
    const page = await thief.open('/oauth2/device')
    expect((await thief.press(page, '', { code: begun.device_code })).status).toBe(422)
    await isNothingElse(begun.user_code)
  })

  test('taken before the device asks: the device’s own question ends what the thief got', async () => {
    const begun = await begin()
    await allow(begun.user_code)
    const thief = await poll(begun.device_code)
    expect(thief.status).toBe(200)
    expect((await poll(begun.device_code)).error).toBe('invalid_grant')
    await isOut(thief.body.access_token)
    const refresh = { grant_type: 'refresh_token', refresh_token: thief.body.refresh_token }
    expect((await token({ ...refresh, client_id: device.id })).error).toBe('invalid_grant')
  })
})

// Devices without a browser: the code is typed by somebody who was just there, and answered by the session that typed it.
import { setTimeout as sleep } from 'node:timers/promises'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer } from '../../client.ts'
import { type Stack, startStack } from '../../harness.ts'
import { type Person, registerPerson, VIEWER } from '../../people.ts'
import { type App, becomeAdmin, claimsIn, registerApp, relyingParty } from './apps.ts'
import { WebBrowser } from './web-browser.ts'

let stack: Stack
let admin: Person
let person: Person
let tool: App
let party: oidc.Configuration
let browser: WebBrowser

beforeAll(async () => {
  stack = await startStack({ env: { SESSION_VERIFICATION: 'off' } })
  admin = await becomeAdmin(stack)
  person = await registerPerson(stack)
  tool = await registerApp(stack, admin, {
    name: 'Tool',
    redirectUris: [],
    grantTypes: ['DEVICE_CODE', 'REFRESH_TOKEN'],
    tokenEndpointAuthMethod: 'NONE',
  })
  party = await relyingParty(stack, tool)
  browser = new WebBrowser(stack)
  await browser.signIn(stack, person)
})
afterAll(async () => {
  await stack?.stop()
})

const begin = async () => await oidc.initiateDeviceAuthorization(party, { scope: 'openid graph' })
async function poll(device_code: string, client_id = tool.id) {
  const body = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code,
    client_id,
  })
  const response = await fetch(`${stack.env.PUBLIC_URL}/oauth2/token`, { method: 'POST', body })
  return (await response.json()) as any
}
const type = async (as: WebBrowser, code: string) =>
  await as.press(await as.open('/oauth2/device'), '', { code })

test('a device is let in: typed, shown, allowed; it works, and once', async () => {
  const begun = await begin()
  expect(begun.verification_uri).toBe(`${stack.env.PUBLIC_URL}/oauth2/device`)
  expect(begun).not.toHaveProperty('verification_uri_complete')
  expect((await poll(begun.device_code)).error).toBe('authorization_pending')
  expect((await poll(begun.device_code)).error).toBe('slow_down')
  const shown = await type(browser, begun.user_code.toLowerCase())
  expect(shown.html).toContain('Connect Tool?')
  expect(shown.html).toContain('127.0.0.1')
  const done = await browser.press(shown, 'allow')
  expect(done.html).toContain('Your device is connected')
  const tokens = await poll(begun.device_code)
  const { data } = await stack.client.send(VIEWER, {}, bearer(tokens.access_token))
  expect(data.viewer.user.id).toBe(person.id)
  expect((await poll(begun.device_code)).error).toBe('invalid_grant')
})

test('a device that asks for several resources gets tokens for one after the other', async () => {
  const other = 'https://files.example/mcp'
  await stack
    .db('oauth_clients')
    .where('id', tool.id)
    .update({ resources: [other] })
  const form = new URLSearchParams({ client_id: tool.id, scope: 'openid graph' })
  for (const resource of [stack.env.PUBLIC_URL ?? '', other]) form.append('resource', resource)
  const init = { method: 'POST', body: form }
  const asked = await fetch(`${stack.env.PUBLIC_URL}/oauth2/device_authorization`, init)
  const begun = (await asked.json()) as any
  const shown = await type(browser, begun.user_code)
  expect(shown.html).toContain('files.example/mcp, and nowhere else.')
  await browser.press(shown, 'allow')
  const tokens = await poll(begun.device_code)
  expect(claimsIn(tokens.access_token).aud).toBe(stack.env.PUBLIC_URL)
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: tokens.refresh_token,
    client_id: tool.id,
    resource: other,
  })
  const next = await fetch(`${stack.env.PUBLIC_URL}/oauth2/token`, { method: 'POST', body })
  expect(claimsIn(((await next.json()) as any).access_token).aud).toBe(other)
})

test('no means no, and an answer of a session that never typed the code is none', async () => {
  const begun = await begin()
  const shown = await type(browser, begun.user_code)
  const stranger = new WebBrowser(stack)
  await stranger.signIn(stack, admin)
  const code = begun.user_code
  expect((await type(stranger, code)).status).toBe(422)
  const forged = await stranger.press(await stranger.open('/oauth2/device'), 'allow', { code })
  expect(forged.status).toBe(422)
  expect((await poll(begun.device_code)).error).toBe('authorization_pending')
  expect((await browser.press(shown, 'deny')).html).toContain('Not connected')
  await sleep(100)
  expect((await poll(begun.device_code)).error).toBe('access_denied')
})

test('a device that asks for nothing that its person may do is told no, and nobody is asked', async () => {
  await stack
    .db('roles')
    .insert({ name: 'pilot', rank: 5, scopes: ['planes:fly'] })
    .onConflict('name')
    .ignore()
  const { id } = await registerApp(stack, admin, {
    redirectUris: [],
    grantTypes: ['DEVICE_CODE'],
    scopes: ['planes:fly'],
    tokenEndpointAuthMethod: 'NONE',
  })
  const flying = await relyingParty(stack, { id, secret: null })
  const begun = await oidc.initiateDeviceAuthorization(flying, { scope: 'planes:fly' })
  const shown = await type(browser, begun.user_code)
  expect(shown.html).toContain('You may do nothing of what the device asks for')
  expect(shown.html).not.toContain('value="allow"')
  const { error } = await poll(begun.device_code, id)
  expect(error).toBe('access_denied')
  expect(await stack.db('oauth_grants').where('client_id', id)).toEqual([])
})

test('guessing codes is counted, and a code in the address is not taken', async () => {
  const someone = await registerPerson(stack)
  const guesser = new WebBrowser(stack)
  await guesser.signIn(stack, someone)
  const { user_code } = await begin()
  const linked = await guesser.open(`/oauth2/device?user_code=${user_code}`)
  expect(linked.html).not.toContain(user_code)
  for (let tries = 0; tries < 10; tries += 1) {
    expect((await type(guesser, 'BBBBBBBB')).status).toBe(422)
  }
  expect((await type(guesser, user_code)).status).toBe(429)
})

test('a device is not let in from a screen that was left open', async () => {
  const someone = await registerPerson(stack)
  const left = new WebBrowser(stack)
  await left.signIn(stack, someone)
  await stack
    .db('sessions')
    .where('user_id', someone.id)
    .update({ authenticated_at: new Date(Date.now() - 3_600_000) })
  expect((await left.open('/oauth2/device')).location).toContain('again=1')
  const nobody = new WebBrowser(stack)
  expect((await nobody.open('/oauth2/device')).location).toContain('/sign-in')
})

test('a code that is over is told so', async () => {
  const begun = await begin()
  await stack.db.raw(
    `update oauth_objects set payload = payload || '{"exp": 1}', expires_at = now() - interval '1 second' where model = 'DeviceCode'`,
  )
  expect((await poll(begun.device_code)).error).toBe('expired_token')
  expect((await type(browser, begun.user_code)).status).toBe(422)
})

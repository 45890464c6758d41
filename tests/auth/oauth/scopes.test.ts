// Scopes of a deployment's own: in words where people are asked, listed where apps look, and refused by name where there are none.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type * as oidc from 'openid-client'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readAuthConfig } from '../../../subgraphs/auth/config.ts'
import { syncFileClients } from '../../../subgraphs/auth/oauth-clients/sync-file.ts'
import { readDescribedScopes } from '../../../subgraphs/auth/supergraph-file.ts'
import { example } from '../../docs/examples.ts'
import { type Stack, startStack } from '../../harness.ts'
import { type Person, registerPerson } from '../../people.ts'
import {
  type App,
  askFor,
  backAtApp,
  becomeAdmin,
  claimsIn,
  letIn,
  registerApp,
  relyingParty,
} from './apps.ts'
import { WebBrowser } from './web-browser.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-scopes-'))
const config = join(folder, 'supergraph.yaml')
const { code: section } = example('docs/oauth.md', 'Scopes of your own', 'yaml')

let stack: Stack
let admin: Person
let app: App
let party: oidc.Configuration
let browser: WebBrowser

beforeAll(async () => {
  cpSync('schema', folder, { recursive: true })
  writeFileSync(config, `${readFileSync(config, 'utf8')}\n${section}`)
  stack = await startStack({ env: { SESSION_VERIFICATION: 'off', SUPERGRAPH_CONFIG: config } })
  admin = await becomeAdmin(stack)
  await stack
    .db('roles')
    .where('name', 'user')
    .update({ scopes: ['orders:read', 'orders:cancel', 'notes:read'] })
  app = await registerApp(stack, admin, {
    scopes: ['openid', 'orders:read', 'orders:cancel', 'notes:read'],
  })
  party = await relyingParty(stack, app)
  browser = new WebBrowser(stack)
  await browser.signIn(stack, await registerPerson(stack))
})
afterAll(async () => {
  await stack?.stop()
  rmSync(folder, { recursive: true })
})

const get = async (path: string) =>
  (await (await fetch(`${stack.env.PUBLIC_URL}${path}`)).json()) as any
async function tokenFor(of: App, scope: string): Promise<any> {
  const authorization = `Basic ${Buffer.from(`${of.id}:${of.secret}`).toString('base64')}`
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope })
  const init = { method: 'POST', body, headers: { authorization } }
  return (await (await fetch(`${stack.env.PUBLIC_URL}/oauth2/token`, init)).json()) as any
}

test('are shown in the deployment’s words, by language, and by their names where nobody described them', async () => {
  const scope = 'openid orders:read orders:cancel notes:read'
  const shownIn = async (language: string) =>
    (await browser.follow((await askFor(party, scope, { ui_locales: language })).url)).html
  const english = await shownIn('en')
  expect(english).toContain('<li>see your orders</li>')
  expect(english).toContain('<li>cancel orders that were not sent yet</li>')
  expect(english).toContain('<li><code>notes:read</code></li>')
  const german = await shownIn('de')
  expect(german).toContain('<li>Ihre Bestellungen sehen</li>')
  expect(german).toContain('<li>cancel orders that were not sent yet</li>')
})

test('and so they are on the account page', async () => {
  const own = new WebBrowser(stack)
  await own.signIn(stack, await registerPerson(stack))
  await letIn(own, await askFor(party, 'openid orders:read notes:read'))
  const german = await own.open('/account?ui_locales=de')
  expect(german.html).toContain('<li>Ihre Bestellungen sehen</li>')
  expect(german.html).toContain('<li><code>notes:read</code></li>')
})

test('an app’s `ui_locales` holds for signing in, too', async () => {
  const { url } = await askFor(party, 'openid', { ui_locales: 'de' })
  const { html } = await new WebBrowser(stack).follow(url)
  expect(html).toContain('<html lang="de"')
})

test('stand in the documents about the deployment, beside those of the protocol', async () => {
  for (const path of [
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server',
    '/.well-known/oauth-protected-resource',
    '/.well-known/oauth-protected-resource/graphql',
  ]) {
    expect((await get(path)).scopes_supported).toEqual([
      ...['openid', 'profile', 'email', 'offline_access', 'graph', 'graph:write'],
      ...['orders:read', 'orders:cancel'],
    ])
  }
})

test('a person who may do nothing of what is asked for is not asked, and the app is told', async () => {
  await stack
    .db('roles')
    .insert({ name: 'pilot', rank: 5, scopes: ['planes:fly'] })
    .onConflict('name')
    .ignore()
  const flying = await registerApp(stack, admin, { scopes: ['openid', 'planes:fly'] })
  const of = await relyingParty(stack, flying)
  const back = backAtApp(await browser.follow((await askFor(of, 'planes:fly')).url))
  expect(back.searchParams.get('error')).toBe('access_denied')
  expect(back.searchParams.get('error_description')).toContain('may do nothing of what')
  const none = await stack.db('oauth_grants').where('client_id', flying.id)
  expect(none).toEqual([])
})

describe('one that nobody knows', () => {
  test('is refused by its name where an app asks for it', async () => {
    const back = backAtApp(await browser.follow((await askFor(party, 'openid orders:raed')).url))
    expect(back.searchParams.get('error')).toBe('invalid_scope')
    expect(back.searchParams.get('error_description')).toBe('there is no scope orders:raed')
    // OpenID Connect has these for everybody, and a role has that: no slip, and left out.
    await stack
      .db('roles')
      .insert({ name: 'cook', rank: 5, scopes: ['kitchen:use'] })
      .onConflict('name')
      .ignore()
    const known = await letIn(browser, await askFor(party, 'openid address phone kitchen:use'))
    expect(known.searchParams.has('code')).toBe(true)
  })

  test('stops a program, as does one that it was not given; neither stands for all that it has', async () => {
    const program = await registerApp(stack, admin, {
      redirectUris: [],
      grantTypes: ['CLIENT_CREDENTIALS'],
      scopes: ['orders:read', 'notes:read'],
      resources: ['https://files.example/mcp'],
    })
    for (const scope of ['orders:raed', 'orders:cancel', 'orders:read orders:cancel', 'graph']) {
      const { error, error_description, access_token } = await tokenFor(program, scope)
      expect([error, access_token]).toEqual(['invalid_scope', undefined])
      expect(error_description).toContain(scope.split(' ').at(-1))
    }
    expect(claimsIn((await tokenFor(program, 'notes:read')).access_token).scope).toBe('notes:read')
    const { access_token } = await tokenFor(program, '')
    expect(claimsIn(access_token).scope).toBe('orders:read notes:read')
  })

  test('is given to no client, in the graph and in the file; what a client has stays', async () => {
    const wrong = { scopes: ['openid', 'orders:raed'] }
    await expect(registerApp(stack, admin, wrong)).rejects.toThrow(
      /There is no scope \\"orders:raed\\": describe it below \\"scopes:\\"/,
    )
    const update = async (input: object) =>
      await stack.client.send(
        `mutation ($input: UpdateClientInput!) { updateClient(input: $input) { name } }`,
        { input: { id: app.id, ...input } },
        admin.headers,
      )
    expect((await update(wrong)).code).toBe('BAD_USER_INPUT')
    await stack
      .db('oauth_clients')
      .where('id', app.id)
      .update({ scopes: ['openid', 'old:one'] })
    expect((await update({ name: 'Shop 2' })).data.updateClient.name).toBe('Shop 2')

    const clients = join(folder, 'clients.yaml')
    const one = '{ id: shop, name: Shop, grantTypes: [client_credentials], scopes: [orders:raed]'
    writeFileSync(clients, `clients: [${one}, secretVariable: SHOP_SECRET }]`)
    const env = { ...stack.env, OAUTH_CLIENTS_FILE: clients, SHOP_SECRET: 'a'.repeat(64) }
    const deps = {
      db: stack.db,
      config: readAuthConfig(env),
      describedScopes: readDescribedScopes(config),
      log: pino({ level: 'silent' }),
    }
    await expect(syncFileClients(deps)).rejects.toThrow(
      'OAUTH_CLIENTS_FILE: shop: There is no scope "orders:raed"',
    )
  })
})

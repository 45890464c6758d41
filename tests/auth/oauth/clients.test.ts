// OAuth clients: admins register, change and delete them, below their own rank; the operator's file says what it says.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readAuthConfig } from '../../../subgraphs/auth/config.ts'
import { matchClientSecret } from '../../../subgraphs/auth/oauth-clients/secret.ts'
import { syncFileClients } from '../../../subgraphs/auth/oauth-clients/sync-file.ts'
import { example } from '../../docs/examples.ts'
import { type Stack, startStack } from '../../harness.ts'
import { logIn, type Person, registerPerson } from '../../people.ts'

let stack: Stack
let admin: Person
let user: Person
const folder = mkdtempSync(join(tmpdir(), 'clients-'))

beforeAll(async () => {
  stack = await startStack()
  user = await registerPerson(stack)
  const promoted = await registerPerson(stack)
  await stack.db('user_roles').insert({ user_id: promoted.id, role_name: 'admin' })
  admin = await logIn(stack.client, promoted)
  await stack.db('roles').insert([
    { name: 'editor', rank: 20, scopes: ['posts:write'] },
    { name: 'owner', rank: 100, scopes: ['billing:write'] },
  ])
})
afterAll(async () => {
  await stack?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const CLIENT = `id name source redirectUris grantTypes scopes roles firstParty tokenEndpointAuthMethod previousSecretExpiresAt`
const REGISTER = `mutation ($input: RegisterClientInput!) { registerClient(input: $input) { secret client { ${CLIENT} } } }`
const UPDATE = `mutation ($input: UpdateClientInput!) { updateClient(input: $input) { ${CLIENT} } }`
const ROTATE = `mutation ($input: RotateClientSecretInput!) { rotateClientSecret(input: $input) { secret client { ${CLIENT} } } }`
const DELETE = `mutation ($input: DeleteClientInput!) { deleteClient(input: $input) { id } }`
const LIST = `{ clients(first: 100) { edges { node { ${CLIENT} } } } }`

const web = {
  name: 'Shop',
  redirectUris: ['https://shop.example/callback'],
  grantTypes: ['AUTHORIZATION_CODE', 'REFRESH_TOKEN'],
  scopes: ['openid', 'email', 'graph'],
}
const program = {
  name: 'Nightly report',
  redirectUris: [],
  grantTypes: ['CLIENT_CREDENTIALS'],
  scopes: ['posts:write'],
  roles: ['editor'],
}

async function send(query: string, input: object, as: Person = admin) {
  return await stack.client.send(query, { input }, as.headers)
}
async function register(input: object): Promise<{ id: string; secret: string }> {
  const { data, text } = await send(REGISTER, input)
  if (data?.registerClient === null) throw new Error(text)
  return { id: data.registerClient.client.id, secret: data.registerClient.secret }
}
const pepper = () => stack.auths[0]?.deps.config.secrets.apiKeyPepper as never
const works = async (clientId: string, secret: string) =>
  (await matchClientSecret(stack.db, pepper(), { clientId, secret })) !== null

test('a secret is answered once, stored as a hash, and rotates with an overlap', async () => {
  const { id, secret } = await register(web)
  expect(id).toMatch(/^cli_/)
  expect(secret).toMatch(/^scs_[\w-]{43}$/)
  const row = await stack.db('oauth_clients').where({ id }).first()
  expect(JSON.stringify(row)).not.toContain(secret)
  expect(await works(id, secret)).toBe(true)
  const rotated = (await send(ROTATE, { id, overlapSeconds: 60 })).data.rotateClientSecret
  expect(rotated.client.previousSecretExpiresAt).not.toBeNull()
  expect(await works(id, rotated.secret)).toBe(true)
  expect(await works(id, secret)).toBe(true)
  await stack
    .db('oauth_clients')
    .where({ id })
    .update({ previous_expires_at: new Date(0) })
  expect(await works(id, secret)).toBe(false)
  expect(await works(id, `${rotated.secret}x`)).toBe(false)
  const { data } = await stack.client.send(LIST, {}, admin.headers)
  expect(JSON.stringify(data)).not.toContain('scs_')
})

test('nobody but a fresh admin’s own session manages clients', async () => {
  expect((await send(REGISTER, web, user)).code).toBe('FORBIDDEN')
  const own = await logIn(stack.client, admin)
  await stack
    .db('sessions')
    .where('id', own.sessionId)
    .update({ authenticated_at: new Date(Date.now() - 3_600_000) })
  const stale = await stack.client.send(
    `mutation ($input: RefreshInput) { refresh(input: $input) { tokens { accessToken } } }`,
    { input: { refreshToken: own.refreshToken } },
  )
  const headers = { authorization: `Bearer ${stale.data.refresh.tokens.accessToken}` }
  expect((await stack.client.send(REGISTER, { input: web }, headers)).code).toBe('STEP_UP_REQUIRED')
})

describe('nobody gives a client what is at or above their own rank', () => {
  test.each<[string, object]>([
    ['a role of one’s own rank', { ...program, roles: ['admin'] }],
    ['a scope that only such a role has', { ...program, scopes: ['billing:write'] }],
  ])('%s', async (_, input) => {
    expect((await send(REGISTER, input)).code).toBe('FORBIDDEN')
  })

  test('and firstParty needs the highest', async () => {
    const { id } = await register({ ...web, firstParty: true })
    await stack.db('roles').insert({ name: 'root', rank: 1000, scopes: [] })
    try {
      expect((await send(REGISTER, { ...web, firstParty: true })).code).toBe('FORBIDDEN')
      for (const query of [UPDATE, ROTATE, DELETE]) {
        expect((await send(query, { id })).code).toBe('FORBIDDEN')
      }
    } finally {
      await stack.db('roles').where('name', 'root').delete()
    }
  })
})

test.each<[string, object]>([
  ['http beyond this machine', { redirectUris: ['http://shop.example/callback'] }],
  ['javascript', { redirectUris: ['javascript:alert(1)'] }],
  ['a scheme that is everybody’s', { redirectUris: ['mailto:ada@example.com'] }],
  ['a fragment', { redirectUris: ['https://shop.example/callback#x'] }],
  ['a user', { redirectUris: ['https://shop@evil.example/callback'] }],
  ['a wildcard', { redirectUris: ['https://*.shop.example/callback'] }],
  ['dot segments', { redirectUris: ['https://shop.example/a/../callback'] }],
  ['another case', { redirectUris: ['https://SHOP.example/callback'] }],
  ['a default port', { redirectUris: ['https://shop.example:443/callback'] }],
  ['none', { redirectUris: [] }],
  [
    'https on this machine beside another kind',
    { redirectUris: ['com.example.app:/callback', 'https://localhost:3000/callback'] },
  ],
  ['client credentials without a secret', { ...program, tokenEndpointAuthMethod: 'NONE' }],
  ['keys without their method', { jwks: { keys: [{ kty: 'EC' }] } }],
  [
    'a private key',
    { tokenEndpointAuthMethod: 'PRIVATE_KEY_JWT', jwks: { keys: [{ kty: 'EC', d: 'x' }] } },
  ],
])('a client is refused for its redirects or its make: %s', async (_, input) => {
  expect((await send(REGISTER, { ...web, ...input })).code).toBe('BAD_USER_INPUT')
})

test.each(['http://127.0.0.1/callback', 'http://localhost:3000/cb', 'com.example.app:/callback'])(
  'a native app may be sent back to %s',
  async (uri) => {
    const input = { ...web, redirectUris: [uri], tokenEndpointAuthMethod: 'NONE' }
    const { data } = await send(REGISTER, input)
    expect(data.registerClient).toMatchObject({ secret: null, client: { redirectUris: [uri] } })
  },
)

test.each<[string, object]>([
  ['https, and a scheme of its own after signing out', {}],
  ['no redirects', { redirectUris: [], grantTypes: ['DEVICE_CODE'] }],
])('a client that could be registered can be used: %s', async (_, input) => {
  const bye = 'com.example.app:/bye'
  const more = { tokenEndpointAuthMethod: 'NONE', postLogoutRedirectUris: [bye] }
  const { id } = await register({ ...web, grantTypes: ['AUTHORIZATION_CODE'], ...more, ...input })
  // Refused for what is missing, and not for the client.
  for (const endpoint of ['par', 'device_authorization']) {
    const init = { method: 'POST', body: new URLSearchParams({ client_id: id }) }
    const answer = await fetch(`${stack.env.PUBLIC_URL}/oauth2/${endpoint}`, init)
    expect(((await answer.json()) as any).error).not.toBe('invalid_client_metadata')
  }
  const query = new URLSearchParams({ client_id: id, post_logout_redirect_uri: bye })
  const out = `${stack.env.PUBLIC_URL}/oauth2/end_session?${query}`
  const { headers } = await fetch(out, { redirect: 'manual' })
  expect(headers.get('location')).toBe(bye)
})

test('what a client may no longer do ends in the same transaction, and so does a deleted client', async () => {
  const { id } = await register(web)
  const entries = () => stack.db('revocations').where({ kind: 'client', ref: id })
  await send(UPDATE, { id, name: 'Shop 2', scopes: [...web.scopes, 'profile'] })
  expect(await entries()).toHaveLength(0)
  await send(UPDATE, { id, scopes: ['openid'] })
  const [entry] = await entries()
  expect(Math.abs(entry.ver - Date.now() / 1000)).toBeLessThan(300)
  expect((await send(DELETE, { id })).data.deleteClient).toEqual({ id })
  expect(await entries()).toHaveLength(2)
  expect((await send(DELETE, { id })).code).toBe('NOT_FOUND')
  const events = await stack
    .db('outbox_events')
    .where('user_id', id)
    .orderBy('sequence')
    .pluck('type')
  expect(events).toEqual([
    'client.registered',
    'client.updated',
    'client.updated',
    'client.deleted',
  ])
  const audited = await stack
    .db('audit_records')
    .whereRaw("kept->>'clientId' = ?", [id])
    .pluck('action')
  expect(audited.sort()).toEqual(
    ['client.deleted', 'client.registered', 'client.updated', 'client.updated'].sort(),
  )
})

describe('OAUTH_CLIENTS_FILE', () => {
  const path = join(folder, 'clients.yaml')
  const secret = 'a'.repeat(64)
  const config = (yaml: string, env: object = { SHOP_SECRET: secret }) => {
    writeFileSync(path, yaml)
    return readAuthConfig({ ...stack.env, ...env, OAUTH_CLIENTS_FILE: path })
  }
  const sync = async (yaml: string, env?: object) =>
    await syncFileClients({
      db: stack.db,
      config: config(yaml, env),
      describedScopes: new Map(),
      log: pino({ level: 'silent' }),
    })
  const shop = (more = '') => `clients:
  - id: shop
    name: Shop
    redirectUris: [https://shop.example/callback]
    grantTypes: [authorization_code, refresh_token]
    scopes: [openid, graph${more}]
    secretVariable: SHOP_SECRET
`

  beforeEach(async () => {
    await stack.db('oauth_clients_file').delete()
  })

  test('is made true at each start; its clients are nobody’s to change in the graph', async () => {
    await sync(shop())
    expect(await works('shop', secret)).toBe(true)
    expect((await send(UPDATE, { id: 'shop', name: 'x' })).code).toBe('CONFLICT')
    await sync(shop(', email'))
    expect((await stack.db('oauth_clients').where('id', 'shop').first()).scopes).toContain('email')
    const next = 'b'.repeat(64)
    await sync(shop(), { SHOP_SECRET: next })
    expect([await works('shop', secret), await works('shop', next)]).toEqual([true, true])
    await sync('clients: []')
    expect(await stack.db('oauth_clients').where('id', 'shop').first()).toBeUndefined()
  })

  test('docs/oauth.md: the file of the page', async () => {
    const { code } = example('docs/oauth.md', 'Clients from a file', 'yaml')
    await sync(code, { SHOP_CLIENT_SECRET: secret, REPORT_CLIENT_SECRET: 'c'.repeat(64) })
    const rows = await stack.db('oauth_clients').where('source', 'FILE').orderBy('id').pluck('id')
    expect(rows).toEqual(['nightly-report', 'shop'])
    await sync('version: 1\nclients: []')
  })

  test('an unchanged file changes nothing', async () => {
    await sync(shop())
    const before = await stack.db('oauth_clients').where('id', 'shop').first()
    await sync(shop())
    expect(await stack.db('oauth_clients').where('id', 'shop').first()).toEqual(before)
  })

  test.each<[string, string, object]>([
    ['a secret in the file', `${shop()}    secret: ${secret}\n`, {}],
    ['no secret in the variable', shop(), { SHOP_SECRET: '' }],
    ['a weak one', shop(), { SHOP_SECRET: 'short' }],
    ['an id twice', shop() + shop().replace('clients:\n', ''), {}],
    ['the id of Sallyport’s own tokens', shop().replace('id: shop', 'id: sallyport'), {}],
    ['a wrong redirect', shop().replace('https:', 'ftp:'), {}],
  ])('stops the start, and tells no secret: %s', (_, yaml, env) => {
    const read = () => config(yaml, { SHOP_SECRET: secret, ...env })
    expect(read).toThrow(/OAUTH_CLIENTS_FILE/)
    expect(read).not.toThrow(new RegExp(secret))
  })
})

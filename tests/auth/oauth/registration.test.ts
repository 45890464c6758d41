// Apps that register themselves: off unless the operator opens it, and then for what is offered to strangers.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { limits } from '../../../subgraphs/auth/core/throttling/limits.ts'
import { sweep } from '../../../subgraphs/auth/housekeeping/sweep.ts'
import { type Stack, startStack } from '../../harness.ts'
import { askFor, becomeAdmin, REDIRECT, registerApp, relyingParty } from './apps.ts'

let closed: Stack
let open: Stack

beforeAll(async () => {
  closed = await startStack()
  open = await startStack({
    env: { OAUTH_REGISTRATION: 'open', OAUTH_REGISTRATION_SCOPES: 'openid,graph' },
  })
})
afterAll(async () => {
  await closed?.stop()
  await open?.stop()
})

async function register(stack: Stack, metadata: object) {
  const response = await fetch(`${stack.env.PUBLIC_URL}/oauth2/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(metadata),
  })
  return { status: response.status, body: (await response.json()) as any }
}
const discovery = async (stack: Stack) =>
  (await (
    await fetch(`${stack.env.PUBLIC_URL}/.well-known/oauth-authorization-server`)
  ).json()) as any

test('it is off by default, and not spoken of', async () => {
  expect((await register(closed, { redirect_uris: [REDIRECT] })).status).toBe(404)
  expect(await discovery(closed)).not.toHaveProperty('registration_endpoint')
})

test('open, an app gets what is offered, and nothing that it asks for beyond that', async () => {
  expect((await discovery(open)).registration_endpoint).toBe(
    `${open.env.PUBLIC_URL}/oauth2/register`,
  )
  const { status, body } = await register(open, {
    redirect_uris: [REDIRECT],
    client_name: 'Agent',
    scope: 'openid graph graph:write admin',
    firstParty: true,
    roles: ['admin'],
  })
  expect(status).toBe(201)
  expect(body).toMatchObject({ scope: 'openid graph', redirect_uris: [REDIRECT] })
  const row = await open.db('oauth_clients').where('id', body.client_id).first()
  expect(row).toMatchObject({ source: 'REGISTRATION', first_party: false, roles: [] })
  expect(JSON.stringify(row)).not.toContain(body.client_secret)
})

test.each<[string, object, string?]>([
  ['javascript', { redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
  [
    'http beyond this machine',
    { redirect_uris: ['http://evil.example/cb'] },
    'invalid_redirect_uri',
  ],
  [
    'an address of the network',
    { redirect_uris: ['http://169.254.169.254/latest'] },
    'invalid_redirect_uri',
  ],
  ['client credentials', { redirect_uris: [REDIRECT], grant_types: ['client_credentials'] }],
  ['implicit', { redirect_uris: [REDIRECT], grant_types: ['implicit'] }],
  ['a token at once', { redirect_uris: [REDIRECT], response_types: ['token'] }],
  ['no redirect', {}, 'invalid_redirect_uri'],
  [
    'keys by address',
    {
      redirect_uris: [REDIRECT],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks_uri: 'http://127.0.0.1/',
    },
  ],
])('refused: %s', async (_, metadata, code = 'invalid_client_metadata') => {
  const { status, body } = await register(open, metadata)
  expect([status, body.error]).toEqual([400, code])
})

test('one that nobody let in within a day goes again', async () => {
  const { body } = await register(open, { redirect_uris: [REDIRECT] })
  await open
    .db('oauth_clients')
    .where('id', body.client_id)
    .update({ created_at: new Date(Date.now() - 2 * 86_400_000) })
  await sweep(open.db)
  expect(await open.db('oauth_clients').where('id', body.client_id).first()).toBeUndefined()
})

test('what anybody may have kept is limited for a network, and goes as soon as it is over', async () => {
  await using limited = await limitedStack()
  const { stack } = limited
  const app = await registerApp(stack, await becomeAdmin(stack))
  const { url } = await askFor(await relyingParty(stack, app), 'openid')
  const authorization = `Basic ${Buffer.from(`${app.id}:${app.secret}`).toString('base64')}`
  const post = async (path: string) => {
    const body = new URLSearchParams(new URL(url).searchParams)
    const init = { method: 'POST', body, headers: { authorization } }
    return await fetch(`${stack.env.PUBLIC_URL}/oauth2/${path}`, init)
  }
  const authorize = async () => await fetch(url, { redirect: 'manual' })
  expect([(await authorize()).status, (await post('par')).status]).toEqual([303, 201])
  const objects = () => stack.db('oauth_objects')
  const flows = ['Interaction', 'PushedAuthorizationRequest']
  expect(await objects().whereIn('model', flows)).toHaveLength(2)
  await stack
    .db('throttles')
    .whereLike('key', '%oauth-request-network%')
    .update({ points: limits['oauth-request-network'].points })
  const page = await authorize()
  expect([page.status, page.headers.get('content-type')]).toEqual([429, 'text/html; charset=utf-8'])
  expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0)
  for (const path of ['par', 'device_authorization']) {
    const refused = await post(path)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect([refused.status, ((await refused.json()) as any).error]).toEqual([
      429,
      'temporarily_unavailable',
    ])
  }
  expect(await objects().whereIn('model', flows)).toHaveLength(2)
  await objects().update({ expires_at: new Date(Date.now() - 120_000) })
  await sweep(stack.db)
  expect(await objects().whereIn('model', flows)).toEqual([])
})

/** In which this machine is a network as any other. */
async function limitedStack() {
  const stack = await startStack({ env: { THROTTLE_EXEMPT: '192.0.2.1' } })
  return { stack, [Symbol.asyncDispose]: async () => await stack.stop() }
}

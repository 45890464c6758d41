// Clients whose id is the address of a document about themselves: off by default, fetched for the signed-in alone, asked about anew
// when their redirects change.
import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  findDocumentClient,
  isDocumentId,
} from '../../../subgraphs/auth/oauth-provider/metadata-document.ts'
import { type Stack, startStack } from '../../harness.ts'
import { type Person, registerPerson } from '../../people.ts'

const ID = 'https://agent.example/client.json'
let stack: Stack
let person: Person
const fetched: string[] = []
let document: object

beforeAll(async () => {
  stack = await startStack({ env: { OAUTH_METADATA_DOCUMENTS: 'on' } })
  person = await registerPerson(stack)
})
afterAll(async () => {
  await stack?.stop()
})

const origin = {
  requestId: null,
  operationName: null,
  operationHash: null,
  sessionId: null,
  apiKeyId: null,
  ipAddress: '192.0.2.1',
  userAgent: null,
}
async function find({ isSignedIn = true, id = ID, on = true } = {}) {
  const [auth] = stack.auths
  if (auth === undefined) throw new Error('no auth instance')
  const { config } = auth.deps
  const deps = {
    ...auth.deps,
    config: { ...config, oauth: { ...config.oauth, metadataDocuments: on } },
  }
  const current = { get: () => ({ isSignedIn, origin }), origin: () => origin } as never
  const fetch = (async (url: string) => {
    fetched.push(url)
    return new Response(JSON.stringify(document))
  }) as never
  return await findDocumentClient({ deps, current, fetch }, id)
}
const expire = async () =>
  await stack
    .db('oauth_clients')
    .where('id', ID)
    .update({ updated_at: new Date(Date.now() - 7_200_000) })

test('it is off by default, and discovery tells where it is on', async () => {
  document = { client_id: ID, redirect_uris: ['https://agent.example/cb'] }
  expect(await find({ on: false })).toBeUndefined()
  expect(fetched).toEqual([])
  const config = await oidc.discovery(
    new URL(stack.env.PUBLIC_URL ?? ''),
    'x',
    undefined,
    oidc.None(),
    {
      execute: [oidc.allowInsecureRequests],
    },
  )
  expect(config.serverMetadata().client_id_metadata_document_supported).toBe(true)
})

test('a stranger makes us fetch nothing; somebody who is signed in does, once an hour', async () => {
  expect(await find({ isSignedIn: false })).toBeUndefined()
  expect(fetched).toEqual([])
  const client = await find()
  expect(client).toMatchObject({
    source: 'DOCUMENT',
    first_party: false,
    roles: [],
    auth_method: 'NONE',
  })
  await find()
  expect(fetched).toEqual([ID])
})

test('with other redirects what people allowed is over', async () => {
  await stack.db('oauth_grants').insert({
    id: 'grt_document',
    user_id: person.id,
    client_id: ID,
    client_name: 'Agent',
    session_id: person.sessionId,
    scopes: ['openid'],
    resources: [],
    offline: true,
    expires_at: new Date(Date.now() + 3_600_000),
  })
  await expire()
  await find()
  const grant = async () => await stack.db('oauth_grants').where('id', 'grt_document').first()
  expect((await grant()).revoked_at).toBeNull()
  document = { client_id: ID, redirect_uris: ['https://agent.example/other'] }
  await expire()
  expect((await find())?.redirect_uris).toEqual(['https://agent.example/other'])
  expect((await grant()).revoked_at).not.toBeNull()
})

test.each<[string, object]>([
  [
    'another id',
    { client_id: 'https://evil.example/x', redirect_uris: ['https://agent.example/cb'] },
  ],
  [
    'a secret method',
    {
      client_id: ID,
      redirect_uris: ['https://agent.example/cb'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  ['a wrong redirect', { client_id: ID, redirect_uris: ['javascript:alert(1)'] }],
  ['no redirect', { client_id: ID }],
])('a document with %s changes nothing', async (_, wrong) => {
  document = wrong
  await expire()
  expect((await find())?.redirect_uris).toEqual(['https://agent.example/other'])
})

test.each([
  'http://agent.example/client.json',
  'https://agent.example',
  'https://agent.example/',
  'https://agent.example/a/../client.json',
  'https://AGENT.example/client.json',
  'https://agent.example:443/client.json',
  'https://user@agent.example/client.json',
  'https://agent.example/client.json#x',
  'https://agent.example/client.json?x=1',
])('%s is nobody’s id', (id) => {
  expect(isDocumentId(id)).toBe(false)
})

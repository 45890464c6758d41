// Clients whose id is the address of a document about themselves: off by default, fetched for the signed-in alone, asked about anew
// when their redirects change.

import { networkOf } from '@sallyport/claims/networks'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { countKey } from '../../../subgraphs/auth/core/throttling/count-key.ts'
import { limits } from '../../../subgraphs/auth/core/throttling/limits.ts'
import { sweep } from '../../../subgraphs/auth/housekeeping/sweep.ts'
import { MAX_CLIENTS } from '../../../subgraphs/auth/oauth-clients/client.ts'
import {
  findDocumentClient,
  isDocumentId,
} from '../../../subgraphs/auth/oauth-provider/metadata-document.ts'
import { type Stack, startStack } from '../../harness.ts'
import { type Person, registerPerson } from '../../people.ts'
import { becomeAdmin, registerApp } from './apps.ts'

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
// Nobody knows it yet.
beforeEach(async () => {
  fetched.length = 0
  document = { client_id: ID, redirect_uris: ['https://agent.example/cb'] }
  await stack.db('oauth_grants').delete()
  await stack.db('oauth_clients').whereIn('source', ['DOCUMENT', 'REGISTRATION']).delete()
  await stack.db('throttles').delete()
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

/** The person lets it in. */
const allow = async () =>
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

test('with other redirects what people allowed is over', async () => {
  await find()
  await allow()
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
  await find()
  document = wrong
  await expire()
  expect((await find())?.redirect_uris).toEqual(['https://agent.example/cb'])
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

const agent = (name: string) => {
  const id = `https://agent.example/${name}.json`
  document = { client_id: id, redirect_uris: ['https://agent.example/cb'] }
  return id
}
const knows = async (id: string) =>
  (await stack.db('oauth_clients').where({ id }).first('id')) !== undefined

test('one that nobody let in goes again when its document was not read for a day', async () => {
  await find()
  await allow()
  const id = agent('unused')
  await find({ id })
  await sweep(stack.db)
  expect(await knows(id)).toBe(true)
  const updated_at = new Date(Date.now() - 2 * 86_400_000)
  await stack.db('oauth_clients').whereIn('id', [id, ID]).update({ updated_at })
  await sweep(stack.db)
  expect([await knows(id), await knows(ID)]).toEqual([false, true])
})

test('one that an admin deleted stays refused, whatever its document says', async () => {
  const id = agent(`deleted-${crypto.randomUUID()}`)
  await find({ id })
  const admin = await becomeAdmin(stack)
  const { data } = await stack.client.send(
    `mutation ($id: ID!) { deleteClient(input: { id: $id }) { id } }`,
    { id },
    admin.headers,
  )
  expect(data.deleteClient).toEqual({ id })
  const before = fetched.length
  expect(await find({ id })).toBeUndefined()
  expect([await knows(id), fetched.length]).toEqual([false, before])
})

test('strangers’ clients have room of their own, and leave admins theirs', async () => {
  await stack.db.raw(
    `insert into oauth_clients (id, name, source, grant_types, auth_method)
     select 'cli_many_' || i, 'x', 'REGISTRATION', '{}', 'NONE' from generate_series(1, ?) i`,
    [MAX_CLIENTS],
  )
  const id = agent('late')
  expect(await find({ id })).toBeUndefined()
  expect((await registerApp(stack, await becomeAdmin(stack))).id).toMatch(/^cli_/)
  await stack.db('oauth_clients').whereLike('id', 'cli_many_%').delete()
  expect((await find({ id }))?.id).toBe(id)
})

test('over the limit on documents, a client that is known goes on to serve', async () => {
  const known = agent('known')
  await find({ id: known })
  const throttle = stack.auths[0]?.deps.throttle
  const key = countKey({ network: networkOf(origin.ipAddress) })
  for (let count = 0; count < limits['client-document-network'].points; count += 1) {
    await throttle?.add('client-document-network', key)
  }
  await stack
    .db('oauth_clients')
    .where('id', known)
    .update({ updated_at: new Date(0) })
  expect((await find({ id: known }))?.id).toBe(known)
  expect(await find({ id: agent('another') })).toBeUndefined()
})

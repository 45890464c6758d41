// What admins see and do of the graph over GraphQL, in the gateway's own subgraph: for them alone, and for nobody else to take over.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { composeSupergraph } from '../../../gateway/supergraph/compose.ts'
import { packagedSdl } from '../../../gateway/supergraph/composition/auth-sdl.ts'
import { readSupergraphConfig } from '../../../gateway/supergraph/read-config.ts'
import { examplesOf } from '../../docs/examples.ts'
import { authSdl } from '../auth-peer.ts'
import { header } from '../graph-fixture.ts'
import { bearer, refusalOf } from '../start-gateway.ts'
import {
  type Changing,
  LIVE,
  type Sources,
  startChanging,
  startSources,
  yamlOf,
} from './changing-graph.ts'

const PATIENT = { timeout: 60_000, interval: 200 }
const [shown = '', accepting = '', explaining = ''] = examplesOf('docs/changing-graph.md')
  .filter(({ language }) => language === 'graphql')
  .map(({ code }) => code)

let sources: Sources
let gateway: Changing
let admin: Record<string, string>
beforeAll(async () => {
  sources = await startSources()
  gateway = await startChanging(sources, {
    prepare: (folder) =>
      writeFileSync(
        join(folder, 'supergraph.yaml'),
        yamlOf(sources).replace('subgraphs:', 'subgraphs:\n  gateway: {}'),
      ),
  })
  admin = bearer(await tokenOf({ roles: ['admin'] }))
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await sources.stop()
})

/** Auth says the same when it is asked. */
function tokenOf(claims: object): Promise<string> {
  const auth_time = Math.floor(Date.now() / 1000)
  const said = { auth_time, client_id: 'sallyport', ...claims }
  gateway.auth.live.set('usr_1', { kind: 'user', sub: 'usr_1', sid: 'ses_1', ver: 2, ...said })
  return gateway.auth.token({ claims: { auth_time, ...claims } })
}

interface Shown {
  readonly graph: { readonly held: readonly { readonly id: string; readonly kind: string }[] }
}

const ask = (query: string, headers = {}, variables = {}) =>
  gateway.send(query, { headers, variables })

test('admins see what is served and held, accept it and go back, and stand in the history', async () => {
  const before = await ask(shown, admin)
  expect(before.body).toMatchObject({ data: { graph: { isPinned: false, held: [] } } })
  sources.texts.live = LIVE.replace('secret: String @authenticated', 'secret: String @public')
  const held = async () => ((await ask(shown, admin)).body.data as unknown as Shown).graph.held
  await expect.poll(async () => (await held()).map(({ kind }) => kind), PATIENT).toEqual(['WAITS'])
  const [change] = await held()
  admin = bearer(await tokenOf({ roles: ['admin'] }))
  const text = accepting.replace(/[0-9a-f]{16}/, String(change?.id))
  const accepted = await ask(text, admin)
  expect(accepted.body).toMatchObject({ data: { acceptGraphChange: { held: [] } } })
  expect((await ask('{ secret }')).status).toBe(200)
  const back = await ask(
    'mutation { goBackToGraphVersion(input: {}) { isPinned version { servedBy } } }',
    admin,
  )
  expect(back.body.data?.goBackToGraphVersion).toEqual({
    isPinned: true,
    version: { servedBy: 'usr_1' },
  })
  expect((await ask('{ secret }')).status).toBe(401)
  const unknown = await ask(accepting, admin)
  expect(unknown.body.errors?.[0]?.extensions.code).toBe('CONFLICT')
})

test('the matrix of access, and why somebody may or may not', async () => {
  const matrix = await ask(
    '{ accessMatrix(type: "Product") { columns rows { field cells rule } } }',
    admin,
  )
  expect(matrix.body.data?.accessMatrix).toEqual({
    columns: ['everybody', 'signed in', 'admin'],
    rows: [
      { field: 'Product.cost', cells: ['no', 'yes', 'yes'], rule: '@authenticated' },
      { field: 'Product.id', cells: ['yes', 'yes', 'yes'], rule: '@public' },
      { field: 'Product.name', cells: ['yes', 'yes', 'yes'], rule: '@public' },
    ],
  })
  const explained = await ask(explaining, admin)
  expect(explained.body.data?.explainAccess).toMatchObject({
    verdict: 'refused',
    code: 'UNAUTHENTICATED',
  })
  const wrong = await ask(
    '{ explainAccess(input: { document: "{ nothing }" }) { verdict } }',
    admin,
  )
  expect(wrong.body.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
})

test.each([
  '{ graph { isPinned } }',
  '{ accessMatrix { columns } }',
  '{ explainAccess(input: { document: "{ sale }" }) { verdict } }',
  'mutation { acceptGraphChange(input: { id: "abcdef" }) { isPinned } }',
  'mutation { goBackToGraphVersion(input: {}) { isPinned } }',
])('%s is for admins alone', async (query) => {
  expect((await ask(query)).status).toBe(401)
  expect((await ask(query, bearer(await tokenOf({ roles: ['user'] })))).status).toBe(403)
})

test('to change the graph an admin has to have signed in a moment ago', async () => {
  const stale = await tokenOf({ roles: ['admin'], auth_time: Math.floor(Date.now() / 1000) - 3600 })
  const refused = await ask(
    'mutation { goBackToGraphVersion(input: {}) { isPinned } }',
    bearer(stale),
  )
  expect(refusalOf(refused)).toBe('STEP_UP_REQUIRED')
  expect((await ask('{ graph { isPinned } }', bearer(stale))).status).toBe(200)
})

test('an admin who holds a further factor proves it first, and not an hour before', async () => {
  const now = Math.floor(Date.now() / 1000)
  const back = 'mutation { goBackToGraphVersion(input: { id: "0" }) { isPinned } }'
  const told = async (claims: object) => {
    const token = await tokenOf({ roles: ['admin'], step_up: ['TOTP'], ...claims })
    return (await ask(back, bearer(token))).body.errors?.[0]?.extensions
  }
  const challenge = { methods: ['TOTP'], maxAgeSeconds: 600 }
  expect(await told({})).toMatchObject({ code: 'STEP_UP_REQUIRED', challenge })
  const proved = { amr: ['pwd', 'otp', 'mfa'] }
  expect(await told({ ...proved, mfa_time: now - 3600 })).toMatchObject({
    code: 'STEP_UP_REQUIRED',
    challenge,
  })
  expect(await told({ ...proved, mfa_time: now - 60 })).toMatchObject({ code: 'CONFLICT' })
  expect(await told({ step_up: ['PASSWORD', 'EMAIL_CODE'] })).toMatchObject({ code: 'CONFLICT' })
})

test('an app is refused, whatever the person who lets it act may do', async () => {
  const claims = { client_id: 'cli_1', grant_id: 'grt_1', scope: 'graph graph:write' }
  const token = await gateway.auth.token({ claims: { ...claims, roles: ['admin'] } })
  const refused = await ask('{ graph { isPinned } }', bearer(token))
  expect(refused.body.errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  expect(refused.body.data?.graph ?? null).toBe(null)
})

describe('no other subgraph', () => {
  const { subgraphs } = readSupergraphConfig(
    'subgraphs:\n  gateway: {}\n  evil: { routing_url: "http://e/graphql", schema: { file: e.graphql }, mayDeclarePublic: true }',
    { variables: { AUTH_URL: 'http://a/graphql' } },
  )
  const compose = (evil: string) => () =>
    composeSupergraph(
      subgraphs.map((config) => ({
        config,
        sdl:
          config.name === 'evil'
            ? `${header} ${evil}`
            : config.name === 'auth'
              ? authSdl
              : packagedSdl('gateway'),
      })),
      { explicit: [] },
    )
  test.each([
    ['answers a root field of it', 'type Query { graph: String @public }', 'evil: Query.graph'],
    [
      'overrides one',
      'type Query { accessMatrix: String @override(from: "gateway") @public }',
      'evil: Query.accessMatrix',
    ],
    [
      'extends a type',
      'type Query { a: Int @public } type Graph { more: Int @public }',
      'evil: Graph: only the gateway',
    ],
    [
      'changes an input',
      'type Query { a: Int @public } input AcceptGraphChangeInput { id: ID! }',
      'evil: AcceptGraphChangeInput',
    ],
  ])('%s', (_, sdl, problem) => {
    expect(compose(sdl)).toThrow(problem)
  })

  test('is asked in its place: an entry with anything in it is somebody else’s', () => {
    const read = (entry: string) => () =>
      readSupergraphConfig(`subgraphs:\n  gateway: ${entry}`, {
        variables: { AUTH_URL: 'http://a/' },
      })
    expect(read('{ access: public }')).toThrow(/routing_url/)
    expect(read('{}')().subgraphs.map(({ name }) => name)).toContain('gateway')
  })
})

describe('beside a subgraph that is called gateway', () => {
  test('it has another name, and answers as ever', async () => {
    await using renamed = await startChanging(sources, {
      beside: gateway,
      prepare: (folder) =>
        writeFileSync(
          join(folder, 'supergraph.yaml'),
          yamlOf(sources)
            .replace('  shop:', '  gateway:')
            .replace('subgraphs:', 'subgraphs:\n  administration: { of: gateway }'),
        ),
    })
    expect(await renamed.dataOf('{ product { name } }')).toEqual({ product: { name: 'chair' } })
    const headers = bearer(await tokenOf({ roles: ['admin'] }))
    const { body } = await renamed.send('{ graph { subgraphs { name from } } }', { headers })
    const { graph } = body.data as unknown as { graph: { subgraphs: readonly object[] } }
    expect(graph.subgraphs).toContainEqual({ name: 'administration', from: 'package' })
    expect(graph.subgraphs).toContainEqual({ name: 'gateway', from: 'file' })
    expect((await renamed.send('{ graph { isPinned } }')).status).toBe(401)
  })

  test.each([
    ['with more than its name', 'a: { of: gateway, access: public }', /a\.of: goes alone/],
    ['twice', 'a: { of: gateway }\n  gateway: {}', /"a" already/],
    ['in the place of auth', 'auth: { of: gateway }', /auth is a subgraph of its own/],
    ['as what there is not', 'a: { of: auth }', /must be gateway/],
  ])('%s it is refused', (_, entries, problem) => {
    const text = `subgraphs:\n  ${entries}`
    expect(() =>
      readSupergraphConfig(text, { variables: { AUTH_URL: 'http://a/graphql' } }),
    ).toThrow(problem)
  })
})

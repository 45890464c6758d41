// A type may lead back to `Query`: whatever binds, limits, refuses or hides root fields does so there as at the top.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newKey, newSecret } from '../../subgraphs/auth/api-keys/key-format.ts'
import { type GraphFixture, startGraph } from './graph-fixture.ts'
import { bearer, refusalOf, type Stack, startGateway } from './start-gateway.ts'

describe('at the gateway', () => {
  let stack: Stack
  const seen: (readonly string[])[] = []
  beforeAll(async () => {
    const limit = { by: 'principal', field: 'Query.me', max: 3, windowSeconds: 3600 }
    stack = await startGateway({
      yaml: { file: `limits: ${JSON.stringify([limit])}` },
      env: { INTROSPECTION: 'off' },
      deps: { hooks: { onRequest: ({ rootFields }) => void seen.push(rootFields) } },
    })
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  test.each([
    '{ self { onlyAdmins } }',
    '{ self { self { a: onlyAdmins } } }',
    '{ self { ...f } } fragment f on Query { ... { onlyAdmins } }',
    '{ self { __schema { queryType { name } } } }',
  ])('an API key that is bound to other root fields does not get %s', async (query) => {
    const [key, secret] = [newKey('test'), newSecret('test')]
    stack.auth.apiKeys.set(`${key} ${secret}`, {
      kind: 'api-key',
      sub: 'usr_bound',
      key_id: 'key_bound',
      roles: ['admin'],
      bindings: {
        rate_limit: null,
        root_fields: ['Query.self'],
        trusted_documents_only: false,
        cost_per_operation: null,
        cost_window: null,
      },
    })
    const before = stack.subgraphCalls()
    const headers = { 'x-api-key': key, 'x-api-secret': secret }
    const reply = await stack.send(query, { headers })
    expect([reply.status, refusalOf(reply)]).toEqual([403, 'FORBIDDEN KEY_FIELD_NOT_ALLOWED'])
    expect(stack.subgraphCalls()).toBe(before)
    expect((await stack.send('{ self { self { __typename } } }', { headers })).status).toBe(200)
  })

  test('a limited field counts there, each alias', async () => {
    const headers = bearer(await stack.auth.token({ claims: { sub: 'usr_many' } }))
    const ask = (query: string) => stack.send(query, { headers })
    expect((await ask('{ self { a: me { sub } b: me { sub } } }')).status).toBe(200)
    expect((await ask('{ me { sub } self { me { sub } } }')).status).toBe(429)
  })

  test('introspection that is off is off', async () => {
    const reply = await stack.send('{ self { __type(name: "Me") { name } } }')
    expect([reply.status, reply.body.errors?.[0]?.message]).toEqual([400, 'Introspection is off.'])
  })

  test('a hook is told of it', async () => {
    await stack.send('{ self { hello } }')
    expect(seen.at(-1)).toEqual(['self', 'hello'])
  })
})

describe('whatever leads there', () => {
  let graph: GraphFixture
  const auth = {
    sdl: /* GraphQL */ `
      type Query implements Page { hello: String @public page: Page @public any: Any @public }
      type Mutation { rename: Renamed @authenticated }
      type Renamed { query: Query! mutation: Mutation name: String }
      interface Page { hello: String }
      union Any = Query | Renamed
    `,
  }
  beforeAll(async () => {
    graph = await startGraph({ auth })
  })
  afterAll(() => graph[Symbol.asyncDispose]())

  test.each([
    ['mutation { rename { query { hello } } }', ['Mutation.rename', 'Query.hello']],
    ['{ page { hello } }', ['Query.page', 'Query.hello']],
    ['{ any { ... on Query { hello } } }', ['Query.any', 'Query.hello']],
    ['{ any { ... on Renamed { name } } }', ['Query.any']],
  ])('%s', (query, coordinates) => {
    expect(graph.prepare(query).rootCoordinates).toEqual(coordinates)
  })

  test('mutations stand at the top alone', () => {
    expect(() => graph.prepare('mutation { rename { mutation { rename { name } } } }')).toThrow(
      'at the top of an operation alone',
    )
    expect(() =>
      graph.prepare('{ any { ... on Renamed { mutation { __typename } } } }'),
    ).not.toThrow()
  })
})

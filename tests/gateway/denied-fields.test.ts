// `denied: filter` (docs/subgraphs.md): what a caller may not read is left out before planning, null with an error, and the rest is
// answered. `engine/monolith/denied.test.ts` does the same at random.
import { type Claims, claimsFromPayload } from '@sallyport/claims'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GraphFixture, startGraph } from './graph-fixture.ts'

const now = Math.floor(Date.now() / 1000)
const ann = claimsFromPayload({ kind: 'user', sub: 'usr_1', sid: 'ses_1', auth_time: now - 600 })
const admin = claimsFromPayload({ kind: 'user', sub: 'usr_2', sid: 'ses_2', roles: ['admin'] })
const app = claimsFromPayload({ kind: 'user', sub: 'usr_1', client_id: 'app', scope: 'graph' })

const auth = {
  sdl: /* GraphQL */ `
    type Query {
      viewer: Viewer @public
      open(word: String): String @public
      secret(word: String): String @authenticated
      sure: String! @authenticated
      fresh: String @policy(policies: [["fresh:60"]])
      proved: String @policy(policies: [["mfa"]])
      live: String @policy(policies: [["live"]])
      loose: String @policy(policies: [["live", "role:admin"], ["verified"]])
      self: Query @public
      node: Node @public
      anything: [Anything] @public
      vault: Vault @public
      mood: Mood @public
      products: [Product!]! @public
      maybe: [Product] @public
      nothing: Product @public
    }
    type Mutation { rename(name: String): String @public remove: Product @public }
    type Viewer { kind: String user: User }
    interface Node { id: ID! note: String friend: User }
    union Anything = User | Note
    type Note implements Node { id: ID! note: String @policy(policies: [["role:admin"]]) friend: User @policy(policies: [["role:admin"]]) }
    type User implements Node @key(fields: "id") {
      id: ID! @public
      note: String @public
      email: String @authenticated
      friend: User @public
    }
    type Vault @policy(policies: [["role:admin"]]) { id: ID! }
    type Product @key(fields: "sku") {
      sku: ID! @policy(policies: [["role:admin"]])
      name: String @public
      cost: Int @policy(policies: [["role:admin"]])
      price: Int! @authenticated
      maker: Product @public
    }
    enum Mood @policy(policies: [["role:admin"]]) { GOOD BAD }
  `,
  resolvers: {
    Query: {
      viewer: () => ({ kind: 'USER', user: { id: 'usr_1' } }),
      open: (_: unknown, { word }: { word?: string }) => word ?? 'open',
      secret: () => 'secret',
      sure: () => 'sure',
      fresh: () => 'fresh',
      proved: () => 'proved',
      live: () => 'live',
      loose: () => 'loose',
      self: () => ({}),
      node: () => ({ __typename: 'User', id: 'usr_1' }),
      anything: () => [
        { __typename: 'User', id: 'usr_1' },
        { __typename: 'Note', id: 'not_1', note: 'sealed' },
      ],
      products: () => [{ sku: 'a' }, { sku: 'b' }],
      maybe: () => [{ sku: 'a' }, null, { sku: 'b' }],
      nothing: () => null,
    },
    Mutation: { rename: () => 'done', remove: () => ({ sku: 'a' }) },
    User: { note: () => 'note', email: () => 'ann@example.com', friend: () => ({ id: 'usr_9' }) },
    Product: {
      name: ({ sku }: { sku: string }) => `the ${sku}`,
      cost: () => 3,
      price: () => 5,
      maker: () => ({ sku: 'm' }),
    },
  },
}
const stock = {
  sdl: /* GraphQL */ `
    type Query { far: String @authenticated }
    type Product @key(fields: "sku") {
      sku: ID!
      cost: Int @external
      stock: Int @public
      margin: Int @requires(fields: "cost") @policy(policies: [["role:admin"]])
    }
  `,
  resolvers: {
    Query: { far: () => 'far' },
    Product: { stock: () => 7, margin: ({ cost }: { cost: number }) => cost * 2 },
  },
}

const engines = [
  { kind: 'compiled', planner: 'hive' },
  { kind: 'stock', planner: 'apollo' },
] as const

describe.each(engines)('denied: filter, engine $kind', (engine) => {
  let graph: GraphFixture

  beforeAll(async () => {
    graph = await startGraph(
      { auth, stock },
      { denied: 'filter', engine: { ...engine, shadowPercent: 0 } },
    )
  })
  afterAll(() => graph[Symbol.asyncDispose]())

  /** Data, and each error as `code path`. */
  async function ask(query: string, claims?: Claims, variables: Record<string, unknown> = {}) {
    const before = graph.received.length
    const { data, errors = [] } = await graph.ask(query, { variables, ...(claims && { claims }) })
    const calls = graph.received
      .slice(before)
      .map(({ subgraph, body }) => `${subgraph} ${body.query}`)
    const told = errors.map(({ path, extensions }) => `${extensions?.code} ${path?.join('.')}`)
    return { data, errors: told, calls }
  }

  test('the rest is answered, and no subgraph is asked for what was left out', async () => {
    const { data, errors, calls } = await ask('{ open secret far }')
    expect(data).toEqual({ open: 'open', secret: null, far: null })
    expect(errors).toEqual(['UNAUTHENTICATED secret', 'UNAUTHENTICATED far'])
    expect(calls).toEqual(['auth {open}'])
  })

  test('with nothing left there is no call at all', async () => {
    const { data, calls } = await ask('query Q($w: String) { secret(word: $w) far __typename }')
    expect(data).toEqual({ secret: null, far: null, __typename: 'Query' })
    expect(calls).toEqual([])
  })

  test('whoever may read everything gets everything, under no other plan', async () => {
    const { data, errors } = await ask('{ open products { name cost margin sku } }', admin)
    const product = { cost: 3, margin: 6 }
    expect(data?.products).toEqual([
      { name: 'the a', ...product, sku: 'a' },
      { name: 'the b', ...product, sku: 'b' },
    ])
    expect(errors).toEqual([])
  })

  test('in a list each place has its error, and where there is no object there is none', async () => {
    const { data, errors } = await ask('{ maybe { name cost } nothing { cost } }', ann)
    expect(data).toEqual({
      maybe: [{ name: 'the a', cost: null }, null, { name: 'the b', cost: null }],
      nothing: null,
    })
    expect(errors).toEqual(['FORBIDDEN maybe.0.cost', 'FORBIDDEN maybe.2.cost'])
  })

  test('null climbs to the nearest place that may be null', async () => {
    expect(await ask('{ open maybe { maker { price } name } }')).toMatchObject({
      data: {
        open: 'open',
        maybe: [{ maker: null, name: 'the a' }, null, { maker: null, name: 'the b' }],
      },
      errors: ['UNAUTHENTICATED maybe.0.maker.price', 'UNAUTHENTICATED maybe.2.maker.price'],
    })
    expect((await ask('{ open products { price } }')).data).toBeNull()
    expect((await ask('{ open self { sure } }')).data).toEqual({ open: 'open', self: null })
  })

  test('a key that the planner asks for by itself is not answered', async () => {
    const { data, errors } = await ask('{ maybe { stock sku } }', ann)
    expect(data).toEqual({ maybe: [null, null, null] })
    expect(errors).toEqual(['FORBIDDEN maybe.0.sku', 'FORBIDDEN maybe.2.sku'])
    const aliased = await ask('{ maybe { stock name: sku } }', ann)
    expect(aliased.data).toEqual({ maybe: [null, null, null] })
  })

  test('what a field that was left out requires is not fetched', async () => {
    const { data, calls } = await ask('{ products { name margin } }', ann)
    expect(data?.products).toEqual([
      { name: 'the a', margin: null },
      { name: 'the b', margin: null },
    ])
    expect(calls).toHaveLength(1)
    expect(calls[0]).not.toContain('cost')
  })

  test.each([
    ['an alias', '{ a: secret open }', { a: null, open: 'open' }, ['UNAUTHENTICATED a']],
    [
      'fragments, used once and twice',
      '{ ...f self { ...f } } fragment f on Query { ...g open } fragment g on Query { secret }',
      { secret: null, open: 'open', self: { secret: null, open: 'open' } },
      ['UNAUTHENTICATED secret', 'UNAUTHENTICATED self.secret'],
    ],
    [
      'an inline fragment',
      '{ node { id ... on User { email } } }',
      { node: { id: 'usr_1', email: null } },
      ['UNAUTHENTICATED node.email'],
    ],
    [
      'an interface field, for the rule of another of its types',
      '{ node { id note } }',
      { node: { id: 'usr_1', note: null } },
      ['UNAUTHENTICATED node.note'],
    ],
    [
      'the same field asked for on the type that may be read',
      '{ node { note ... on User { note } } }',
      { node: { note: 'note' } },
      [],
    ],
    [
      'an object asked for in both ways: what the denied way alone selects is denied below it',
      '{ node { friend { note } ... on User { friend { id } } } }',
      { node: { friend: { id: 'usr_9', note: null } } },
      ['UNAUTHENTICATED node.friend.note'],
    ],
    [
      'members of a union',
      '{ anything { ... on User { id email } ... on Note { id note } } }',
      {
        anything: [
          { id: 'usr_1', email: null },
          { id: 'not_1', note: null },
        ],
      },
      ['UNAUTHENTICATED anything.0.email', 'UNAUTHENTICATED anything.1.note'],
    ],
    [
      'the type of its value',
      '{ open vault { __typename } }',
      { open: 'open', vault: null },
      ['UNAUTHENTICATED vault'],
    ],
    [
      'an enum with a rule',
      '{ mood open }',
      { mood: null, open: 'open' },
      ['UNAUTHENTICATED mood'],
    ],
    [
      'everything below an object: the object is there',
      '{ node { ... on User { email } } }',
      { node: { email: null } },
      ['UNAUTHENTICATED node.email'],
    ],
    [
      '@skip and @include: what is not asked for has no error',
      '{ open secret @include(if: false) a: secret @skip(if: true) b: secret @include(if: true) }',
      { open: 'open', b: null },
      ['UNAUTHENTICATED b'],
    ],
    [
      'introspection beside it',
      '{ secret __type(name: "Mood") { name } }',
      { secret: null, __type: { name: 'Mood' } },
      ['UNAUTHENTICATED secret'],
    ],
    [
      '__typename at the root',
      '{ __typename secret }',
      { __typename: 'Query', secret: null },
      ['UNAUTHENTICATED secret'],
    ],
  ])('%s', async (_, query, data, errors) => {
    const answer = await ask(query)
    expect(answer.data).toEqual(data)
    expect(answer.errors).toEqual(errors)
  })

  test('conditions in variables, on a field that is left out and beside it', async () => {
    const query =
      'query Q($on: Boolean!, $w: String) { open(word: $w) secret(word: $w) @include(if: $on) }'
    const on = await ask(query, undefined, { on: true, w: 'x' })
    expect(on).toMatchObject({
      data: { open: 'x', secret: null },
      errors: ['UNAUTHENTICATED secret'],
    })
    const off = await ask(query, undefined, { on: false, w: 'x' })
    expect(off).toMatchObject({ data: { open: 'x' }, errors: [] })
    expect(Object.keys(off.data ?? {})).toEqual(['open'])
  })

  test('a field that asks for a younger proof says how it is proved', async () => {
    const { data, errors } = await graph.ask('{ open fresh proved }', { claims: ann })
    expect(data).toEqual({ open: 'open', fresh: null, proved: null })
    expect(errors?.map(({ extensions }) => extensions)).toMatchObject([
      { code: 'STEP_UP_REQUIRED', challenge: { methods: ['PASSWORD'], maxAgeSeconds: 60 } },
      { code: 'STEP_UP_REQUIRED', challenge: { methods: ['MFA'] } },
    ])
  })

  test('of anybody whom auth cannot be asked about, what wants its answer alone is left out', async () => {
    const verified = claimsFromPayload({
      kind: 'user',
      sub: 'usr_1',
      client_id: 'app',
      scope: 'graph',
      email_verified: true,
    })
    expect(await ask('{ open live }', app)).toMatchObject({
      data: { open: 'open', live: null },
      errors: ['FORBIDDEN live'],
    })
    // Another alternative of the rule would let them pass.
    expect(await ask('{ open loose }', verified)).toMatchObject({
      data: { open: 'open', loose: null },
      errors: ['FORBIDDEN loose'],
    })
    expect((await ask('{ open live }', ann)).data).toEqual({ open: 'open', live: 'live' })
  })

  test('a mutation is refused as a whole, and nothing of it happens', async () => {
    const before = graph.received.length
    const refused = graph.ask('mutation { rename(name: "x") remove { cost } }', { claims: ann })
    await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(graph.received.length).toBe(before)
  })

  test('a list of thousands has so many errors that an answer can be read', async () => {
    const aliases = Array.from({ length: 30 }, (_, index) => `a${index}: maybe { c${index}: cost }`)
    const nested = (depth: number): string =>
      depth === 0 ? 'cost' : `cost maker { ${nested(depth - 1)} }`
    const { errors } = await ask(
      `{ ${aliases.map((one) => one.replace(/c\d+: cost/, nested(9))).join(' ')} }`,
      ann,
    )
    expect(errors).toHaveLength(500)
  })
})

test('of one document, each set of denied fields has a plan of its own, and they are bounded', async () => {
  await using graph = await startGraph(
    { auth, stock },
    { denied: 'filter', limits: { cachedOperations: 2 } },
  )
  const prepared = graph.prepare('{ open secret fresh mood }')
  const of = (claims: Claims) =>
    prepared.leaveOutDenied?.({ claims, nowSeconds: now, isKnownToAuth: true })
  const anns = of(ann)
  expect(of(ann)).toBe(anns)
  expect(
    of(claimsFromPayload({ kind: 'user', sub: 'usr_7', sid: 'ses_7', auth_time: now - 900 })),
  ).toBe(anns)
  expect(anns?.planKey).not.toBe(prepared.planKey)
  const admins = of(admin)
  expect(admins).not.toBe(anns)
  of(app)
  expect(of(ann)).not.toBe(anns)
  expect(of(ann)?.planKey).toBe(anns?.planKey)
})

test('a rule in its dry run leaves nothing out, and is logged', async () => {
  const settings = { dryRun: { until: new Date(Date.now() + 60_000).toISOString() } }
  await using graph = await startGraph(
    { auth, stock: { ...stock, settings } },
    { denied: 'filter' },
  )
  const { data } = await graph.ask('{ open secret far }')
  expect(data).toEqual({ open: 'open', secret: null, far: 'far' })
  expect(graph.logged.filter((line) => line[1] === 'dry run: would be denied')).toHaveLength(1)
})

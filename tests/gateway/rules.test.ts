// Access rules at the gateway (cases 98, 113 to 115): refused before planning, whatever way leads to the field.
import { readFileSync } from 'node:fs'
import { type Claims, claimsFromPayload } from '@sallyport/claims'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GraphFixture, startGraph } from './graph-fixture.ts'

const now = Math.floor(Date.now() / 1000)
const ann = claimsFromPayload({ kind: 'user', sub: 'usr_1', sid: 'ses_1', auth_time: now - 10 })
const admin = claimsFromPayload({ kind: 'user', sub: 'usr_2', sid: 'ses_2', roles: ['admin'] })
const reader = claimsFromPayload({ kind: 'api-key', sub: 'usr_1', key_id: 'key_1', scope: 'read' })

const auth = {
  sdl: /* GraphQL */ `
    type Query {
      viewer: User @public
      secret: String @authenticated
      scoped: String @requiresScopes(scopes: [["read"]])
      fresh: String @policy(policies: [["fresh:60"]])
      sealed: String @policy(policies: [["deny"]])
      live: String @policy(policies: [["live"]])
      node: Node @public
      anything: Anything @public
      vault: Vault @public
      mood: Mood @public
    }
    type Mutation {
      login(input: String): SignedIn @public(staleCredentials: true)
      logout: Boolean @public(staleCredentials: true) @credentials(reads: ["session", "refresh"], sets: ["session"])
      rename(name: String): User @authenticated
    }
    type SignedIn { user: User! token: String }
    interface Node { id: ID! note: String }
    union Anything = User | Vault
    type User implements Node @key(fields: "id") {
      id: ID! @public
      note: String @public
      email: String @authenticated
      unruled: String
    }
    type Vault implements Node @authenticated { id: ID! note: String @policy(policies: [["role:admin"]]) }
    enum Mood @policy(policies: [["role:admin"]]) { GOOD BAD }
  `,
  resolvers: {
    Query: {
      viewer: () => ({ id: 'usr_1' }),
      secret: () => 'secret',
      scoped: () => 'scoped',
      fresh: () => 'fresh',
      live: () => 'live',
      node: () => ({ __typename: 'User', id: 'usr_1' }),
      anything: () => ({ __typename: 'User', id: 'usr_1' }),
    },
    Mutation: { login: () => ({ user: { id: 'usr_1' }, token: 't' }), logout: () => true },
    User: { note: () => 'note', email: () => 'ann@example.com' },
  },
}
const reviews = {
  settings: { access: 'authenticated' },
  sdl: /* GraphQL */ `
    type Query { open: String @public closed: String }
    type Mutation { review: String @authenticated }
    type User @key(fields: "id") { id: ID! reviews: [String] @public drafts: [String] @authenticated }
  `,
  resolvers: { Query: { open: () => 'open' }, User: { reviews: () => ['good'] } },
}

describe('access rules before planning', () => {
  let graph: GraphFixture

  beforeAll(async () => {
    graph = await startGraph({ auth, reviews })
  })
  afterAll(() => graph[Symbol.asyncDispose]())

  async function expectRefused(query: string, code: string, claims?: Claims): Promise<void> {
    const before = graph.received.length
    await expect(graph.ask(query, claims ? { claims } : {})).rejects.toMatchObject({ code })
    expect(graph.received.length).toBe(before)
  }

  test('a public field is answered to anybody, through two subgraphs', async () => {
    const result = await graph.ask('{ viewer { id reviews } open }')
    expect(result).toEqual({ data: { viewer: { id: 'usr_1', reviews: ['good'] }, open: 'open' } })
  })

  test.each([
    ['a root field', '{ secret }'],
    ['an alias', '{ open: secret }'],
    ['a field of another subgraph', '{ viewer { drafts } }'],
    [
      'a named fragment',
      '{ viewer { ...f } } fragment f on User { ...g } fragment g on User { email }',
    ],
    ['an inline fragment', '{ node { ... on User { email } } }'],
    ['a union member', '{ anything { ... on User { email } } }'],
    ['an interface field that one possible type protects', '{ node { note } }'],
    ['an output type', '{ vault { id } }'],
    ['nothing but __typename of a protected type', '{ vault { __typename } }'],
    ['__typename of an abstract type with a protected possible type', '{ node { __typename } }'],
    ['@include(if: false)', '{ open secret @include(if: false) }'],
    ['@skip(if: true)', '{ open ... @skip(if: true) { secret } }'],
    ['a fragment at the root', '{ ...q } fragment q on Query { secret }'],
    ['a root field without a rule, by its subgraph default', '{ closed }'],
    ['an enum with a policy', '{ mood }'],
  ])('%s does not get around a rule: 401 and no subgraph is called', async (_, query) => {
    await expectRefused(query, 'UNAUTHENTICATED')
  })

  test.each([
    ['a missing scope', '{ scoped }', ann],
    ['deny', '{ sealed }', admin],
    [
      'an entity field without a rule in a subgraph without access',
      '{ viewer { unruled } }',
      admin,
    ],
    ['a role that a possible type asks for', '{ node { note } }', ann],
    ['fresh, for an API key', '{ fresh }', reader],
  ])('%s is 403 and no subgraph is called', async (_, query, claims) => {
    await expectRefused(query, 'FORBIDDEN', claims)
  })

  test('fresh that has lapsed asks a person to step up', async () => {
    const stale = claimsFromPayload({ kind: 'user', sub: 'usr_1', sid: 's', auth_time: now - 600 })
    await expect(graph.ask('{ fresh }', { claims: stale })).rejects.toMatchObject({
      code: 'STEP_UP_REQUIRED',
      extensions: { challenge: { maxAgeSeconds: 60 } },
    })
    expect((await graph.ask('{ fresh }', { claims: ann })).data).toEqual({ fresh: 'fresh' })
  })

  test('of several rules the strictest is told', async () => {
    await expectRefused('{ fresh sealed }', 'FORBIDDEN', ann)
  })

  test('scopes of an API key open what they name', async () => {
    const { data } = await graph.ask('{ scoped }', { claims: reader })
    expect(data).toEqual({ scoped: 'scoped' })
  })

  test('an operation is authorised by all its rules at once, an unused operation does not count', () => {
    const prepared = graph.prepare('query A { open } query B { secret }', 'A')
    expect(prepared.authorize(claimsFromPayload({ kind: 'anonymous' }), now)).toBeNull()
    expect(prepared.document.definitions).toHaveLength(1)
  })

  test('the policy live is announced, so that the principal is replaced first', () => {
    expect(graph.prepare('{ viewer { id } live }').needsLive).toBe(true)
    expect(graph.prepare('{ secret }').needsLive).toBe(false)
  })

  test('introspection is announced, also behind a fragment', () => {
    expect(graph.prepare('{ ...f } fragment f on Query { __schema { __typename } }')).toMatchObject(
      {
        usesIntrospection: true,
        rootFields: [],
      },
    )
    expect(graph.prepare('{ __typename }').usesIntrospection).toBe(false)
  })

  test('@apollo/gateway itself enforces none of this: what it loads has no rule in it', async () => {
    const printed = await graph.graph.engine.execute(graph.prepare('{ secret }'), {
      variables: {},
      context: (await import('./graph-fixture.ts')).contextFor(),
    })
    expect(printed.data).toEqual({ secret: 'secret' })
  })

  describe('mutations that make credentials', () => {
    test('run as anonymous, with what auth answers below them', async () => {
      const query = 'mutation { login { token user { id email } } }'
      expect(graph.prepare(query)).toMatchObject({
        isStaleCredentials: true,
        credentials: { reads: new Set(), sets: new Set() },
      })
      const { data } = await graph.ask(query)
      expect(data).toEqual({
        login: { token: 't', user: { id: 'usr_1', email: 'ann@example.com' } },
      })
    })

    test('one that ends a session says so in its SDL', () => {
      expect(graph.prepare('mutation { logout }')).toMatchObject({
        isStaleCredentials: true,
        credentials: { reads: new Set(['session', 'refresh']), sets: new Set(['session']) },
      })
    })

    test.each([
      ['another root field', 'mutation { login { token } rename(name: "x") { id } }'],
      ['another root field of another subgraph', 'mutation { review login { token } }'],
      ['itself under an alias', 'mutation { login(input: "a") { token } b: logout }'],
      [
        'a fragment that hides another',
        'mutation { ...f login { token } } fragment f on Mutation { logout }',
      ],
      ['a selection that leaves auth', 'mutation { login { user { reviews } } }'],
      [
        'a selection that leaves auth in a fragment',
        'mutation { login { user { ...f } } } fragment f on User { drafts }',
      ],
    ])('with %s are 400 and no subgraph is called', async (_, query) => {
      await expectRefused(query, 'BAD_REQUEST', admin)
    })

    test('a hundred aliases are not a hundred guesses', async () => {
      const aliases = Array.from({ length: 29 }, (_, i) => `a${i}: login(input: "${i}") { token }`)
      await expectRefused(`mutation { ${aliases.join(' ')} }`, 'OPERATION_TOO_COMPLEX')
      await expectRefused(
        'mutation { rename(name: "a") { id } b: rename(name: "b") { id } }',
        'OPERATION_TOO_COMPLEX',
        ann,
      )
    })
  })
})

describe('a dry run', () => {
  const trial = {
    settings: { access: 'authenticated', dryRun: { until: '2099-01-01' } },
    sdl: 'type Query { trial: String @authenticated }',
    resolvers: { Query: { trial: () => 'trial' } },
  }

  test('lets pass and logs, for its own subgraph alone, until its end', async () => {
    await using graph = await startGraph({ auth, trial })
    expect((await graph.ask('{ trial }')).data).toEqual({ trial: 'trial' })
    expect(JSON.stringify(graph.logged)).toContain('dry run: would be denied')
    await expect(graph.ask('{ trial secret }')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    const anonymous = claimsFromPayload({ kind: 'anonymous' })
    const afterwards = Date.parse('2099-01-02') / 1000
    expect(graph.prepare('{ trial }').authorize(anonymous, afterwards)).not.toBeNull()
  })

  test('does not cover what another subgraph adds to its types', async () => {
    const media = {
      settings: trial.settings,
      sdl: `interface Media @key(fields: "id") { id: ID! title: String }
        type Book implements Media @key(fields: "id") { id: ID! title: String }
        type Query { media: Media book: Book }`,
    }
    const notes = {
      settings: { access: 'authenticated' },
      sdl: `type Media @interfaceObject @key(fields: "id") {
        id: ID! notes: String @policy(policies: [["role:admin"]]) }`,
    }
    await using graph = await startGraph({ auth, media, notes })
    for (const query of [
      '{ book { notes } }',
      '{ media { notes } }',
      '{ book { ... on Media { notes } } }',
    ]) {
      await expect(graph.ask(query)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
      await expect(graph.ask(query, { claims: ann })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    }
  })

  test('does not cover what its own fields require of another subgraph', async () => {
    const people = {
      settings: { access: 'authenticated' },
      sdl: `type Query { person: Person @authenticated }
        type Person @key(fields: "id") @authenticated {
          id: ID! income: Int @policy(policies: [["role:admin"]]) }`,
      resolvers: { Query: { person: () => ({ id: '1' }) }, Person: { income: () => 1 } },
    }
    const scores = {
      settings: trial.settings,
      sdl: `type Person @key(fields: "id") @authenticated {
        id: ID! income: Int @external
        score: Int @requires(fields: "income") @policy(policies: [["role:admin"]])
        colour: String @policy(policies: [["role:admin"]]) }`,
      resolvers: { Person: { colour: () => 'red' } },
    }
    await using graph = await startGraph({ auth, people, scores })
    const asAnn = { claims: ann }
    expect((await graph.ask('{ person { colour } }', asAnn)).data).toEqual({
      person: { colour: 'red' },
    })
    await expect(graph.ask('{ person { score } }', asAnn)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
  })
})

test('@apollo/gateway has no enforcement of its own to lean on', () => {
  const dist = readFileSync('node_modules/@apollo/gateway/dist/index.js', 'utf8')
  expect(dist).not.toMatch(/requiresScopes|authenticated/)
})

// The second door: a guarded subgraph schema, asked by every kind of caller.
import { buildSubgraphSchema } from '@apollo/subgraph'
import { anonymousClaims, type Claims, claimsFromPayload } from '@sallyport/claims'
import { createPolicies } from '@sallyport/claims/predicates'
import { type GuardOptions, guardSchema, parentRule, type Rules } from '@sallyport/claims/rules'
import { GraphQLError, graphql, parse } from 'graphql'
import { expect, test } from 'vitest'

const user = claimsFromPayload({ kind: 'user', sub: 'usr_1', roles: ['user'] })
const admin = claimsFromPayload({ kind: 'user', sub: 'usr_2', roles: ['admin'] })

const typeDefs = parse(`
  extend schema
    @link(
      url: "https://specs.apollo.dev/federation/v2.6"
      import: ["@key", "@authenticated", "@requiresScopes", { name: "@policy", as: "@rule" }, "@composeDirective"]
    )
    @link(url: "https://sallyport.dev/access/v1.0", import: ["@public"])
    @composeDirective(name: "@public")
  directive @public(staleCredentials: Boolean = false) on OBJECT | FIELD_DEFINITION | INTERFACE

  type Query {
    open: Int @public
    signedIn: Int @authenticated
    admins: Int @rule(policies: [["role:admin"]])
    fresh: Int @rule(policies: [["fresh:60"]])
    forgotten: Int
    fails: Int @public
    node: Node @public
    account: Account @public
    plain: Plain @public
  }
  type Mutation { change: Int @authenticated forgottenChange: Int }

  interface Node @public { id: ID! secret: Int }
  type Thing implements Node @authenticated { id: ID! secret: Int @rule(policies: [["role:admin"]]) }

  type Account @key(fields: "id") {
    id: ID! @public
    email: String @authenticated
    unruled: Int
  }
  type Vault @key(fields: "id") @rule(policies: [["role:admin"]]) { id: ID! gold: Int }
  type Plain { value: Int }
`)

const accounts = ['usr_1', 'usr_2'].map((id) => ({ id, email: `${id}@example.com`, unruled: 1 }))
let vaultsOpened = 0

const resolvers = {
  Query: {
    open: () => 1,
    signedIn: () => 1,
    admins: () => 1,
    fresh: () => 1,
    forgotten: () => 1,
    fails: () => {
      throw new GraphQLError('taken', { extensions: { code: 'CONFLICT' } })
    },
    node: () => ({ id: 'thing_1', secret: 42 }),
    account: () => accounts[0],
    plain: () => ({ value: 1 }),
  },
  Mutation: { change: () => 1, forgottenChange: () => 1 },
  Node: { __resolveType: () => 'Thing' },
  Account: {
    __resolveReference: ({ id }: { id: string }) => accounts.find((account) => account.id === id),
  },
  Vault: {
    __resolveReference: ({ id }: { id: string }) => {
      vaultsOpened += 1
      return { id, gold: 100 }
    },
  },
}

const subgraph = () => buildSubgraphSchema([{ typeDefs, resolvers }])

async function ask(source: string, claims: Claims | undefined, options: GuardOptions = {}) {
  const schema = guardSchema(subgraph(), options)
  const { data, errors } = await graphql({ schema, source, contextValue: { claims } })
  return { data, codes: errors?.map(({ extensions }) => extensions.code) }
}

const entities = (type: string, fields: string) =>
  `{ _entities(representations: [{ __typename: "${type}", id: "usr_1" }]) { ... on ${type} { ${fields} } } }`

test('public fields answer everybody who came through the gateway', async () => {
  expect(await ask('{ open plain { value } }', anonymousClaims)).toEqual({
    data: { open: 1, plain: { value: 1 } },
  })
})

test('without an identity nothing answers: no public field, no entity, no SDL', async () => {
  for (const source of ['{ open }', entities('Account', 'id'), '{ _service { sdl } }']) {
    expect((await ask(source, undefined)).codes).toEqual(['UNAUTHENTICATED'])
  }
})

test('anonymous callers are unauthenticated, and people without the role forbidden', async () => {
  const source = '{ signedIn admins }'
  expect((await ask(source, anonymousClaims)).codes).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED'])
  expect(await ask(source, user)).toMatchObject({
    data: { signedIn: 1, admins: null },
    codes: ['FORBIDDEN'],
  })
  expect(await ask(source, admin)).toMatchObject({
    data: { signedIn: 1, admins: 1 },
    codes: undefined,
  })
})

test('a person who proved it too long ago is asked to step up', async () => {
  const { codes } = await ask('{ fresh }', user)
  expect(codes).toEqual(['STEP_UP_REQUIRED'])
})

test('a root field without a rule is denied, also to admins', async () => {
  expect(await ask('{ forgotten }', admin)).toMatchObject({
    data: { forgotten: null },
    codes: ['FORBIDDEN'],
  })
  expect(await ask('mutation { forgottenChange }', admin)).toMatchObject({ codes: ['FORBIDDEN'] })
})

test('a subgraph may say that fields without a rule need somebody signed in', async () => {
  const access = 'authenticated'
  expect((await ask('{ forgotten }', user, { access })).data).toEqual({ forgotten: 1 })
  expect((await ask('{ forgotten }', anonymousClaims, { access })).codes).toEqual([
    'UNAUTHENTICATED',
  ])
})

test('entities are not a way around the rules of their fields', async () => {
  expect(await ask(entities('Account', 'id'), anonymousClaims)).toMatchObject({
    data: { _entities: [{ id: 'usr_1' }] },
  })
  expect(await ask(entities('Account', 'id email'), anonymousClaims)).toMatchObject({
    data: { _entities: [{ id: 'usr_1', email: null }] },
    codes: ['UNAUTHENTICATED'],
  })
  expect(await ask(entities('Account', 'unruled'), admin)).toMatchObject({
    data: { _entities: [{ unruled: null }] },
    codes: ['FORBIDDEN'],
  })
})

test('a reference to a type with a rule is not even resolved for others', async () => {
  vaultsOpened = 0
  expect(await ask(entities('Vault', 'gold'), user)).toMatchObject({
    data: { _entities: [null] },
    codes: ['FORBIDDEN'],
  })
  expect(vaultsOpened).toBe(0)
  expect((await ask(entities('Vault', 'gold'), admin)).data).toEqual({ _entities: [{ gold: 100 }] })
})

test('a field is guarded by its own rules when it is reached through an interface', async () => {
  expect((await ask('{ node { id } }', anonymousClaims)).codes).toEqual(['UNAUTHENTICATED'])
  expect(await ask('{ node { id secret ... on Thing { again: secret } } }', user)).toMatchObject({
    data: { node: { id: 'thing_1', secret: null, again: null } },
    codes: ['FORBIDDEN', 'FORBIDDEN'],
  })
  expect((await ask('{ node { secret } }', admin)).data).toEqual({ node: { secret: 42 } })
})

test('an error of a resolver keeps its code and is not a denial', async () => {
  expect((await ask('{ fails }', user)).codes).toEqual(['CONFLICT'])
})

test('a hand-written rule holds beside the SDL, for the object at hand', async () => {
  const rules: Rules = {
    Account: {
      email: parentRule((account: { id: string }, claims) => account.id === claims.subject),
    },
  }
  expect((await ask('{ account { email } }', user, { rules })).data).toEqual({
    account: { email: 'usr_1@example.com' },
  })
  expect((await ask('{ account { email } }', admin, { rules })).codes).toEqual(['FORBIDDEN'])
  expect((await ask('{ account { email } }', anonymousClaims, { rules })).codes).toEqual([
    'UNAUTHENTICATED',
  ])
})

test('a hand-written rule does not open a field that the SDL forgot', async () => {
  const rules: Rules = { Query: { forgotten: () => true } }
  expect((await ask('{ forgotten }', admin, { rules })).codes).toEqual(['FORBIDDEN'])
})

test('a rule that throws is neither an allowance nor a verdict', async () => {
  const throwing = (thrown: unknown): Rules => ({
    Query: {
      signedIn: () => {
        throw thrown
      },
    },
  })
  const down = { rules: throwing(new Error('connect ECONNREFUSED 10.0.0.1:5432')) }
  expect(await ask('{ signedIn }', user, down)).toEqual({
    data: { signedIn: null },
    codes: ['SERVICE_UNAVAILABLE'],
  })
  expect((await ask('{ signedIn }', user, { rules: throwing('text') })).codes).toEqual([
    'SERVICE_UNAVAILABLE',
  ])
  const coded = new GraphQLError('gone', { extensions: { code: 'NOT_FOUND' } })
  expect((await ask('{ signedIn }', user, { rules: throwing(coded) })).codes).toEqual(['NOT_FOUND'])
})

test('a rule that answers anything but true denies', async () => {
  for (const answer of [false, undefined, 'yes', 1]) {
    const rules = { Query: { signedIn: () => answer } } as unknown as Rules
    expect((await ask('{ signedIn }', user, { rules })).codes).toEqual(['FORBIDDEN'])
  }
})

test('a policy that throws is neither an allowance nor a verdict', async () => {
  const policies = createPolicies({
    broken: () => {
      throw new Error('bug')
    },
  })
  const schema = guardSchema(
    buildSubgraphSchema([
      {
        typeDefs: parse(`
          extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@policy"])
          type Query { a: Int @policy(policies: [["broken"]]) }`),
        resolvers: { Query: { a: () => 1 } },
      },
    ]),
    { policies },
  )
  const { data, errors } = await graphql({
    schema,
    source: '{ a }',
    contextValue: { claims: user },
  })
  expect(data).toEqual({ a: null })
  expect(errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE')
})

test('aliases of one field are decided one by one', async () => {
  const rules: Rules = {
    Query: {
      signedIn: ((_: unknown, __: unknown, { claims }: { claims: Claims }) =>
        claims.subject === 'usr_1' ||
        new GraphQLError('no', { extensions: { code: 'FORBIDDEN' } })) as never,
    },
  }
  const source = '{ one: signedIn two: signedIn }'
  expect((await ask(source, user, { rules })).data).toEqual({ one: 1, two: 1 })
  expect((await ask(source, admin, { rules })).codes).toEqual(['FORBIDDEN', 'FORBIDDEN'])
})

test('a caller who changes within a request is asked about anew', async () => {
  const schema = guardSchema(subgraph())
  const contextValue: { claims: Claims } = { claims: admin }
  const run = () => graphql({ schema, source: '{ admins }', contextValue })
  expect((await run()).data).toEqual({ admins: 1 })
  contextValue.claims = anonymousClaims
  expect((await run()).data).toEqual({ admins: null })
})

test('callers at the same time do not borrow from one another', async () => {
  const schema = guardSchema(subgraph())
  const callers = [admin, user, anonymousClaims, admin, user, anonymousClaims]
  const answers = await Promise.all(
    callers.map((claims) =>
      graphql({ schema, source: '{ admins account { email } }', contextValue: { claims } }),
    ),
  )
  const email = 'usr_1@example.com'
  const expected = [
    { admins: 1, account: { email } },
    { admins: null, account: { email } },
    { admins: null, account: { email: null } },
  ]
  expect(answers.map(({ data }) => data)).toEqual([...expected, ...expected])
})

test('a rule for a field that is not there, and an unknown policy, stop the start', () => {
  expect(() => guardSchema(subgraph(), { rules: { Query: { nope: () => true } } })).toThrow(
    'Query.nope',
  )
  const typo = parse(`
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@policy"])
    type Query { a: Int @policy(policies: [["rolle:admin"]]) }`)
  expect(() => guardSchema(buildSubgraphSchema([{ typeDefs: typo }]))).toThrow(
    'unknown policy "rolle:admin"',
  )
})

test('claims may live elsewhere in the context', async () => {
  const schema = guardSchema(subgraph(), {
    claimsOf: ({ caller }: { caller: Claims }) => caller,
  })
  const contextValue = { caller: user }
  expect((await graphql({ schema, source: '{ signedIn }', contextValue })).data).toEqual({
    signedIn: 1,
  })
})

// Rules in supergraph.yaml, `access`, and the names that auth gives way with.
import { anonymousClaims, type Claims, claimsFromPayload } from '@sallyport/claims'
import { describe, expect, test } from 'vitest'
import {
  packagedAuthSdl,
  renamedAuthSdl,
} from '../../../gateway/supergraph/composition/auth-sdl.ts'
import { SupergraphConfigError } from '../../../gateway/supergraph/config.ts'
import { readSupergraphConfig } from '../../../gateway/supergraph/read-config.ts'
import { SchemaError } from '../../../gateway/supergraph/schema-error.ts'
import { readAuthSdl } from '../../../gateway/supergraph/sources.ts'
import { authNamesSchema } from '../../../platform/auth-names/auth-names.ts'
import { createAuthSchema } from '../../../subgraphs/auth/subgraph.ts'
import { example } from '../../docs/examples.ts'
import { composeTeam, configFor, loadComposed, loadTeam, type TeamGraph } from './compose-files.ts'

const nobody = anonymousClaims
const person = claimsFromPayload({ kind: 'user', sub: 'usr_1', sid: 'ses_1' })
const support = claimsFromPayload({ kind: 'user', sub: 'usr_2', sid: 'ses_2', roles: ['support'] })

async function verdicts(
  team: TeamGraph,
  query: string,
  callers: readonly Claims[] = [nobody, person, support],
): Promise<string[]> {
  await using loaded = await loadTeam(team)
  const operation = loaded.graph.operations.prepare(query, null)
  return callers.map((claims) => operation.authorize(claims, Date.now() / 1000)?.code ?? 'ALLOWED')
}

function problemsOf(team: TeamGraph): string {
  try {
    composeTeam(team)
    return ''
  } catch (error) {
    if (error instanceof SchemaError || error instanceof SupergraphConfigError) return error.message
    throw error
  }
}

const shop = `type Query { orders: [Order] open: Int }
  type Mutation { buy: Order }
  type Order @key(fields: "id") { id: ID! total: Int lines: [Line] }
  type Line { text: String }`
const onlySupport = '@policy(policies: [["role:support"]])'
const SIGNED_IN = ['UNAUTHENTICATED', 'ALLOWED', 'ALLOWED']
const SUPPORT = ['UNAUTHENTICATED', 'FORBIDDEN', 'ALLOWED']
const NOBODY = ['UNAUTHENTICATED', 'FORBIDDEN', 'FORBIDDEN']
const ANYONE = ['ALLOWED', 'ALLOWED', 'ALLOWED']

describe('rules in the file', () => {
  test('stand beside an entry, or for all; both hold, and the SDL stays as it is', async () => {
    const entries = { shop: { access: 'authenticated', rules: { 'Query.orders': onlySupport } } }
    const team = { sdl: { shop }, entries, file: { rules: { Line: onlySupport } } }
    expect(await verdicts(team, '{ orders { total } }')).toEqual(SUPPORT)
    expect(await verdicts(team, '{ open }')).toEqual(SIGNED_IN)
    expect(await verdicts({ ...team, entries: {} }, '{ orders { lines { text } } }')).toEqual(
      SUPPORT,
    )
  })

  test('close what the SDL opens, and open nothing that it closes', async () => {
    const header = `extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@authenticated", "@composeDirective"])
      @link(url: "https://sallyport.dev/access/v1.0", import: ["@public"]) @composeDirective(name: "@public")
      directive @public(staleCredentials: Boolean = false) on OBJECT | FIELD_DEFINITION | INTERFACE\n`
    const sdl = { shop: `${header}type Query { a: Int @public b: Int @authenticated }` }
    const rules = { 'Query.a': '@authenticated', 'Query.b': '@public' }
    const entry = { access: 'deny', mayDeclarePublic: true }
    const open = { sdl, entries: { shop: entry } }
    const closed = { sdl, entries: { shop: { ...entry, rules: { 'Query.a': rules['Query.a'] } } } }
    expect(await verdicts(open, '{ a }')).toEqual(ANYONE)
    expect(await verdicts(closed, '{ a }')).toEqual(SIGNED_IN)
    const both = { sdl, entries: { shop: { ...entry, rules } } }
    expect(problemsOf(both)).toMatch(/Query\.b: @public beside another rule/)
  })

  test.each([
    [
      'what is not there',
      { 'Query.order': '@authenticated' },
      /rules\.Query\.order: shop does not have it/,
    ],
    [
      'what is not a rule',
      { 'Query.orders': '@deprecated' },
      /rules\.Query\.orders: @deprecated is not a rule; write @public/,
    ],
    [
      'what is not a directive',
      { 'Query.orders': 'authenticated' },
      /"authenticated" is not a directive/,
    ],
    [
      'what hides another definition',
      { 'Query.orders': '@authenticated { f: Int } type Q' },
      /is not a directive/,
    ],
    [
      'what only auth may',
      { 'Query.orders': '@public(staleCredentials: true)' },
      /staleCredentials is for mutations of auth/,
    ],
    [
      '@public without mayDeclarePublic',
      { 'Query.orders': '@public' },
      /Query\.orders: @public, but/,
    ],
    [
      'a policy that is unknown',
      { 'Query.orders': '@policy(policies: [["rle:x"]])' },
      /unknown policy "rle:x"/,
    ],
    ['a mutation by role without live', { 'Mutation.buy': onlySupport }, /Mutation\.buy: .*"live"/],
  ])('are refused for %s', (_, rules, problem) => {
    expect(problemsOf({ sdl: { shop }, entries: { shop: { rules } } })).toMatch(problem)
  })

  test('that are wrong are named with their own line, behind that of the SDL', () => {
    const rules = { 'Mutation.buy': onlySupport }
    expect(problemsOf({ sdl: { shop }, entries: { shop: { rules } } })).toMatch(
      /needs the policy "live" too, as in .* \(shop\.graphql:2, supergraph\.yaml:10\)/,
    )
    expect(problemsOf({ sdl: { shop }, file: { rules } })).toMatch(/:2, supergraph\.yaml:3\)/)
    expect(problemsOf({ sdl: { shop }, file: { rules: { 'Query.opne': '@public' } } })).toMatch(
      /rules\.Query\.opne: no subgraph but auth has it \(supergraph\.yaml:3\)/,
    )
    expect(problemsOf({ sdl: { shop }, file: { rules: { 'Query.open': '@pubic' } } })).toMatch(
      /@pubic is not a rule; .* \(supergraph\.yaml:3\)/,
    )
  })

  test('stand for nothing of auth', () => {
    const file = { rules: { 'Query.viewer': onlySupport } }
    expect(problemsOf({ sdl: { shop }, file })).toMatch(
      /rules\.Query\.viewer: no subgraph but auth/,
    )
    const entries = { auth: { rules: { 'Query.viewer': onlySupport } } }
    expect(problemsOf({ sdl: { shop, auth: '' }, entries })).toMatch(
      /the rules of auth are its own/,
    )
  })

  test('count at every load, whoever composed the supergraph', async () => {
    const team: TeamGraph = { sdl: { shop } }
    const { sdl } = composeTeam(team)
    const later = { ...team, file: { rules: { 'Query.open': onlySupport } } }
    await using loaded = await loadComposed(sdl, { team: later })
    const operation = loaded.graph.operations.prepare('{ open }', null)
    expect(operation.authorize(person, 0)?.code).toBe('FORBIDDEN')
    const wrong = { ...team, file: { rules: { 'Query.opne': onlySupport } } }
    await expect(loadComposed(sdl, { team: wrong })).rejects.toThrow(
      /rules\.Query\.opne: .* \(supergraph\.yaml:3\)/,
    )
  })
})

test('what docs/in-your-repository.md has in supergraph.yaml is taken, and enforced', async () => {
  const { code } = example('docs/in-your-repository.md', 'What supergraph.yaml says', 'yaml')
  const { subgraphs, authNames } = readSupergraphConfig(code, {
    variables: { AUTH_URL: 'http://127.0.0.1:1/graphql' },
  })
  expect(subgraphs.map(({ name }) => name)).toEqual(['reviews', 'auth'])
  expect(authNames.names.get('User')).toBe('Account')
  expect(() => renamedAuthSdl(packagedAuthSdl(), authNames)).not.toThrow()
})

describe('access', () => {
  const entries = { shop: { access: 'public', mayDeclarePublic: true } }

  test('public opens reading, never a mutation, and needs mayDeclarePublic', async () => {
    expect(await verdicts({ sdl: { shop }, entries }, '{ orders { total } }')).toEqual(ANYONE)
    expect(await verdicts({ sdl: { shop }, entries }, 'mutation { buy { id } }')).toEqual(NOBODY)
    const without = { shop: { access: 'public' } }
    expect(problemsOf({ sdl: { shop }, entries: without })).toMatch(/access: public needs/)
  })

  test('public opens no field of a type that others have too, nor of a person', async () => {
    const link =
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
    const stock = `${link} type Query { stocked: Order } type Order @key(fields: "id") { id: ID! left: Int }`
    const sdl = { shop: `${link}${shop}`, stock }
    expect(await verdicts({ sdl, entries }, '{ orders { total } }')).toEqual(SIGNED_IN)
    const people = `${link} type Query { lead: User } type User @key(fields: "id") { id: ID! badge: Int }`
    expect(problemsOf({ sdl: { shop: people }, entries })).toMatch(
      /User\.badge: adds to a type of auth without an access rule\. Give it one, as in rules: \{ User\.badge: /,
    )
  })

  test('a type that is closed elsewhere needs no lock: what compose wrote is what is composed from it', async () => {
    const remote = {
      shop: { ...entries.shop, schema: { subgraph_url: 'http://127.0.0.1:1/graphql' } },
    }
    const federation =
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])'
    const stock = `${federation} type Query { stock: Int } type Order @key(fields: "id") { id: ID! left: Int }`
    const team = { sdl: { shop, stock }, entries: remote }
    const { sdl, opened, denied } = composeTeam({ ...team, accepted: 'all' })
    expect(opened.filter((one) => one.includes('Order.'))).toEqual([])
    const again = composeTeam({ ...team, accepted: new Set(opened) })
    expect([again.sdl, again.denied]).toEqual([sdl, denied])
    const accepted = new Set(opened)
    expect(await verdicts({ ...team, accepted }, '{ orders { total } }')).toEqual(SIGNED_IN)
  })

  test('public opens of an SDL that comes by itself what the lock has, and compose says what that is', async () => {
    const remote = {
      shop: { ...entries.shop, schema: { subgraph_url: 'http://127.0.0.1:1/graphql' } },
    }
    const team = { sdl: { shop }, entries: remote }
    expect(await verdicts(team, '{ open }')).toEqual(NOBODY)
    const { opened } = composeTeam({ ...team, accepted: 'all' })
    expect(opened).toContain('shop Query.open')
    expect(opened.join()).not.toContain('Mutation')
    const accepted = new Set(['shop Query.open'])
    expect(await verdicts({ ...team, accepted }, '{ open }')).toEqual(ANYONE)
    expect(await verdicts({ ...team, accepted }, '{ orders { total } }')).toEqual(NOBODY)
  })

  test('a field that is made from others demands what they demand', async () => {
    const link =
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@requires", "@external"])\n'
    const stock = `${link} type Query { stocked: Order }
      type Order @key(fields: "id") { id: ID! total: Int @external freight: Int @requires(fields: "total") }`
    const sdl = { shop: `${link}${shop}`, stock }
    const rules = { shop: { access: 'authenticated', rules: { 'Order.total': onlySupport } } }
    expect(await verdicts({ sdl, entries: rules }, '{ stocked { freight } }')).toEqual(SUPPORT)
    expect(await verdicts({ sdl, entries: rules }, '{ stocked { id } }')).toEqual(SIGNED_IN)
  })

  test('deny is said: nobody reads what has no rule, and compose names it', () => {
    const { denied } = composeTeam({ sdl: { shop }, entries: { shop: { access: 'deny' } } })
    expect(denied).toContain('shop: Query.open')
  })

  test('a type is an entity here and a value there: one meaning', async () => {
    const link =
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])\n'
    const sdl = {
      shop: `${link} type Query { a: P } type P @key(fields: "id") { id: ID! @shareable name: String @shareable }`,
      stock: `${link} type Query { b: P } type P { id: ID! @shareable name: String @shareable }`,
    }
    expect(await verdicts({ sdl }, '{ b { id name } }')).toEqual(SIGNED_IN)
    const denies = { shop: { access: 'deny' } }
    expect(await verdicts({ sdl, entries: denies }, '{ b { id } }')).toEqual(SIGNED_IN)
    expect(await verdicts({ sdl, entries: denies }, '{ b { name } }')).toEqual(NOBODY)
  })
})

describe('a graph with its own User and user', () => {
  const link =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
  const sdl = {
    team: `${link} type Query { user: User viewer: String }
      type User @key(fields: "id") { id: ID! nick: String }
      type Viewer { x: Int } scalar DateTime`,
  }
  const names = {
    User: 'Account',
    Viewer: 'Caller',
    'Query.user': 'account',
    'Query.viewer': 'caller',
  }

  test('is told what to write', () => {
    expect(problemsOf({ sdl })).toMatch(/names: \{ Query\.user: … \} \}/)
  })

  test('composes when auth gives way, and nobody’s viewer is null under its other name', async () => {
    const team = { sdl, file: { auth: { names } } }
    expect(await verdicts(team, '{ user { nick } }')).toEqual(SIGNED_IN)
    expect(await verdicts(team, '{ viewer }')).toEqual(SIGNED_IN)
    await using loaded = await loadTeam(team)
    const operation = loaded.graph.operations.prepare('{ caller { user { id email } } }', null)
    expect(operation.forNobody).not.toBeNull()
    expect(operation.forNobody?.authorize(nobody, 0)).toBeNull()
  })

  test.each([
    ['a type that auth does not have', { names: { Usr: 'A' } }, /auth\.names: auth has no Usr/],
    ['two of one name', { names: { User: 'Viewer' } }, /cannot both be Viewer/],
    ['two fields of one name', { names: { 'Query.user': 'viewer' } }, /cannot both be viewer/],
    ['a root type', { names: { Query: 'Q' } }, /auth\.names\.Query: cannot be renamed/],
    ['a name that is none', { names: { User: '__User' } }, /must be a name of GraphQL/],
    ['what is never left out', { omit: ['Mutation.logout'] }, /Mutation\.logout is never left out/],
    ['what it does not have', { omit: ['Query.nothing'] }, /auth has no Query\.nothing/],
  ])('refuses %s', (_, auth, problem) => {
    const compose = () => composeTeam({ sdl: { shop }, file: { auth } })
    expect(compose).toThrow(problem)
  })

  test('tells of each where it stands, and where auth has such a name', async () => {
    const auth = {
      names: { users: 'accounts', User: 'Viewer' },
      omit: ['Query.roles', 'Mutation.logout', 'Query.createApiKey'],
    }
    const config = configFor({ sdl: { shop }, file: { auth } })
    await expect(readAuthSdl('supergraph.yaml', config)).rejects.toMatchObject({
      problems: [
        'auth.omit: Mutation.logout is never left out (supergraph.yaml:9)',
        'auth.omit: auth has no Query.createApiKey; it has Mutation.createApiKey (supergraph.yaml:10)',
        'auth.names: User and Viewer cannot both be Viewer (supergraph.yaml:5)',
        'auth.names: auth has no users; it has Query.users (supergraph.yaml:4)',
      ],
    })
  })

  test.each([
    'Query.viewer',
    'User.id',
    ...['verifySession', 'refresh', 'logout', 'reauthenticate', 'resetPassword', 'denySession'].map(
      (name) => `Mutation.${name}`,
    ),
    ...['undoEmailChange', 'deleteAccount', 'confirmAccountDeletion'].map(
      (name) => `Mutation.${name}`,
    ),
    ...mutationsOfAuth().filter((name) => name.startsWith('Mutation.revoke')),
  ])('%s, which ends or proves something, is never left out', (coordinate) => {
    const names = authNamesSchema.parse({ omit: [coordinate] })
    expect(() => createAuthSchema(names)).toThrow(`${coordinate} is never left out`)
  })

  test("what is left out is gone at auth's own door too, and every other mutation can be", () => {
    const omit = mutationsOfAuth().filter((name) => {
      try {
        createAuthSchema(authNamesSchema.parse({ omit: [name] }))
        return true
      } catch {
        return false
      }
    })
    expect(omit).toContain('Mutation.createApiKey')
    const schema = createAuthSchema(authNamesSchema.parse({ omit: [...omit, 'Query.users'] }))
    const left = Object.keys(schema.getMutationType()?.getFields() ?? {})
    expect(left.map((name) => `Mutation.${name}`)).toEqual(
      mutationsOfAuth().filter((name) => !omit.includes(name)),
    )
    expect(schema.getQueryType()?.getFields()).not.toHaveProperty('users')
  })

  test('what is left out is gone, with the types that it led to', () => {
    const team: TeamGraph = {
      hasWholeAuth: true,
      sdl: { shop },
      file: {
        auth: { omit: ['Query.users', 'User.sessions'], names: { PageInfo: 'AccountPage' } },
      },
    }
    const { sdl: composed } = composeTeam(team)
    expect(composed).not.toMatch(/UserConnection|UserOrder|type PageInfo/)
    expect(composed).toContain('type AccountPage')
    expect(configFor(team).authNames.fingerprint).toMatch(/^[\w-]{22}$/)
  })
})

function mutationsOfAuth(): string[] {
  const fields = createAuthSchema().getMutationType()?.getFields() ?? {}
  return Object.keys(fields).map((name) => `Mutation.${name}`)
}

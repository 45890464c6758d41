// A supergraph that Rover or a registry composed is taken, and auth's part of it is compared with what auth prints.
import { composeServices } from '@apollo/composition'
import { anonymousClaims } from '@sallyport/claims'
import { parse } from 'graphql'
import { expect, test } from 'vitest'
import { authSdlFor, loadComposed, type TeamGraph } from './compose-files.ts'

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@override", "@shareable", "@inaccessible"])\n'
const team: TeamGraph = {
  sdl: {
    shop: `${link} type Query { orders: [Order] } type Order @key(fields: "id") { id: ID! total: Int }`,
  },
}

/** As Rover does: no check of ours, no defaults. */
function composeElsewhere(changed: Readonly<Record<string, string>> = {}): string {
  const services = Object.entries({ auth: authSdlFor(team), ...team.sdl, ...changed })
  const { supergraphSdl, errors } = composeServices(
    services.map(([name, sdl]) => ({ name, url: 'http://x/', typeDefs: parse(sdl) })),
  )
  if (errors) throw new Error(errors.map(String).join('\n'))
  return supergraphSdl
}

test('it is served, and what has no rule takes the access of its entry', async () => {
  await using loaded = await loadComposed(composeElsewhere(), { team })
  const { operations } = loaded.graph
  expect(operations.prepare('{ orders { total } }', null).authorize(anonymousClaims, 0)?.code).toBe(
    'UNAUTHENTICATED',
  )
  expect(operations.prepare('{ viewer { roles } }', null).forNobody).not.toBeNull()
})

test('one that git could not merge is told with its line', async () => {
  const conflict = `type Query { a: Int }\n<<<<<<< HEAD\n`
  await expect(loadComposed(conflict, { team })).rejects.toThrow(
    /^The supergraph cannot be parsed: Syntax Error: .* \(line 2\)$/,
  )
})

test('one without auth says so, and what to compose it with', async () => {
  const { supergraphSdl } = composeServices(
    Object.entries(team.sdl).map(([name, sdl]) => ({
      name,
      url: 'http://x/',
      typeDefs: parse(sdl),
    })),
  )
  await expect(loadComposed(supergraphSdl ?? '', { team })).rejects.toThrow(
    'The supergraph has no subgraph "auth", only shop: compose it with one that has the SDL that "sallyport auth-sdl" prints.',
  )
})

const shop = (text: string) => ({ shop: `${link} type Query { a: Int } ${text}` })
const auth = (from: string | RegExp, to: string) => ({ auth: authSdlFor(team).replace(from, to) })

test.each([
  [
    'a login that goes elsewhere',
    {
      ...shop(
        'type Mutation { login(input: LoginInput!): SignedIn @override(from: "auth") } input LoginInput { email: String! password: String! } type SignedIn { user: User! @shareable at: DateTime @shareable } scalar DateTime type User @key(fields: "id") { id: ID! }',
      ),
      ...auth('type SignedIn {', 'type SignedIn @shareable {'),
    },
    /Mutation\.login is (overridden|answered by)|SignedIn is declared/,
  ],
  [
    'a rule that is gone',
    auth('email: String @authenticated', 'email: String @public'),
    /User\.email has another rule/,
  ],
  [
    'a cookie that is set',
    auth(
      /login\(input: LoginInput!\): SignedIn @public\(staleCredentials: true\)/,
      '$& @credentials(sets: ["session"])',
    ),
    /Mutation\.login has another rule/,
  ],
  [
    'an argument more',
    auth('user(id: ID!)', 'user(id: ID!, as: String)'),
    /Query\.user has another type or other arguments/,
  ],
  [
    'an input with more',
    auth('password: String! }', 'password: String! next: String }'),
    /LoginInput\.next is not one of auth's/,
  ],
  [
    'a field that auth does not have',
    auth('type Viewer {', 'type Viewer { spy: String'),
    /Viewer\.spy is not one of auth's/,
  ],
  [
    'a type that others have too',
    {
      ...shop('type Viewer { roles: [String!]! @shareable }'),
      ...auth('type Viewer {', 'type Viewer @shareable {'),
    },
    /Viewer is declared by "shop" too|only auth can declare/,
  ],
  [
    'a key that auth does not have',
    auth('@key(fields: "id")', '@key(fields: "id") @key(fields: "email")'),
    /User has the key "email"/,
  ],
  [
    'a field that another subgraph hides',
    shop('type User @key(fields: "id") { id: ID! @inaccessible }'),
    /User\.id is hidden from clients/,
  ],
  [
    'a value that another subgraph hides',
    shop('enum UserStatus { ACTIVE SUSPENDED @inaccessible }'),
    /UserStatus\.SUSPENDED is hidden from clients/,
  ],
  ['a value less', auth('ACTIVE SUSPENDED', 'ACTIVE'), /UserStatus lacks SUSPENDED/],
])('it is refused with %s', async (_, changed, problem) => {
  await expect(loadComposed(composeElsewhere(changed), { team })).rejects.toThrow(problem)
})

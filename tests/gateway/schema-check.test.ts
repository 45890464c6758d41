// What the check on subgraph schemas refuses before composition (case 112), and what the gateway refuses to load (case 127).

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { anonymousClaims } from '@sallyport/claims'
import { parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { composeSupergraph } from '../../gateway/supergraph/compose.ts'
import { SupergraphConfigError } from '../../gateway/supergraph/config.ts'
import { openSupergraph } from '../../gateway/supergraph/open.ts'
import { readSupergraphConfig } from '../../gateway/supergraph/read-config.ts'
import { SchemaError } from '../../gateway/supergraph/schema-error.ts'
import { stripAuthDirectives } from '../../gateway/supergraph/strip.ts'
import { createSupergraph } from '../../gateway/supergraph.ts'
import { compareFiles } from '../../scripts/schema/files.ts'
import { printTypes } from '../../scripts/schema/print-types.ts'
import {
  composeFixture,
  configOf,
  graphParts,
  header,
  type SubgraphFixture,
  startGraph,
} from './graph-fixture.ts'

const auth: SubgraphFixture = {
  sdl: /* GraphQL */ `
    type Query { viewer: User @public }
    type Mutation { login: User @public(staleCredentials: true) }
    type User @key(fields: "id") { id: ID! @public email: String @authenticated }
    type SignedIn { token: String }
    input LoginInput { email: String! deviceToken: String }
    enum Delivery { BODY COOKIE }
  `,
}

function problemsOf(other: SubgraphFixture, changed: Partial<SubgraphFixture> = {}): string {
  try {
    composeFixture({ auth: { ...auth, ...changed }, other }, ['auth', 'other'])
    return ''
  } catch (error) {
    if (error instanceof SchemaError) return error.message
    throw error
  }
}

describe('the check on subgraph schemas', () => {
  test.each([
    [
      'is told of a credential and does not run as nobody',
      'login: User @authenticated @credentials(reads: ["refresh"])',
      /Mutation\.login: @credentials with "reads" needs @public\(staleCredentials: true\)/,
    ],
    [
      'says a word that is not one',
      'login: User @public(staleCredentials: true) @credentials(sets: ["cookies"])',
      /Mutation\.login: @credentials: "sets" may have session, flow, device/,
    ],
  ])('refuses a mutation of auth that %s', (_, field, message) => {
    const other = { sdl: 'type Query { open: String @public }' }
    const sdl = auth.sdl.replace('login: User @public(staleCredentials: true)', field)
    expect(problemsOf(other, { sdl })).toMatch(message)
  })

  test('refuses @credentials in auth that is not composed: no mutation would set a cookie', () => {
    const other = { sdl: 'type Query { open: String @public }' }
    const unlinked = header.replace('@composeDirective(name: "@credentials")', '')
    const sdl = auth.sdl.replace(
      'login: User @public(staleCredentials: true)',
      '$& @credentials(sets: ["session"])',
    )
    expect(problemsOf(other, { sdl, header: unlinked })).toMatch(
      /auth: @credentials is used without its @link and @composeDirective/,
    )
  })

  test('lets a subgraph pass that rules its fields', () => {
    const sdl = /* GraphQL */ `
      type Query { open: String @public admin: String @policy(policies: [["role:admin"]]) }
      type Mutation { hide: String @policy(policies: [["role:moderator", "live"]]) }
      type User @key(fields: "id") { id: ID! reviews: [String] @public }
    `
    expect(problemsOf({ sdl })).toBe('')
  })

  test.each([
    [
      'a root field of ours without a rule',
      'type Query { a: String }',
      /other: Query\.a: a root field without/,
    ],
    [
      'a mutation of ours without a rule',
      'type Query { a: String @public } extend type Mutation { b: String }',
      /other: Mutation\.b: a root field without/,
    ],
    [
      '@public beside another rule',
      'type Query { a: String @public @authenticated }',
      /Query\.a: @public beside another rule/,
    ],
    ['@public on a root type', 'type Query @public { a: String }', /@public on a root type/],
    [
      'an unknown policy',
      'type Query { a: String @policy(policies: [["verified", "nonsense"]]) }',
      /unknown policy "nonsense"/,
    ],
    [
      'a misspelled fresh',
      'type Query { a: String @policy(policies: [["fresh:soon"]]) }',
      /unknown policy "fresh:soon"/,
    ],
    [
      'a role rule on a mutation without live',
      'type Query { a: String @public } type Mutation { b: String @policy(policies: [["role:admin"]]) }',
      /Mutation\.b: .*"live"/,
    ],
    [
      'staleCredentials outside auth',
      'type Query { a: String @public } type Mutation { b: String @public(staleCredentials: true) }',
      /staleCredentials is for mutations of auth/,
    ],
    [
      '@credentials outside auth',
      'type Query { a: String @public } type Mutation { b: String @authenticated @credentials(sets: ["session"]) }',
      /Mutation\.b: @credentials is for mutations of auth/,
    ],
    [
      'a field taken from auth',
      'type Query { a: String @public } type Mutation { login: User @override(from: "auth") @public } type User @key(fields: "id") { id: ID! @public }',
      /@override\(from: "auth"\)/,
    ],
    [
      'a root field of auth answered beside it',
      'type Query { viewer: User @public @shareable } type User @key(fields: "id") { id: ID! @public }',
      /Query\.viewer: a root field of auth/,
    ],
    [
      'an interface object of a type of auth',
      'type Query { a: String @public } type User @key(fields: "id") @interfaceObject { id: ID! x: String @public }',
      /@interfaceObject of a type of auth/,
    ],
    [
      'a field added to a type of auth without a rule',
      'type Query { a: String @public } type User @key(fields: "id") { id: ID! spy: String }',
      /User\.spy: adds to a type of auth without/,
    ],
    [
      'a key on a type of auth that is not an entity',
      'type Query { a: String @public } type SignedIn @key(fields: "token") { token: String @external spy: String @public }',
      /SignedIn: @key\(fields: "token"\) is not one of auth's/,
    ],
    [
      'a key of its own on an entity of auth',
      'type Query { a: String @public } type User @key(fields: "id  email") { id: ID! email: String @external spy: String @public }',
      /User: @key\(fields: "id email"\) is not one of auth's/,
    ],
    [
      'a field added to a type of auth that is not an entity',
      'type Query { a: SignedIn @public } type SignedIn { spy: String @public }',
      /SignedIn\.spy: adds to a type of auth that is not an entity/,
    ],
    [
      'an input of auth declared beside it',
      'type Query { a(input: LoginInput): String @public } input LoginInput { email: String! }',
      /LoginInput: an input of auth/,
    ],
    [
      "an enum of auth's without one of its values",
      'type Query { a(delivery: Delivery): String @public } enum Delivery { BODY }',
      /Delivery\.COOKIE: a value of auth's enum is missing/,
    ],
    [
      'a subgraph that disagrees on a shared field',
      'type Query { a: String @public } type User @key(fields: "id") { id: ID! @authenticated }',
      /User\.id: subgraphs disagree/,
    ],
    ['a schema without types', 'scalar Nothing', /its schema has no types/],
    ['a syntax error', 'type Query {', /other: Syntax Error/],
  ])('refuses %s', (_, sdl, problem) => {
    expect(problemsOf({ sdl })).toMatch(problem)
  })

  test('refuses @public where supergraph.yaml does not allow it', () => {
    const sdl = 'type Query { a: String @public }'
    expect(problemsOf({ sdl, settings: { mayDeclarePublic: false } })).toMatch(/mayDeclarePublic/)
  })

  test('refuses @shareable on a root field of auth', () => {
    const sdl = auth.sdl.replace('viewer: User @public', 'viewer: User @public @shareable')
    expect(problemsOf({ sdl: 'type Query { a: String @public }' }, { sdl })).toMatch(
      /@shareable on a root/,
    )
  })

  test('names every problem at once', () => {
    const sdl = 'type Query { a: String b: String @policy(policies: [["nonsense"]]) }'
    const problems = problemsOf({ sdl })
    expect(problems).toContain('Query.a')
    expect(problems).toContain('nonsense')
  })

  test('sees through renamed imports', () => {
    const renamed = header
      .replace('"@override"', '{ name: "@override", as: "@take" }')
      .replace('"@policy"', '{ name: "@policy", as: "@rule" }')
    const sdl = `${renamed} type Query { a: String @rule(policies: [["nonsense"]]) }
      type Mutation { login: User @take(from: "auth") @public } type User @key(fields: "id") { id: ID! @public }`
    const config = configOf({ auth, other: { sdl } })
    const compose = () =>
      composeSupergraph(
        config.subgraphs.map((subgraph) => ({
          config: subgraph,
          sdl: subgraph.name === 'auth' ? header + auth.sdl : sdl,
        })),
      )
    expect(compose).toThrow(/unknown policy "nonsense"/)
    expect(compose).toThrow(/would take a field away/)
  })

  test.each([
    'https://specs.apollo.dev/federation/v2.6?x',
    'https://specs.apollo.dev/federation/v2.6#x',
    ' https://specs.apollo.dev/federation/v2.6',
    'https://SPECS.apollo.dev/federation/v2.6',
    'https://user@specs.apollo.dev/federation/v2.6',
    'https://specs.apollo.dev:443/federation/v2.6',
    'https://specs.apollo.dev/./federation/v2.6',
    'https://sallyport.dev/access/v1.0?x',
  ])('refuses a link in a spelling of its own: %s', (url) => {
    const renamed = header
      .replace(url.includes('sallyport') ? /https:\/\/sallyport[^"]+/ : /https:\/\/specs[^"]+/, url)
      .replace('"@override"', '{ name: "@override", as: "@take" }')
    const sdl = `${renamed} type Query { a: String @public }
      type User @key(fields: "id") { id: ID! @public email: String @take(from: "auth") @authenticated }`
    const config = configOf({ auth, other: { sdl } })
    const compose = () =>
      composeSupergraph(
        config.subgraphs.map((subgraph) => ({
          config: subgraph,
          sdl: subgraph.name === 'auth' ? header + auth.sdl : sdl,
        })),
      )
    expect(compose).toThrow(/other: @link: ".*" is not an address of a specification/)
  })

  test('refuses @public that is neither linked nor composed, because it would mean nothing', () => {
    const sdl = 'type Query { a: String @public } directive @public on FIELD_DEFINITION'
    const sources = configOf({ auth: { sdl } }).subgraphs.map((config) => ({ config, sdl }))
    expect(() => composeSupergraph(sources, { explicit: [] })).toThrow(/without its @link/)
  })

  test('refuses to have looked at nothing', () => {
    expect(() => composeSupergraph([])).toThrow(/nothing was checked/)
  })

  test('a field that requires a protected field of auth carries its rule', () => {
    const sdl = /* GraphQL */ `
      type Query { a: String @public }
      type User @key(fields: "id") {
        id: ID!
        email: String @external
        domain: String @public @requires(fields: "email")
      }
    `
    expect(problemsOf({ sdl })).toMatch(/composition: .*domain/)
  })
})

describe('rules through composition', () => {
  test('renamed directives are enforced, stripped and never served open', async () => {
    const renamed = header
      .replace('"@authenticated"', '{ name: "@authenticated", as: "@signedIn" }')
      .replace('"@policy"', '{ name: "@policy", as: "@rule" }')
      .replace('"@requiresScopes"', '{ name: "@requiresScopes", as: "@scoped" }')
      .replace('"@public"', '{ name: "@public", as: "@open" }')
      .replace('(name: "@public")', '(name: "@open")')
      .replace('directive @public', 'directive @open')
    const config = configOf({ auth: { sdl: '' } })
    const sdl = `${renamed} type Query { a: String @open b: String @signedIn c: String @rule(policies: [["deny"]]) d: String @scoped(scopes: [["x"]]) }`
    const text = composeSupergraph(config.subgraphs.map((subgraph) => ({ config: subgraph, sdl })))
    expect(stripAuthDirectives(parse(text))).not.toMatch(
      /signedIn|rule|scoped|Scope|Policy|authenticated/,
    )
    const supergraph = createSupergraph({ logger: silent(), ...graphParts() })
    const graph = await supergraph.load({ config, sdl: text })
    const denialOf = (query: string) =>
      graph.operations.prepare(query, null).authorize(anonymousClaims, 0)
    expect(denialOf('{ a }')).toBeNull()
    for (const query of ['{ b }', '{ c }', '{ d }']) {
      expect(denialOf(query)).toMatchObject({ code: 'UNAUTHENTICATED' })
    }
    await supergraph.stop()
  })

  test('scopes that two subgraphs ask for add up', async () => {
    const shared = (scope: string) => ({
      settings: { access: 'authenticated' },
      sdl: `type Query { ${scope}: P @public } type P @key(fields: "id") { id: ID! @public x: Int @shareable @requiresScopes(scopes: [["${scope}"]]) }`,
    })
    expect(() => composeFixture({ auth, one: shared('one'), two: shared('two') })).toThrow(
      /disagree/,
    )
  })
})

describe('a supergraph that the gateway loads', () => {
  test('a broken one on reload leaves the old graph serving', async () => {
    await using fixture = await startGraph({ auth })
    const { config } = fixture.graph
    for (const sdl of ['type Query {', 'type Query { a: Int }']) {
      await expect(fixture.supergraph.load({ config, sdl })).rejects.toThrow()
    }
    expect(fixture.supergraph.current()).toBe(fixture.graph)
  })

  test('a changed one is another version with operations of its own', async () => {
    await using fixture = await startGraph({ auth })
    const sdl = auth.sdl.replace('viewer: User @public', 'viewer: User @authenticated')
    const next = await fixture.supergraph.load({
      config: fixture.graph.config,
      sdl: composeFixture({ auth: { sdl } }),
    })
    expect(next.version).not.toBe(fixture.graph.version)
    const denialOf = ({ operations }: typeof next) =>
      operations.prepare('{ viewer { id } }', null).authorize(anonymousClaims, 0)
    expect(denialOf(fixture.graph)).toBeNull()
    expect(denialOf(next)).toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('one without any rule is refused: there is no graph', async () => {
    const config = configOf({ auth })
    const stripped = stripAuthDirectives(parse(composeFixture({ auth }))).replaceAll(
      /@public(\(.*?\))?(?! )/g,
      '',
    )
    const supergraph = createSupergraph({ logger: silent(), ...graphParts() })
    await expect(supergraph.load({ config, sdl: stripped })).rejects.toThrow()
    expect(supergraph.current()).toBeNull()
    await supergraph.stop()
  })

  test('one composed elsewhere, without defaults, denies what has no rule', async () => {
    const other = {
      sdl: 'type Query { a: String @public b: String }',
      settings: { access: 'deny' },
    }
    const text = composeFixture({ auth, other }).replace(/ @policy\(policies: \[\["deny"\]\]\)/, '')
    expect(text).not.toContain('"deny"')
    const supergraph = createSupergraph({ logger: silent(), ...graphParts() })
    const { operations } = await supergraph.load({ config: configOf({ auth, other }), sdl: text })
    expect(operations.prepare('{ b }', null).authorize(anonymousClaims, 0)).not.toBeNull()
    await supergraph.stop()
  })

  test('without a composed file beside the YAML it is composed at start, with the same checks', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'supergraph-'))
    writeFileSync(join(folder, 'auth.graphql'), header + auth.sdl)
    writeFileSync(
      join(folder, 'supergraph.yaml'),
      `subgraphs: { auth: { routing_url: "\${AUTH_URL}", schema: { file: auth.graphql }, mayDeclarePublic: true } }`,
    )
    const options = {
      configPath: join(folder, 'supergraph.yaml'),
      variables: { AUTH_URL: 'http://127.0.0.1:1/graphql' },
      logger: silent(),
      ...graphParts(),
    }
    const { supergraph } = await openSupergraph(options)
    expect(supergraph.current()?.schema.getQueryType()?.getFields()).toHaveProperty('viewer')
    await supergraph.stop()
    writeFileSync(join(folder, 'auth.graphql'), `${header} type Query { open: String }`)
    const broken = await openSupergraph(options)
    expect(broken.supergraph.current()).toBeNull()
    await broken.supergraph.stop()
    rmSync(folder, { recursive: true })
  })
})

describe('the type Viewer of auth', () => {
  const withViewer = auth.sdl
    .replace('viewer: User @public', 'viewer: Viewer @public')
    .concat('type Viewer { kind: String user: User }')
  const users = 'type User @key(fields: "id") { id: ID! @public }'

  test.each([
    ['a field', 'type Viewer { spy: String @authenticated }'],
    ['an extension', 'extend type Viewer { spy: String @public }'],
    ['a key', 'type Viewer @key(fields: "kind") { kind: String @external spy: String @public }'],
    ['the same field', 'type Viewer @shareable { kind: String @public }'],
    ['a type of another kind', 'scalar Viewer'],
    ['an interface', 'interface Viewer { kind: String }'],
  ])('takes nothing of another subgraph: %s', (_, sdl) => {
    const problems = problemsOf(
      { sdl: `type Query { a: String @public } ${users} ${sdl}` },
      { sdl: withViewer },
    )
    expect(problems).toMatch(/other: Viewer: only auth can declare or extend it; extend User/)
  })

  test('is anybody’s name in a graph whose auth has none', () => {
    const sdl = 'type Query { a: Viewer @public } type Viewer { pixels: Int }'
    expect(problemsOf({ sdl })).toBe('')
  })

  test.each<[string, (text: string) => string]>([
    [
      'a type that another subgraph has too',
      (text) =>
        text.replace(/(type Viewer\s+@join__type\(graph: AUTH\))/, '$1 @join__type(graph: OTHER)'),
    ],
    [
      'a field of another subgraph',
      (text) =>
        text.replace(
          /(type Viewer)\s+@join__type\(graph: AUTH\)\s*\{/,
          '$1 @join__type(graph: AUTH) { spy: String @join__field(graph: OTHER) ',
        ),
    ],
    [
      'a root field that another subgraph answers too',
      (text) =>
        text.replace(/viewer: Viewer @join__field\(graph: AUTH\)/, '$& @join__field(graph: OTHER)'),
    ],
  ])('is refused in a supergraph that was composed elsewhere: %s', async (_, change) => {
    const subgraphs = {
      auth: { sdl: withViewer },
      other: { sdl: `type Query { a: String @public } ${users}` },
    }
    const text = composeFixture(subgraphs)
    const supergraph = createSupergraph({ logger: silent(), ...graphParts() })
    const config = configOf(subgraphs)
    await supergraph.load({ config, sdl: text })
    expect(change(text)).not.toBe(text)
    await expect(supergraph.load({ config, sdl: change(text) })).rejects.toThrow(
      /iewer.*: only auth can declare or extend it, and other does too/,
    )
    await supergraph.stop()
  })
})

describe('supergraph.yaml', () => {
  const read = (yaml: string, variables = {}) => readSupergraphConfig(yaml, { variables, now: 0 })

  test('reads Rover keys and ours, with defaults', () => {
    const { subgraphs } = read(
      `subgraphs: { auth: { routing_url: "\${AUTH_URL}", schema: { file: a.graphql } }, other: { routing_url: http://b/graphql, schema: { file: b.graphql }, dryRun: { until: 2030-01-01 } } }`,
      { AUTH_URL: 'http://a/graphql' },
    )
    expect(subgraphs).toMatchObject([
      {
        name: 'auth',
        url: 'http://a/graphql',
        access: 'deny',
        timeoutMs: 10_000,
        dryRunUntil: null,
      },
      {
        name: 'other',
        mayDeclarePublic: false,
        identity: { grants: [], header: 'sallyport-identity' },
        dryRunUntil: Date.parse('2030-01-01'),
      },
    ])
  })

  test.each([
    ['no YAML', 'a: [', /not YAML/],
    [
      'a variable that is not set',
      `subgraphs: { auth: { routing_url: "\${NOPE}", schema: { file: a } } }`,
      /\$\{NOPE\} is not set/,
    ],
    [
      'an unknown key',
      'subgraphs: { auth: { routing_url: "http://a/", schema: { file: a }, acess: deny } }',
      /acess/,
    ],
    [
      'access: public',
      'subgraphs: { auth: { routing_url: "http://a/", schema: { file: a }, access: public } }',
      /access/,
    ],
    [
      'a URL with a password',
      'subgraphs: { auth: { routing_url: "http://u:p@a/", schema: { file: a } } }',
      /routing_url/,
    ],
    [
      'no address of auth',
      'subgraphs: { b: { routing_url: "http://a/", schema: { file: a } } }',
      /\$\{AUTH_URL\} is not set/,
    ],
    [
      'a dry run of auth',
      'subgraphs: { auth: { routing_url: "http://a/", schema: { file: a }, dryRun: { until: 2030-01-01 } } }',
      /always enforced/,
    ],
    ...['2030-02-30', '2029-02-29T00:00:00Z', '2030-01-01T25:00:00Z', 'next year', '2030'].map(
      (until): [string, string, RegExp] => [
        `a dry run until ${until}`,
        `subgraphs: { other: { routing_url: "http://a/", schema: { file: a }, dryRun: { until: "${until}" } } }`,
        /must be a date such as 2026-12-31/,
      ],
    ),
    [
      'a forwarded credential',
      'subgraphs: { auth: { routing_url: "http://a/", schema: { file: a }, forwardHeaders: [Cookie] } }',
      /"cookie" is never forwarded/,
    ],
    [
      'a forwarded header of ours',
      'subgraphs: { auth: { routing_url: "http://a/", schema: { file: a }, forwardHeaders: [Sallyport-Identity] } }',
      /never forwarded/,
    ],
  ])('refuses %s', (_, yaml, problem) => {
    expect(() => read(yaml)).toThrow(problem)
    expect(() => read(yaml)).toThrow(SupergraphConfigError)
  })

  test('refuses a dry run after its end, and names every problem together', () => {
    const yaml = `subgraphs:
      auth: { routing_url: "http://a/", schema: { file: a }, forwardHeaders: [host] }
      other: { routing_url: "http://b/", schema: { file: b }, dryRun: { until: 2020-01-01 } }`
    const now = Date.parse('2026-01-01')
    const refused = () => readSupergraphConfig(yaml, { variables: {}, now })
    expect(refused).toThrow(/dryRun: ended at 2020/)
    expect(refused).toThrow(/"host" is never forwarded/)
  })

  test('a key that nobody reads is refused, with its line: misspelt rules would protect nothing', () => {
    const yaml = (key: string) => `subgraphs: {}\n${key}: { Query.orders: '@authenticated' }`
    const variables = { AUTH_URL: 'http://a/graphql' }
    expect(() => read(yaml('rule'), variables)).toThrow(
      /rule: is not known here \(supergraph\.yaml:2\)/,
    )
    const entry = `subgraphs:
  orders:
    routing_url: http://a/graphql
    schema: { file: a }
    acess: authenticated`
    expect(() => read(entry, variables)).toThrow(
      /subgraphs\.orders\.acess: is not known here \(supergraph\.yaml:5\)/,
    )
    expect(() => read(yaml('x-common'), variables)).not.toThrow()
    expect(() => read('federation_version: =2.9.0\nsubgraphs: {}', variables)).not.toThrow()
  })

  test.each([
    ['orders:', 'subgraphs.orders: must be names with values below it'],
    [
      '1orders: {}',
      'subgraphs.1orders: must begin with a letter and have letters, digits, _ and - alone',
    ],
    ['orders: { timeoutMs: 5s }', 'subgraphs.orders.timeoutMs: must be a number'],
    ['orders: { timeoutMs: 1.5 }', 'subgraphs.orders.timeoutMs: must be a whole number'],
    ['orders: { timeoutMs: 1 }', 'subgraphs.orders.timeoutMs: must be at least 50'],
    ['orders: { concurrency: 99999 }', 'subgraphs.orders.concurrency: must be at most 10000'],
    [
      'orders: { mayDeclarePublic: yes }',
      'subgraphs.orders.mayDeclarePublic: must be true or false',
    ],
    ['orders: { forwardHeaders: x-a }', 'subgraphs.orders.forwardHeaders: must be a list'],
    [
      'orders: { identity: { header: cookie } }',
      'subgraphs.orders.identity.header: must be one of sallyport-identity, authorization',
    ],
    [
      'orders: { rules: { Query.orders.total: "@public" } }',
      'subgraphs.orders.rules.Query.orders.total: must be Type or Type.field, such as Query.orders',
    ],
  ])('%s is told in words, with its line', (entry, problem) => {
    const refused = () => read(`subgraphs:\n  ${entry}`, { AUTH_URL: 'http://a/graphql' })
    expect(refused).toThrow(`${problem} (supergraph.yaml:2)`)
    expect(refused).not.toThrow(/Invalid|expected|undefined/)
  })

  test('what is not YAML names its file where another says it too, and an alias its anchor', () => {
    for (const [text, problem] of [
      ['subgraphs: [', /- supergraph\.yaml is not YAML: .* at line 1/],
      ['subgraphs:\n  orders: *orders', /\*orders has no anchor &orders before it, at line 2/],
      ['# later', /- supergraph\.yaml is empty/],
    ] as const) {
      expect(() => read(text)).toThrow(SupergraphConfigError)
      expect(() => read(text)).toThrow(problem)
    }
  })

  test('a list of subgraphs, or one without an address, is told what belongs there', () => {
    expect(() => read('subgraphs: [{ name: orders }]')).toThrow(
      /subgraphs: must have an entry for each subgraph under its name/,
    )
    expect(() => read('subgraphs: { orders: { schema: { file: a } } }')).toThrow(
      /subgraphs\.orders\.routing_url: must be where the gateway reaches it/,
    )
  })
})

test('the committed schemas are what the code says', () => {
  const args = ['run', '--silent', 'schema', '--', '--check']
  const { status, stdout, stderr } = spawnSync('npm', args, { encoding: 'utf8' })
  expect(`${stdout}${stderr}`).toContain('all up to date')
  expect(status).toBe(0)
})

test('types that say other than the SDL are out of date', async () => {
  const types = await printTypes()
  expect([...types.keys()]).toEqual([
    'subgraphs/auth/generated.ts',
    'subgraphs/reviews/generated.ts',
  ])
  expect(compareFiles(types)).toEqual([])
  const edited = [...types].map(([path, text]): [string, string] => [
    path,
    text.replace('interface AddReviewInput', 'interface AddReviewsInput'),
  ])
  expect(compareFiles(new Map(edited))).toEqual(['subgraphs/reviews/generated.ts'])
})

function silent() {
  return { debug() {}, info() {}, warn() {}, error() {} }
}

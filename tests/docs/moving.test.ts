// docs/moving.md, walked: a graph of each kind, the steps as they are written there, and what its clients get afterwards.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { createClient } from '../client.ts'
import { type Stack, type StackOptions, startStack } from '../harness.ts'
import { registerPerson } from '../people.ts'
import { example, examplesOf } from './examples.ts'
import { startTeam, type TeamFolder } from './moving-graph.ts'

const PAGE = 'docs/moving.md'

/** As Apollo's documentation has them: the link of Federation 2, and its three directives. */
const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@authenticated", "@requiresScopes", "@policy"])`
const apollo = {
  products: `${link}
    type Query { products: [Product!] deals: [String!] @policy(policies: [["partner"]]) }
    type Product @key(fields: "id") { id: ID! name: String cost: Int @authenticated }`,
  reviews: `${link}
    type Query { latest: [Review!] @requiresScopes(scopes: [["reviews:read"]]) }
    type Mutation { addReview: String }
    type Review { text: String product: Product }
    type Product @key(fields: "id") { id: ID! reviews: [Review!] }`,
}
/** Without one: rules stand in the gateway's own configuration. */
const plain = {
  products: `type Query { products: [Product!] deals: [String!] }
    type Product @key(fields: "id") { id: ID! name: String cost: Int }`,
  reviews: `type Query { latest: [Review!] } type Mutation { addReview: String }
    type Review { text: String product: Product }
    extend type Product @key(fields: "id") { id: ID! @external reviews: [Review!] }`,
}

const PRODUCTS = '{ products { name reviews { text } } }'
const ANSWERED = { products: [{ name: 'Chair', reviews: [{ text: 'good' }] }] }

/** A command as somebody types it in that folder. */
async function sallyport({ path }: TeamFolder, ...args: string[]): Promise<string> {
  const program = [
    `--import=${import.meta.resolve('tsx')}`,
    '--conditions=sallyport-source',
    resolve('scripts/sallyport.ts'),
  ]
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' }
  const done = await promisify(execFile)(process.execPath, [...program, ...args], {
    cwd: path,
    env,
  })
  return done.stdout
}

async function serve(
  team: TeamFolder,
  use: (stack: Stack) => Promise<void>,
  options: StackOptions = {},
): Promise<void> {
  const env = { SUPERGRAPH_CONFIG: join(team.path, 'supergraph.yaml') }
  const stack = await startStack({ ...options, env })
  try {
    await use(stack)
  } finally {
    await stack.stop()
  }
}

test('from @apollo/gateway: init asks the same addresses, and a hook sets the header that the data source set', async () => {
  await using team = await startTeam(plain)
  await sallyport(team, ...team.typed(example(PAGE, 'From @apollo/gateway', 'sh').code))
  const { code } = hookOf(PAGE)
  await team.write('sallyport.config.mjs', code)
  expect(await sallyport(team, 'check')).toContain('3 subgraphs checked')
  await serve(team, async (stack) => {
    expect((await stack.client.send(PRODUCTS)).status).toBe(401)
    expect(team.seen.products).toEqual([])
    const person = await registerPerson(stack)
    expect((await stack.client.send(PRODUCTS, {}, person.headers)).data).toEqual(ANSWERED)
    for (const [headers] of Object.values(team.seen)) {
      expect(headers?.['user-id']).toBe(person.id)
      expect(headers?.['sallyport-identity']).toMatch(/^ey/)
      expect(headers?.authorization).toBeUndefined()
    }
  })
})

function hookOf(page: string) {
  const [found] = examplesOf(page).filter(
    ({ section, language, note }) =>
      section === 'From @apollo/gateway' && language === 'js' && note === '',
  )
  if (found === undefined) throw new Error(`${page} has no hook`)
  return found
}

test("from Apollo Router: Rover's file with what router.yaml said answers as the router does", async () => {
  await using team = await startTeam(apollo)
  await team.write('supergraph.yaml', example(PAGE, 'From Apollo Router', 'yaml').code)
  await team.write('policies.mjs', example(PAGE, 'From Apollo Router', 'js').code)
  // As `npm init` makes it.
  await team.write('package.json', '{ "type": "commonjs" }')
  await team.write('products.graphql', apollo.products)
  for (const line of example(PAGE, 'From Apollo Router', 'sh').code.trim().split(' && '))
    await sallyport(team, ...team.typed(line))
  expect(readFileSync(join(team.path, 'access.lock'), 'utf8')).toContain('reviews Product.reviews')
  await serve(team, async (stack) => {
    const headers = { 'x-tenant': 'acme' }
    const query = '{ products { name cost reviews { text } } latest { text } deals }'
    const { status, data, errors } = await stack.client.send(query, {}, headers)
    expect([status, data]).toEqual([
      200,
      { products: [{ ...ANSWERED.products[0], cost: null }], latest: null, deals: null },
    ])
    expect(errors.map(({ path, extensions }) => [path?.at(-1), extensions.code])).toEqual([
      ['cost', 'UNAUTHENTICATED'],
      ['latest', 'UNAUTHENTICATED'],
      ['deals', 'UNAUTHENTICATED'],
    ])
    expect(team.seen.products[0]?.['x-tenant']).toBe('acme')
    expect(team.seen.reviews[0]?.['x-tenant']).toBeUndefined()
    expect((await stack.client.send('mutation { addReview }')).status).toBe(401)
    const person = await registerPerson(stack)
    const signedIn = await stack.client.send(query, {}, person.headers)
    expect(signedIn.data.products[0].cost).toBe(3)
    expect(signedIn.errors.map(({ extensions }) => extensions.code)).toEqual([
      'FORBIDDEN',
      'FORBIDDEN',
    ])
  })
})

test('from Hive Gateway: the registry composes with auth as one more service, and check loads what it made', async () => {
  await using team = await startTeam(apollo)
  await team.write('supergraph.yaml', example(PAGE, 'From Hive Gateway', 'yaml').code)
  const [line = ''] = example(PAGE, 'From Hive Gateway', 'sh').code.split(' > ')
  const auth = await sallyport(team, ...team.typed(line))
  const composed = composeElsewhere({ ...apollo, auth, products: withoutPolicy(apollo.products) })
  await team.write('supergraph.graphql', composed)
  expect(await sallyport(team, 'check')).toContain('3 subgraphs checked')
  await serve(team, async (stack) => {
    const anonymous = await stack.client.send(PRODUCTS)
    expect([anonymous.status, anonymous.data]).toEqual([200, { products: null }])
    const person = await registerPerson(stack)
    expect((await stack.client.send(PRODUCTS, {}, person.headers)).data).toEqual(ANSWERED)
  })
  // Somebody's change to auth's part is refused before a gateway gets it.
  await team.write('supergraph.graphql', composed.replace('signInMethods:', 'waysIn:'))
  await expect(sallyport(team, 'check')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('waysIn'),
  })
})

/** A policy is not known to a registry: its section has none. */
function withoutPolicy(sdl: string): string {
  return sdl.replace('@policy(policies: [["partner"]])', '')
}

function composeElsewhere(sdl: Readonly<Record<string, string>>): string {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(sdl).map(([name, text]) => ({
      name,
      url: `http://${name}.example/`,
      typeDefs: parse(text),
    })),
  )
  if (errors) throw new Error(errors.map(String).join('\n'))
  return supergraphSdl
}

test('from Cosmo: its list as a map, with the same names and places; directives need no link', async () => {
  const cosmo = {
    ...plain,
    products: plain.products.replace('cost: Int', 'cost: Int @authenticated'),
  }
  await using team = await startTeam(plain)
  const [before, after] = examplesOf(PAGE)
    .filter(({ section, language }) => section === 'From Cosmo' && language === 'yaml')
    .map(({ code }) => code)
  expect(entriesOf(after ?? '')).toEqual(entriesOfCosmo(before ?? ''))
  await team.write('supergraph.yaml', after ?? '')
  await team.write('products.graphql', cosmo.products)
  await sallyport(team, 'compose')
  expect(await sallyport(team, 'access', 'matrix')).toMatch(/^Query\.products /m)
  await serve(team, async (stack) => {
    const query = '{ products { name cost } }'
    expect((await stack.client.send(query)).data).toEqual({
      products: [{ name: 'Chair', cost: null }],
    })
    const person = await registerPerson(stack)
    expect(
      (await createClient(stack.gateways[0]?.url ?? '').send(query, {}, person.headers)).data,
    ).toEqual({
      products: [{ name: 'Chair', cost: 3 }],
    })
  })
  await team.write(
    'products.graphql',
    `${cosmo.products} type X @openfed__requireFetchReasons { a: Int }`,
  )
  await expect(sallyport(team, 'check')).rejects.toMatchObject({
    stderr: expect.stringMatching(/openfed__requireFetchReasons.*products\.graphql:\d/s),
  })
})

interface CosmoEntry {
  readonly name: string
  readonly routing_url: string
  readonly schema?: object
  readonly introspection?: { readonly url: string }
}

function entriesOfCosmo(text: string): object {
  const { subgraphs } = parseYaml(text) as { subgraphs: readonly CosmoEntry[] }
  return Object.fromEntries(
    subgraphs.map(({ name, routing_url, schema, introspection }) => [
      name,
      { routing_url, schema: schema ?? { subgraph_url: introspection?.url } },
    ]),
  )
}

function entriesOf(text: string): object {
  const { subgraphs } = parseYaml(text) as { subgraphs: Record<string, CosmoEntry> }
  return Object.fromEntries(
    Object.entries(subgraphs).map(([name, { routing_url, schema }]) => [
      name,
      { routing_url, schema },
    ]),
  )
}

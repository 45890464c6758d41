// docs/subgraphs.md as somebody follows it: its SDL, its entry and its code become a subgraph that joins a running graph.
import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { claimsFromPayload } from '@sallyport/claims'
import { createPolicies } from '@sallyport/claims/predicates'
import { createIdentitySigner } from '@sallyport/claims/sign'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadPolicies } from '../../gateway/supergraph/policies.ts'
import { loadSupergraphConfig, readSupergraphConfig } from '../../gateway/supergraph/read-config.ts'
import { freePort } from '../free-ports.ts'
import { type Stack, startStack } from '../harness.ts'
import { type Person, registerPerson } from '../people.ts'
import { createExampleFolder } from './example-folder.ts'
import { type Example, example, examplesOf } from './examples.ts'
import { NPX } from './npx.ts'

const PAGE = 'docs/subgraphs.md'
const folder = createExampleFolder()
const ordersSdl = ['Say who may', 'Refer to people']
  .map((section) =>
    examplesOf(PAGE).find((it) => it.section === section && it.language === 'graphql'),
  )
  .map((found) => found?.code)
  .join('\n')
const variables = {
  AUTH_URL: 'http://auth',
  REVIEWS_URL: 'http://reviews',
  ORDERS_URL: 'http://orders',
}
let stack: Stack
let person: Person
let ordersUrl: string
/** What the page's ports and addresses are here. */
let here: Record<string, string>

/** The steps under "Join the graph", in a copy of `schema/`. */
function joinGraph(name: string, { policies = '' } = {}): string {
  const yaml = join(folder.path, name, 'supergraph.yaml')
  cpSync('schema', join(folder.path, name), { recursive: true })
  const entry = example(PAGE, 'Join the graph', 'yaml').code
  writeFileSync(yaml, policies + readFileSync(yaml, 'utf8') + entry)
  writeFileSync(join(folder.path, name, 'orders.graphql'), ordersSdl)
  return yaml
}

function schema(yaml: string, ...flags: string[]): string {
  const [command = ''] = example(PAGE, 'Join the graph', 'sh').code.split('\n')
  return execFileSync(
    'bash',
    ['-c', `${NPX}${command} --config '${yaml}' ${flags.join(' ')} 2>&1`],
    {
      encoding: 'utf8',
    },
  )
}

const starts = (): readonly Example[] =>
  examplesOf(PAGE).filter(({ section, language }) => section === 'Start' && language === 'ts')

const ofPackage = (): readonly Example[] =>
  examplesOf('claims/README.md').filter(({ language }) => language === 'ts')

beforeAll(async () => {
  const yaml = joinGraph('schema')
  schema(yaml)
  const port = await freePort()
  ordersUrl = `http://localhost:${port}/`
  stack = await startStack({ env: { SUPERGRAPH_CONFIG: yaml, ORDERS_URL: ordersUrl } })
  here = { '4003': String(port), 'http://localhost:4000': stack.env.PUBLIC_URL ?? '' }
  person = await registerPerson(stack)
  writeFileSync(join(folder.path, 'orders.graphql'), ordersSdl)
  copyFileSync('tests/docs/orders.ts', join(folder.path, 'orders.ts'))
  for (const [index, { code }] of starts().entries()) folder.write(`start-${index}.ts`, code, here)
  folder.write('ownership.ts', example(PAGE, 'Say who may', 'ts').code, here)
  for (const [index, { code }] of ofPackage().entries()) folder.write(`package-${index}.ts`, code)
  folder.write('signing.ts', example(PAGE, 'Test it', 'ts').code, here)
})
afterAll(async () => {
  await stack?.stop()
  await folder[Symbol.asyncDispose]()
})

const ask = (query: string, headers = {}) => stack.client.send(query, {}, headers)

describe('the starts', () => {
  test('all compile, strictly', async () => {
    const names = [...starts().keys()].map((index) => `start-${index}.ts`)
    expect(names).toHaveLength(3)
    const others = [...ofPackage().keys()].map((index) => `package-${index}.ts`)
    expect(others).toHaveLength(2)
    await folder.compile([...names, ...others, 'ownership.ts', 'signing.ts'])
  })

  test('with Apollo Server the subgraph answers through the gateway, by the rules of its SDL', async () => {
    await folder.serve('start-0.ts', ordersUrl)
    const ITEMS = '{ items { edges { node { name price } } } }'
    expect((await ask(ITEMS)).data.items.edges[0].node).toEqual({ name: 'Table', price: 12 })
    const MINE = '{ myOrders { edges { node { id total customer { id } } } } }'
    expect((await ask(MINE)).code).toBe('UNAUTHENTICATED')
    const mine = await ask(MINE, person.headers)
    expect(mine.errors).toEqual([])
    expect(mine.data.myOrders.edges[0].node).toEqual({
      id: 'ord_1',
      total: 12,
      customer: { id: person.id },
    })
    expect((await ask('{ allOrders { edges { cursor } } }', person.headers)).code).toBe('FORBIDDEN')
    const bySelf = await ask(
      '{ viewer { user { email orders { edges { node { id } } } } } }',
      person.headers,
    )
    expect(bySelf.data.viewer.user.orders.edges).toHaveLength(1)
    const direct = await fetch(ordersUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: ITEMS }),
    })
    expect(direct.status).toBe(401)
    await folder.stop()
  })

  test('on node:http a caller is greeted by name, and one without a token is refused', async () => {
    await folder.serve('start-1.ts', ordersUrl)
    expect((await fetch(ordersUrl)).status).toBe(401)
    expect(await (await fetch(ordersUrl, { headers: await identityOf(person.id) })).json()).toEqual(
      { hello: person.id },
    )
    await folder.stop()
  })

  test('as a bare function it says who is calling', async () => {
    const { callerOf } = await import(pathToFileURL(join(folder.path, 'start-2.ts')).href)
    const request = async (id: string | null) =>
      new Request(ordersUrl, { headers: await identityOf(id) })
    expect(await callerOf(await request(person.id))).toBe(person.id)
    expect(await callerOf(await request(null))).toBeNull()
    await expect(callerOf(new Request(ordersUrl))).rejects.toMatchObject({ status: 401 })
  })
})

test('the rule about ownership lets the owner alone see the total', async () => {
  const { schema: guarded } = await import(pathToFileURL(join(folder.path, 'ownership.ts')).href)
  const { graphql } = await import('graphql')
  const claims = { kind: 'user', subject: 'usr_1', roles: ['admin'], scopes: [], amr: [] }
  const source = '{ myOrders { edges { node { total } } } allOrders { edges { node { total } } } }'
  const answer = await graphql({ schema: guarded, source, contextValue: { claims } })
  expect(JSON.parse(JSON.stringify(answer.data))).toEqual({
    myOrders: { edges: [{ node: { total: 12 } }] },
    allOrders: { edges: [{ node: { total: null } }] },
  })
  expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN')
})

test('a signed token of one’s own is read in a test', async () => {
  expect(await folder.run('signing.ts')).toContain("usr_1 [ 'admin' ]")
})

describe('joining', () => {
  test('origins and headers of pages are taken as docs/frontends.md has them', () => {
    const { code } = example('docs/frontends.md', 'Pages on another origin', 'yaml')
    const auth = 'auth: { routing_url: http://auth, schema: { file: auth.graphql } }'
    const config = readSupergraphConfig(`${code}subgraphs:\n  ${auth}\n`, { variables })
    expect(config.cors).toEqual({
      origins: ['https://app.example.com'],
      headers: ['x-client-build'],
    })
  })

  test.each([
    ['docs/administration.md', 'Custom claims'],
    ['docs/erasure.md', 'For subgraphs'],
  ])('what %s puts into an entry is taken', (page, section) => {
    const { code } = example(page, section, 'yaml')
    const name = code.split(':')[0] ?? ''
    const auth = 'auth: { routing_url: http://auth, schema: { file: auth.graphql } }'
    const text = `subgraphs:\n  ${auth}\n  orders:\n    routing_url: http://orders\n    schema: { file: orders.graphql }\n    ${code}`
    expect(readSupergraphConfig(text, { variables }).subgraphs).toHaveLength(2)
    expect(() => readSupergraphConfig(text.replace(name, `${name}s`), { variables })).toThrow(
      `${name}s`,
    )
  })

  test('the entry as it stands enforces its rules, and `--check` is content', () => {
    const yaml = joinGraph('entry')
    schema(yaml)
    expect(schema(yaml, '--check')).toContain('up to date')
    const orders = loadSupergraphConfig(yaml, { variables }).subgraphs.find(
      ({ name }) => name === 'orders',
    )
    expect(orders).toMatchObject({
      dryRunUntil: null,
      access: 'deny',
      schema: { file: 'orders.graphql' },
    })
  })

  test('policies of a deployment’s own are loaded from beside it', async () => {
    const yaml = joinGraph('policies', { policies: example(PAGE, 'Say who may', 'yaml').code })
    const module = join(folder.path, 'policies/policies.mjs')
    writeFileSync(module, example(PAGE, 'Say who may', 'js').code)
    const policies = await loadPolicies(yaml, loadSupergraphConfig(yaml, { variables }))
    const staff = { kind: 'user', sub: 'usr_1', roles: ['staff'], email_verified: true }
    const policy = createPolicies(policies).find('staff')
    expect(policy?.holds(claimsFromPayload(staff), 0)).toBe(true)
    expect(policy?.holds(claimsFromPayload({ ...staff, email_verified: false }), 0)).toBe(false)
    const sdl = ordersSdl.replace('["role:support", "mfa"]', '["staff"]')
    writeFileSync(join(folder.path, 'policies/orders.graphql'), sdl)
    expect(sdl).not.toBe(ordersSdl)
    expect(schema(yaml)).toContain('wrote')
  })
})

async function identityOf(id: string | null): Promise<Record<string, string>> {
  const keys = JSON.parse(stack.env.IDENTITY_KEYS ?? '')
  const signer = await createIdentitySigner({ keys, issuer: stack.env.PUBLIC_URL ?? '' })
  const caller = id === null ? { kind: 'anonymous' } : { kind: 'user', sub: id }
  return { 'sallyport-identity': await signer.sign('orders', caller as never) }
}

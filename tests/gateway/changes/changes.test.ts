// The graph changes while it serves, in production: what is good is served, what is broken or gives somebody more is held.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { bearer } from '../start-gateway.ts'
import {
  ASKED,
  type Changing,
  LIVE,
  SHOP,
  type Sources,
  startChanging,
  startSources,
  yamlOf,
} from './changing-graph.ts'

const PATIENT = { timeout: 90_000, interval: 200 }
// Each change is composed by a process of its own, beside whatever else the machine does.
vi.setConfig({ testTimeout: 300_000 })
const graphDir = mkdtempSync(join(tmpdir(), 'sallyport-graphs-'))

let sources: Sources
let gateway: Changing
beforeAll(async () => {
  sources = await startSources()
  gateway = await startChanging(sources, { graphDir })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await sources.stop()
  rmSync(graphDir, { recursive: true, force: true })
})

const heldReasons = async () => (await gateway.status()).held.flatMap(({ reasons }) => reasons)
const metric = async () => (await fetch(`${gateway.gateway.adminUrl}/metrics`)).text()

test('an SDL file, a text at an address and a running subgraph that change are served', async () => {
  expect(await gateway.dataOf('{ product { name } sale asked }')).toEqual({
    product: { name: 'chair' },
    sale: 'now',
    asked: 'yes',
  })
  gateway.write('shop.graphql', SHOP.replace('name: String', 'stock: Int @public name: String'))
  await expect
    .poll(() => gateway.dataOf('{ product { stock } }'), PATIENT)
    .toEqual({ product: { stock: 7 } })
  sources.texts.live = LIVE.replace('sale:', 'deals: [String] @public sale:')
  await expect.poll(() => gateway.dataOf('{ deals }'), PATIENT).toEqual({ deals: ['half'] })
  sources.texts.asked = ASKED.replace('asked:', 'secret2: String @authenticated asked:')
  await expect.poll(() => gateway.statusOf('{ secret2 }'), PATIENT).toBe(401)
  // An address is asked with what it said last.
  expect(sources.said.filter(({ status }) => status === 304)).not.toEqual([])
  const { version, versions, held } = await gateway.status()
  expect(held).toEqual([])
  expect(versions).toHaveLength(4)
  expect(version?.changes).toEqual(['asked', 'adds Query.secret2'])
  expect(version?.by).toBe('the files and subgraphs')
  expect(await metric()).toContain('sallyport_graph_swaps_total{outcome="swapped"} 3')
})

test('what is broken is held with file and line, and what was served before still is', async () => {
  const before = (await gateway.status()).version?.id
  gateway.write('shop.graphql', 'type Query {\n  product: Produkt\n}')
  await expect
    .poll(heldReasons, PATIENT)
    .toEqual([expect.stringMatching(/Produkt.*shop\.graphql:2/)])
  const { held, version } = await gateway.status()
  expect([held[0]?.kind, held[0]?.of, version?.id]).toEqual(['broken', ['shop'], before])
  expect(await gateway.dataOf('{ product { name } }')).toEqual({ product: { name: 'chair' } })
  const refused = await gateway.command({ command: 'accept', id: held[0]?.id, by: 'me' })
  expect([refused.status, refused.body.error]).toEqual([409, expect.stringContaining('is broken')])
  expect(
    gateway.logs.filter((line) => line.includes('a change of the graph is refused')),
  ).toHaveLength(1)
  expect(await metric()).toContain('sallyport_graph_swaps_total{outcome="refused"} 1')
  // Nobody can accept it.
  expect(await metric()).toMatch(/^sallyport_graph_changes_held 0$/m)
  gateway.write('shop.graphql', SHOP.replace('name: String', 'stock: Int @public name: String'))
  await expect.poll(heldReasons, PATIENT).toEqual([])
})

test('nobody gains access until an operator accepts it, and who did stands in the history', async () => {
  sources.texts.live = sources.texts.live.replace(
    'secret: String @authenticated',
    'secret: String @public',
  )
  await expect
    .poll(heldReasons, PATIENT)
    .toEqual([expect.stringContaining('somebody gains access: Query.secret')])
  expect(await gateway.statusOf('{ secret }')).toBe(401)
  expect(await metric()).toMatch(/^sallyport_graph_changes_held 1$/m)
  const [change] = (await gateway.status()).held
  const said = await gateway.command({ command: 'accept', id: change?.id.slice(0, 16), by: 'ada' })
  expect(said).toMatchObject({ status: 200, body: { said: expect.stringContaining('is served') } })
  expect(await gateway.dataOf('{ secret }')).toEqual({ secret: 'hush' })
  expect((await gateway.status()).version?.by).toBe('ada')
  expect(await metric()).toContain('sallyport_graph_swaps_total{outcome="held"} 1')
  expect(await metric()).toMatch(/^sallyport_graph_changes_held 0$/m)
})

test('a subgraph whose change is broken or held keeps no other waiting', async () => {
  const before = sources.texts.live
  sources.texts.live = 'type Query {'
  await expect.poll(async () => (await heldReasons()).join(), PATIENT).toContain('Syntax Error')
  sources.texts.asked = sources.texts.asked.replace('asked:', 'more: String @public asked:')
  const changes = async () => (await gateway.status()).version?.changes
  await expect.poll(changes, PATIENT).toEqual(['asked', 'adds Query.more'])
  expect(await gateway.statusOf('{ more }')).toBe(200)
  expect(await heldReasons()).toEqual([expect.stringContaining('Syntax Error')])
  sources.texts.live = before
  await expect.poll(heldReasons, PATIENT).toEqual([])
})

test('a subgraph that begins to reach for what is another’s is held', async () => {
  const before = LIVE.replace('sale:', 'deals: [String] @public sale:').replace(
    'secret: String @authenticated',
    'secret: String @public',
  )
  sources.texts.live = `${before} type Product @key(fields: "id") { id: ID! @public name: String @public @override(from: "shop") }`
  await expect
    .poll(heldReasons, PATIENT)
    .toEqual([expect.stringContaining('live takes Product.name over from shop')])
  sources.texts.live = `${before} type Product @key(fields: "id") { id: ID! @public cost: Int @external risk: Int @authenticated @requires(fields: "cost") }`
  await expect
    .poll(heldReasons, PATIENT)
    .toEqual([expect.stringContaining('asks for "cost" of others to answer Product.risk')])
  sources.texts.live = `${before} type User @key(fields: "id") { id: ID! @override(from: "auth") }`
  await expect.poll(async () => (await heldReasons()).join(), PATIENT).toContain('auth')
  sources.texts.live = before
  await expect.poll(heldReasons, PATIENT).toEqual([])
  expect(await gateway.dataOf('{ product { name } }')).toEqual({ product: { name: 'chair' } })
})

test('a change that breaks clients waits', async () => {
  gateway.write('shop.graphql', SHOP)
  await expect.poll(heldReasons, PATIENT).toEqual(['breaks clients: Product.stock was removed.'])
  expect(await gateway.dataOf('{ product { stock } }')).toEqual({ product: { stock: 7 } })
  const [change] = (await gateway.status()).held
  await gateway.command({ command: 'accept', id: change?.id, by: 'ada' })
  expect(await gateway.statusOf('{ product { stock } }')).toBe(400)
})

test('going back is one command, and pins: what comes then waits until somebody accepts it', async () => {
  const { versions } = await gateway.status()
  const said = await gateway.command({ command: 'back', id: null, by: 'bob' })
  expect(said.body.said).toContain('Back at')
  expect(await gateway.dataOf('{ product { stock } }')).toEqual({ product: { stock: 7 } })
  const status = await gateway.status()
  expect([status.isPinned, status.version?.by]).toEqual([true, 'bob'])
  expect(status.version?.changes[0]).toBe(`back to ${versions[1]?.id.slice(0, 16)}`)
  await expect
    .poll(heldReasons, PATIENT)
    .toEqual([
      expect.stringContaining('an operator went back'),
      'breaks clients: Product.stock was removed.',
    ])
  const [change] = (await gateway.status()).held
  await gateway.command({ command: 'accept', id: change?.id, by: 'bob' })
  expect((await gateway.status()).isPinned).toBe(false)
  expect(await gateway.statusOf('{ product { stock } }')).toBe(400)
})

test('a text that redirects, is too large or is not an SDL changes nothing', async () => {
  const before = (await gateway.status()).version?.id
  sources.redirectTo(`${sources.url}/graphql`)
  await expect
    .poll(
      async () => (await gateway.status()).subgraphs.find(({ name }) => name === 'live')?.failure,
      PATIENT,
    )
    .toContain('cannot be reached')
  sources.redirectTo(null)
  const text = sources.texts.live
  sources.texts.live = `${text} ${'#'.repeat(6 * 1024 * 1024)}`
  await expect
    .poll(
      async () => (await gateway.status()).subgraphs.find(({ name }) => name === 'live')?.failure,
      PATIENT,
    )
    .toContain('sends more than')
  sources.texts.live = text
  await expect
    .poll(
      async () => (await gateway.status()).subgraphs.find(({ name }) => name === 'live')?.failure,
      PATIENT,
    )
    .toBe(null)
  expect((await gateway.status()).version?.id).toBe(before)
})

test('only who holds one of IDENTITY_KEYS asks and commands; a token for a subgraph is not enough', async () => {
  const ask = async (token: string) => (await gateway.command(undefined, token)).status
  expect(await ask('nothing')).toBe(401)
  expect(await ask(await gateway.signer.sign('auth', { kind: 'gateway' }))).toBe(401)
  expect(await ask(await gateway.signer.sign('gateway', { kind: 'anonymous' }))).toBe(401)
  const admin = await gateway.auth.token({ claims: { roles: ['admin'] } })
  expect(await ask(admin)).toBe(401)
  const wrong = await gateway.command({ command: 'accept', id: 'abc', by: 'x', more: 1 })
  expect(wrong.status).toBe(400)
  expect((await gateway.send('{ sale }', { headers: bearer(admin) })).status).toBe(200)
})

test('a gateway that starts while everything is away serves the last good graph, under the rules of the present file', async () => {
  sources.goAway()
  await using again = await startChanging(sources, {
    graphDir,
    beside: gateway,
    prepare: (folder) => {
      expect(folder).not.toBe(gateway.folder)
    },
  })
  expect((await again.status()).version?.id).toBeDefined()
  expect(await again.statusOf('{ secret }')).toBe(200)
  await using closed = await startChanging(sources, {
    graphDir,
    beside: gateway,
    prepare: async (folder) => {
      const { writeFile } = await import('node:fs/promises')
      await writeFile(
        join(folder, 'supergraph.yaml'),
        yamlOf(sources, `rules: { Query.asked: '@policy(policies: [["role:staff"]])' }\n`),
      )
    },
  })
  expect(await closed.statusOf('{ asked }')).not.toBe(200)
  expect(await closed.statusOf('{ sale }')).toBe(200)
  sources.comeBack()
})

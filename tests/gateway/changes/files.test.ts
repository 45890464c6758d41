// Each file that a graph is made from is looked at: supergraph.yaml, the module of policies, the manifest of documents.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readMetricsText, sumOf } from '../../metrics-text.ts'
import { bearer } from '../start-gateway.ts'
import {
  type Changing,
  SHOP,
  type Sources,
  startChanging,
  startSources,
  yamlOf,
} from './changing-graph.ts'

const PATIENT = { timeout: 60_000, interval: 200 }

let sources: Sources
let gateway: Changing
beforeAll(async () => {
  sources = await startSources()
  gateway = await startChanging(sources)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await sources.stop()
})

const heldReasons = async () => (await gateway.status()).held.flatMap(({ reasons }) => reasons)

test('what was asked before a swap has its plan when it is asked after it', async () => {
  const query = '{ product { id name } sale asked }'
  await gateway.send(query)
  gateway.write('shop.graphql', SHOP.replace('name: String', 'stock: Int @public name: String'))
  await expect.poll(() => gateway.statusOf('{ product { stock } }'), PATIENT).toBe(200)
  const counts = async () => {
    const text = await readMetricsText(gateway.gateway.adminUrl)
    return ['hits', 'misses'].map((what) => sumOf(text, `sallyport_plan_cache_${what}_total`))
  }
  const [hits = 0, misses = 0] = await counts()
  expect(await gateway.statusOf(query)).toBe(200)
  expect(await counts()).toEqual([hits + 1, misses])
})

test('supergraph.yaml: a rule that it gets holds', async () => {
  expect(await gateway.statusOf('{ sale }')).toBe(200)
  gateway.write('supergraph.yaml', yamlOf(sources, `rules: { Query.sale: '@authenticated' }\n`))
  await expect.poll(() => gateway.statusOf('{ sale }'), PATIENT).toBe(401)
  expect((await gateway.status()).version?.changes).toEqual([
    'supergraph.yaml',
    'closes Query.sale',
  ])
})

test('supergraph.yaml: what auth is called is read at the start alone', async () => {
  const before = yamlOf(sources, `rules: { Query.sale: '@authenticated' }\n`)
  gateway.write('supergraph.yaml', `${before}auth: { names: { User: Account } }\n`)
  await expect
    .poll(heldReasons, PATIENT)
    .toEqual([expect.stringContaining('start gateway and auth again')])
  gateway.write('supergraph.yaml', before)
  await expect.poll(heldReasons, PATIENT).toEqual([])
})

test('supergraph.yaml: a subgraph that cannot be asked what it is is told, and keeps what is served', async () => {
  const before = yamlOf(sources, `rules: { Query.sale: '@authenticated' }\n`)
  const entry =
    '  gone: { routing_url: "http://127.0.0.1:9/", schema: { url: "http://127.0.0.1:9/sdl" } }'
  gateway.write('supergraph.yaml', before.replace('subgraphs:', `subgraphs:\n${entry}`))
  await expect
    .poll(heldReasons, PATIENT)
    .toEqual([expect.stringMatching(/^gone has not said what it is: .*cannot be reached/)])
  expect(await gateway.dataOf('{ product { name } }')).toEqual({ product: { name: 'chair' } })
  gateway.write('supergraph.yaml', before)
  await expect.poll(heldReasons, PATIENT).toEqual([])
})

test('policies: what their module says now decides', async () => {
  const policies = (answer: string) =>
    gateway.write('policies.mjs', `export default { staff: () => ${answer} }`)
  const headers = bearer(await gateway.auth.token())
  const status = async () => (await gateway.send('{ asked }', { headers })).status
  policies('true')
  const rules = `rules: { Query.asked: '@policy(policies: [["staff"]])' }`
  gateway.write(
    'supergraph.yaml',
    yamlOf(sources, `policies: { module: policies.mjs }\n${rules}\n`),
  )
  await expect.poll(heldReasons, PATIENT).toEqual([expect.stringContaining('Query.sale')])
  const [change] = (await gateway.status()).held
  await gateway.command({ command: 'accept', id: change?.id, by: 'ada' })
  expect([await gateway.statusOf('{ asked }'), await status()]).toEqual([401, 200])
  policies('false')
  await expect.poll(status, PATIENT).toBe(403)
})

test('the manifest: a document that it gets is trusted', async () => {
  const manifest = (...bodies: string[]) =>
    gateway.write(
      'documents.json',
      JSON.stringify({
        format: 'apollo-persisted-query-manifest',
        version: 1,
        operations: bodies.map((body) => ({ id: body, name: 'A', type: 'query', body })),
      }),
    )
  manifest('{ sale }')
  const documents = 'documents: { mode: enforce, manifest: documents.json }'
  const policies = 'policies: { module: policies.mjs }'
  const rules = `rules: { Query.asked: '@policy(policies: [["staff"]])' }`
  gateway.write('supergraph.yaml', yamlOf(sources, `${policies}\n${rules}\n${documents}\n`))
  await expect.poll(() => gateway.statusOf('{ product { id } }'), PATIENT).toBe(400)
  expect(await gateway.statusOf('{ sale }')).toBe(200)
  manifest('{ sale }', '{ product { id } }')
  await expect.poll(() => gateway.statusOf('{ product { id } }'), PATIENT).toBe(200)
})

// A gateway that starts while others are unavailable, or on files that cannot be used.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer } from '../start-gateway.ts'
import {
  type Changing,
  type ChangingOptions,
  type Sources,
  startChanging,
  startSources,
  yamlOf,
} from './changing-graph.ts'

const PATIENT = { timeout: 60_000, interval: 200 }
const graphDir = mkdtempSync(join(tmpdir(), 'sallyport-alone-'))
const PRODUCT = { product: { name: 'chair' } }

let sources: Sources
let before: Changing
beforeAll(async () => {
  sources = await startSources()
  before = await startChanging(sources, { graphDir })
})
afterAll(async () => {
  await before[Symbol.asyncDispose]()
  await sources.stop()
  rmSync(graphDir, { recursive: true, force: true })
})

const startAgain = (options: ChangingOptions) =>
  startChanging(sources, { graphDir, beside: before, ...options })
const readyStatus = async ({ gateway }: Changing) =>
  (await fetch(`${gateway.url}/health/ready`)).status
const heldReasons = async (gateway: Changing) =>
  (await gateway.status()).held.flatMap(({ reasons }) => reasons)

test('auth, NATS and Redis, and where SDLs are from, may all be unavailable: what is public is served, and credentials wait', async () => {
  sources.goAway()
  const nowhere = '127.0.0.1:9'
  await using alone = await startAgain({
    env: {
      AUTH_URL: `http://${nowhere}/graphql`,
      GATEWAY_NATS_URL: `nats://${nowhere}`,
      REDIS_URL: `redis://${nowhere}`,
    },
    limits: { readyWithoutAuthMs: 300 },
  })
  expect(await readyStatus(alone)).toBe(200)
  expect((await alone.status()).reach).toBe('nats-unavailable')
  const away = await alone.send('{ product { name } }')
  expect(away.body.errors?.[0]?.extensions.code).toBe('SUBGRAPH_UNAVAILABLE')
  sources.comeBack()
  await expect.poll(() => alone.dataOf('{ product { name } }'), PATIENT).toEqual(PRODUCT)
  const token = bearer(await alone.auth.token())
  const refused = await alone.send('{ product { cost } }', { headers: token })
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, expect.any(String)])
  expect(await readyStatus(alone)).toBe(200)
})

test('the last good graph is not served where the rules of now cannot be applied to it, and is when they can', async () => {
  await using strict = await startAgain({
    waitUntilReady: false,
    prepare: (folder) =>
      writeFileSync(
        join(folder, 'supergraph.yaml'),
        yamlOf(sources, `rules: { Query.nothing: '@authenticated' }\n`),
      ),
  })
  expect(await readyStatus(strict)).toBe(503)
  expect(await heldReasons(strict)).toEqual([expect.stringContaining('Query.nothing')])
  expect((await strict.send('{ product { name } }')).status).toBe(503)
  strict.write('supergraph.yaml', yamlOf(sources))
  await expect.poll(() => readyStatus(strict), PATIENT).toBe(200)
  expect(await strict.dataOf('{ product { name } }')).toEqual(PRODUCT)
})

test('what could not be loaded does not count as the last good graph, and is mended without another start', async () => {
  const own = mkdtempSync(join(tmpdir(), 'sallyport-mended-'))
  await using mended = await startAgain({
    graphDir: own,
    waitUntilReady: false,
    prepare: (folder) => writeFileSync(join(folder, 'supergraph.graphql'), 'type Query {'),
  })
  expect(await readyStatus(mended)).toBe(503)
  expect((await mended.status()).versions).toEqual([])
  await expect
    .poll(() => heldReasons(mended), PATIENT)
    .toEqual([expect.stringContaining('Syntax Error')])
  rmSync(join(mended.folder, 'supergraph.graphql'))
  await expect.poll(() => readyStatus(mended), PATIENT).toBe(200)
  expect(await mended.dataOf('{ product { name } }')).toEqual(PRODUCT)
  rmSync(own, { recursive: true, force: true })
})

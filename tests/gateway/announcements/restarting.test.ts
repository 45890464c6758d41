// A gateway that starts again knows where subgraphs are that announced themselves before, and asks them with its first request.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sources, startChanging, startSources, yamlOf } from '../changes/changing-graph.ts'
import { createAnnounced } from './announced-subgraph.ts'

const PATIENT = { timeout: 60_000, interval: 100 }
const graphDir = mkdtempSync(join(tmpdir(), 'sallyport-restarting-'))

let sources: Sources
let orders: Awaited<ReturnType<typeof createAnnounced>>
beforeAll(async () => {
  sources = await startSources()
  orders = await createAnnounced()
})
afterAll(async () => {
  await sources.stop()
  rmSync(graphDir, { recursive: true, force: true })
})

const start = () =>
  startChanging(sources, {
    graphDir,
    prepare: (folder) =>
      writeFileSync(
        join(folder, 'supergraph.yaml'),
        yamlOf(sources).replace('subgraphs:', `subgraphs:\n  ${orders.entry}`),
      ),
    publicUrl: 'http://localhost:4567',
  })

test('without anybody who announces anything anew', async () => {
  const before = await start()
  const audience = before.config.publicUrl
  const instance = await orders.come({ audience, gateway: before.gateway.adminUrl })
  const ordersAt = (gateway: typeof before) => gateway.dataOf('{ orders }')
  await expect.poll(() => ordersAt(before), PATIENT).toEqual({ orders: 'three' })
  await expect.poll(() => existsSync(join(graphDir, 'announcements.json')), PATIENT).toBe(true)
  await before[Symbol.asyncDispose]()
  await using again = await start()
  expect(await ordersAt(again)).toEqual({ orders: 'three' })
  await instance.kill()
})

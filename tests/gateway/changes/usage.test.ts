// Who asks for which field: counted by operation and client, never with a value, and what decides whether a change breaks anybody.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sallyport } from '../../operator/sallyport.ts'
import { type Changing, SHOP, type Sources, startChanging, startSources } from './changing-graph.ts'

const PATIENT = { timeout: 60_000, interval: 200 }
const graphDir = mkdtempSync(join(tmpdir(), 'sallyport-usage-'))
const WITH_MORE = SHOP.replace('name: String', 'stock: Int @public extra: Int @public name: String')

let sources: Sources
let gateway: Changing
beforeAll(async () => {
  sources = await startSources()
  gateway = await startChanging(sources, {
    graphDir,
    prepare: async (folder) => {
      const { writeFile } = await import('node:fs/promises')
      await writeFile(join(folder, 'shop.graphql'), WITH_MORE)
    },
  })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await sources.stop()
  rmSync(graphDir, { recursive: true, force: true })
})

const usesOf = async (field: string) => {
  const response = await fetch(`${gateway.gateway.adminUrl}/usage?field=${field}`)
  return ((await response.json()) as { uses: Record<string, unknown>[] }).uses
}

test('says which operation and client asked for a field, how often and when', async () => {
  const client = { 'apollographql-client-name': 'shop-web' }
  for (let count = 0; count < 3; count += 1)
    await gateway.send('query Chair { product { stock } }', { headers: client })
  await gateway.send('{ product { stock } }')
  await gateway.send('{ product { stock } }', { headers: { 'x-client-name': 'bad\tname' } })
  expect(await usesOf('Product.stock')).toEqual([
    expect.objectContaining({
      client: 'unknown',
      operation: expect.stringMatching(/^anonymous [0-9a-f]{8}$/),
      requests: 2,
    }),
    expect.objectContaining({ client: 'shop-web', operation: 'Chair', requests: 3 }),
  ])
  expect(await usesOf('Product.extra')).toEqual([])
  const typed = await sallyport([
    'usage',
    '--field',
    'Product.stock',
    '--gateway',
    gateway.gateway.adminUrl,
  ])
  expect(typed.stdout).toContain('shop-web  Chair: 3 requests')
})

test('however many clients and operations there are, so many are counted', async () => {
  for (let count = 0; count < 60; count += 1)
    await gateway.send('query Many { sale }', { headers: { 'x-client-name': `client-${count}` } })
  const clients = (await usesOf('Query.sale')).map(({ client }) => client)
  expect([clients.length, clients.includes('other')]).toEqual([51, true])
})

test('what nobody asks for may go, and what somebody asks for waits', async () => {
  gateway.write('shop.graphql', WITH_MORE.replace(' extra: Int @public', ''))
  // Asking for it would be asking for it.
  await expect
    .poll(async () => (await gateway.status()).version?.changes, PATIENT)
    .toEqual(['shop', 'removes Product.extra'])
  expect(await gateway.statusOf('{ product { extra } }')).toBe(400)
  gateway.write('shop.graphql', SHOP)
  await expect
    .poll(async () => (await gateway.status()).held.flatMap(({ reasons }) => reasons), PATIENT)
    .toEqual(['breaks clients: Product.stock was removed.'])
  gateway.write('shop.graphql', WITH_MORE.replace(' extra: Int @public', ''))
  await expect.poll(async () => (await gateway.status()).held.length, PATIENT).toBe(0)
})

test('it is written down without a value, and a gateway that starts again knows it', async () => {
  await gateway.send('query Said { product { stock } __type(name: "S3CRET") { name } }')
  await gateway[Symbol.asyncDispose]()
  const [file = ''] = readdirSync(graphDir).filter((name) => name.startsWith('usage-'))
  const text = readFileSync(join(graphDir, file), 'utf8')
  expect(text).toContain('Product.stock')
  expect(text).not.toMatch(/S3CRET|query|\{ product/)
  gateway = await startChanging(sources, { graphDir, graph: { usageKnownAfterMs: 3_600_000 } })
  expect((await usesOf('Product.stock')).length).toBeGreaterThan(0)
})

test('a gateway that has not counted for an hour holds whatever breaks clients', async () => {
  await expect
    .poll(
      async () => (await gateway.status()).held.flatMap(({ reasons }) => reasons).join(),
      PATIENT,
    )
    .toBe('')
  gateway.write('shop.graphql', SHOP.replace('name: String @public ', ''))
  await expect
    .poll(async () => (await gateway.status()).held.flatMap(({ reasons }) => reasons), PATIENT)
    .toEqual([expect.stringContaining('Product.name was removed. (for less than an hour')])
})

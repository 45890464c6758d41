// `sallyport dev` while somebody works on the graph: what changes is served, what is broken is told with its place.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { buildSchema, graphql } from 'graphql'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createClient, type GraphqlClient } from '../client.ts'
import { freePorts } from '../free-ports.ts'
import { sallyport } from './sallyport.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-dev-'))
const PATIENT = { timeout: 90_000, interval: 100 }
vi.setConfig({ testTimeout: 300_000 })
const FIRST = 'type Query { products: [String] }'
const ANSWERS: Readonly<Record<string, unknown>> = {
  products: ['chair'],
  deals: ['half'],
  sale: 'now',
}

let url = ''
let taken = 0
let child: ChildProcess
let client: GraphqlClient
const printed: string[] = []
const output = () => printed.join('')

/** What the running subgraph says of itself; it can answer more. */
let deployed = 'type Query { sale: String }'
const schema = buildSchema(
  'type Query { products: [String] deals: [String] sale: String more: String }',
)
const server = createServer(async (request, response) => {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  const { query } = JSON.parse(text) as { query: string }
  const answer = query.includes('_service')
    ? { data: { _service: { sdl: deployed } } }
    : await graphql({ schema, source: query, rootValue: ANSWERS })
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(answer))
})

const write = (name: string, text: string) => writeFileSync(join(folder, name), text)

/** One that is read from a file, one that is asked, both at the same address. */
function writeConfig(more = ''): void {
  const entry = (schema: string) =>
    `{ routing_url: "${url}", schema: ${schema}, access: public, mayDeclarePublic: true }`
  write(
    'supergraph.yaml',
    `subgraphs:\n  shop: ${entry('{ file: shop.graphql }')}\n  live: ${entry(`{ subgraph_url: "${url}" }`)}\n${more}`,
  )
}

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
  write('shop.graphql', FIRST)
  writeConfig()
  const [port = 0, auth, admin] = await freePorts(3)
  taken = port
  child = spawn(
    process.execPath,
    [
      `--import=${import.meta.resolve('tsx')}`,
      '--conditions=sallyport-source',
      resolve('scripts/sallyport.ts'),
      'dev',
    ],
    {
      cwd: folder,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '',
        PORT: String(port),
        AUTH_PORT: String(auth),
        ADMIN_PORT: String(admin),
        PASSWORD_HASH_COST: '10',
      },
    },
  )
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
  await vi.waitUntil(() => child.exitCode !== null || output().includes('Sallyport is up'), {
    timeout: 120_000,
  })
  client = createClient(`http://127.0.0.1:${port}`)
})
afterAll(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

async function dataOf(query: string): Promise<unknown> {
  return (await client.send(query)).data
}

test('an SDL file that changes is served, and what an entry opens over the network follows in access.lock', async () => {
  expect(output(), output()).toContain('Sallyport is up')
  expect(await dataOf('{ products sale }')).toEqual({ products: ['chair'], sale: 'now' })
  expect(readFileSync(join(folder, 'access.lock'), 'utf8')).toContain('live Query.sale')
  expect((await client.send('{ deals }')).status).toBe(400)
  write('shop.graphql', 'type Query { products: [String] deals: [String] }')
  await expect
    .poll(() => dataOf('{ products deals }'), PATIENT)
    .toEqual({
      products: ['chair'],
      deals: ['half'],
    })
})

test('what is broken is told with file and line, once, and the last good graph stays', async () => {
  write('shop.graphql', 'type Query {\n  products: [String]\n  deals: [Strin]\n}')
  await expect.poll(output, PATIENT).toMatch(/not served[\s\S]*Strin[\s\S]*shop\.graphql:3/)
  expect(await dataOf('{ deals }')).toEqual({ deals: ['half'] })
  write('shop.graphql', 'type Query {\n  products: [String]\n')
  await expect.poll(output, PATIENT).toMatch(/Syntax Error[^\n]*shop\.graphql:\d/)
  writeConfig('denied: sometimes\n')
  await expect.poll(output, PATIENT).toMatch(/denied[^\n]*supergraph\.yaml:4/)
  writeConfig('auth: { names: { User: Member } }\n')
  write('shop.graphql', FIRST)
  await expect.poll(output, PATIENT).toMatch(/"auth:" in supergraph\.yaml is read at the start/)
  expect(await dataOf('{ deals }')).toEqual({ deals: ['half'] })
  writeConfig()
  await expect.poll(async () => (await client.send('{ deals }')).status, PATIENT).toBe(400)
  expect(output().match(/Strin\b[^\n]*shop\.graphql:3/g)).toHaveLength(1)
})

test('a running subgraph that changes is asked, and served', async () => {
  deployed = 'type Query { sale: String deals: [String] }'
  await expect
    .poll(() => dataOf('{ sale deals }'), PATIENT)
    .toEqual({
      sale: 'now',
      deals: ['half'],
    })
})

test('sallyport.config is read anew, and a broken one changes nothing', async () => {
  write('sallyport.config.mjs', 'export default { hooks: { onReqest: () => {} } }')
  await expect.poll(output, PATIENT).toContain('there is no hook "onReqest"')
  expect(await dataOf('{ sale }')).toEqual({ sale: 'now' })
  write(
    'sallyport.config.mjs',
    "export default { hooks: { onRequest: () => ({ refuse: 'Closed.' }) } }",
  )
  await expect
    .poll(async () => (await client.send('{ sale }').catch(() => null))?.text, PATIENT)
    .toContain('REFUSED_BY_HOOK')
  // The graph that was served last, not the first.
  write('sallyport.config.mjs', 'export default { hooks: {} }')
  await expect
    .poll(async () => (await client.send('{ deals }').catch(() => null))?.data, PATIENT)
    .toEqual({ deals: ['half'] })
})

test('another at the same port says so, and ends: nothing of it goes on', async () => {
  const other = mkdtempSync(join(tmpdir(), 'sallyport-dev-other-'))
  const [auth, admin] = await freePorts(2)
  const { code, stderr } = await sallyport(
    ['dev'],
    {
      DATA_DIR: other,
      PORT: String(taken),
      AUTH_PORT: String(auth),
      ADMIN_PORT: String(admin),
      PASSWORD_HASH_COST: '10',
    },
    folder,
  )
  rmSync(other, { recursive: true, force: true })
  expect(stderr).toContain(`PORT: ${taken} is taken by another process.`)
  expect(code).toBe(1)
})

test('it ends at once when it is told to, in the middle of a change too', async () => {
  write('shop.graphql', 'type Query { products: [String] more: String }')
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
})

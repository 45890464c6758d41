// An SDL that comes over the network: what goes wrong names the subgraph, and says what to do.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readSupergraphConfig } from '../../../gateway/supergraph/read-config.ts'
import { readSources } from '../../../gateway/supergraph/sources.ts'

const SDL = 'type Query { a: Int }'
const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/sdl': (response) => response.end(SDL),
  '/asked': (response) => response.end(JSON.stringify({ data: { _service: { sdl: SDL } } })),
  '/html': (response) => response.end('<!doctype html><p>secret page</p>'),
  '/json': (response) => response.end('{"data":{"secret":true}}'),
  '/empty': (response) => response.end(),
  '/errors': (response) => response.end('{"errors":[{"message":"secret"}]}'),
  '/401': (response) => response.writeHead(401).end('{}'),
  '/moved': (response) => response.writeHead(302, { location: '/sdl' }).end(),
  '/large': (response) => response.end('#'.repeat(6 * 1024 * 1024)),
  '/never': () => {},
  '/bomb': (response) =>
    response
      .writeHead(200, { 'content-encoding': 'gzip' })
      .end(gzipSync(Buffer.alloc(64 * 1024 * 1024, '#'))),
  // A byte of it every now and then.
  '/drips': (response) => {
    response.write('#')
    const drip = setInterval(() => response.write('#'), 20)
    response.on('close', () => clearInterval(drip))
  },
  '/broken': (response) => {
    response.writeHead(200, { 'content-length': '100' }).write('type Query')
    setTimeout(() => response.destroy(), 20)
  },
}
const server = createServer((request, response) => {
  const answer = answers[request.url ?? '']
  if (answer === undefined) response.writeHead(404).end('secret')
  else answer(response)
})
let origin = ''
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

async function read(schema: object, timeoutMs = 10_000) {
  const shop = { routing_url: `${origin}/graphql`, schema }
  const variables = { AUTH_URL: 'http://auth.invalid/graphql' }
  const config = readSupergraphConfig(JSON.stringify({ subgraphs: { shop } }), { variables })
  const sources = await readSources('supergraph.yaml', config, { timeoutMs })
  return sources.find(({ config }) => config.name === 'shop')?.sdl
}

test('the text at an address, and what a running subgraph says, are read', async () => {
  expect(await read({ url: `${origin}/sdl` })).toBe(SDL)
  expect(await read({ subgraph_url: `${origin}/asked` })).toBe(SDL)
})

test.each([
  ['url', '/gone', /answers 404 instead of an SDL; .*schema\.subgraph_url/],
  ['url', '/html', /answers HTML instead of an SDL; .*schema\.subgraph_url/],
  ['url', '/json', /answers JSON instead of an SDL; .*schema\.subgraph_url/],
  ['url', '/empty', /answers nothing; .*schema\.subgraph_url/],
  ['url', '/moved', /cannot be reached; start it, or name a file with schema\.file/],
  ['url', '/large', /sends more than \d+ bytes/],
  ['url', '/bomb', /sends more than \d+ bytes/],
  ['url', '/broken', /breaks off its answer/],
  ['subgraph_url', '/gone', /answers 404 without .*name a file with schema\.file/],
  ['subgraph_url', '/html', /answers 200 without .*name a file with schema\.file/],
  ['subgraph_url', '/errors', /answers 200 without .*name a file with schema\.file/],
  ['subgraph_url', '/401', /identity tokens of another gateway.*name a file with schema\.file/],
])('%s: %s is refused with the name of the subgraph and what to do', async (key, path, said) => {
  const refused = await read({ [key]: origin + path }).catch((error: Error) => error.message)
  expect(refused).toMatch(/^The schema is refused:\n {2}- shop: http:/)
  expect(refused).toMatch(said)
  expect(refused).not.toContain('secret')
})

test('one that never answers, one that never ends and one that is not there are told apart', async () => {
  await expect(read({ subgraph_url: `${origin}/never` }, 200)).rejects.toThrow(
    /shop: .*cannot be reached \(no answer in 0\.2 s\); start it/,
  )
  for (const key of ['url', 'subgraph_url'])
    await expect(read({ [key]: `${origin}/drips` }, 200)).rejects.toThrow(
      /shop: http:.*\/drips does not end its answer in time/,
    )
  await expect(read({ url: 'http://127.0.0.1:1/' })).rejects.toThrow(
    /shop: .*cannot be reached.*; start it, or name a file/,
  )
})

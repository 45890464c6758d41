// What subgraphs say when they are asked: none of them costs the others anything, however often it changes or however slow it is.
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Asking, createAsking } from '../../../gateway/changes/asking.ts'
import type { SubgraphConfig } from '../../../gateway/supergraph/config.ts'
import { closeServer } from '../graph-fixture.ts'

let passedMs = 0
let warned: unknown[][] = []
let stops: (() => Promise<void>)[] = []
let asking: Asking
beforeEach(() => {
  passedMs = 0
  warned = []
  stops = []
  asking = createAsking({
    identityFor: async () => ({ name: 'sallyport-identity', value: 'x' }),
    addressesOf: () => [],
    now: Date.now,
    monotonic: () => passedMs,
    logger: { warn: (...line) => void warned.push(line) },
  })
})
afterEach(async () => {
  for (const stop of stops) await stop()
})

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  stops.push(async () => {
    server.closeAllConnections()
    await closeServer(server)
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const at = (name: string, url: string) => ({ name, schema: { url } }) as SubgraphConfig

test('one that says something else whenever it is asked is taken a hundred times, and then twice a minute', async () => {
  let said = 0
  const url = await serve((_, response) => {
    said += 1
    response.end(`type Query { field${said}: Int }`)
  })
  const steady = await serve(
    (_, response) => void response.end(`type Query { steady${said}: Int }`),
  )
  const taken = async (times: number) => {
    const seen = new Set<string | null>()
    for (let turn = 0; turn < times; turn += 1) {
      await asking.ask(at('live', url))
      seen.add(asking.said('live').sdl)
    }
    return seen.size
  }
  // What it was, and a hundred more.
  expect(await taken(130)).toBe(101)
  expect(asking.said('live').failure).toContain('again and again')
  expect(warned).toEqual([[{ subgraph: 'live' }, expect.stringContaining('again and again')]])
  passedMs += 30_000
  expect(await taken(30)).toBe(1)
  await asking.ask(at('steady', steady))
  expect(asking.said('steady')).toMatchObject({
    failure: null,
    sdl: `type Query { steady${said}: Int }`,
  })
})

test('one that stops changing is what it said last, within half a minute', async () => {
  let text = ''
  const url = await serve((request, response) => {
    const etag = `"${text}"`
    const isSame = request.headers['if-none-match'] === etag
    response.writeHead(isSame ? 304 : 200, { etag })
    response.end(isSame ? '' : text)
  })
  for (let turn = 0; turn < 120; turn += 1) {
    text = `type Query { field${turn}: Int }`
    await asking.ask(at('live', url))
  }
  expect(asking.said('live').sdl).not.toBe(text)
  passedMs += 30_000
  await asking.ask(at('live', url))
  expect(asking.said('live')).toMatchObject({ sdl: text, failure: null })
})

test('an ETag is of its own address: at another one the same means another text', async () => {
  const serveText = (text: string) =>
    serve((request, response) => {
      const isSame = request.headers['if-none-match'] === '"1"'
      response.writeHead(isSame ? 304 : 200, { etag: '"1"' })
      response.end(isSame ? '' : text)
    })
  const [before, after] = [
    await serveText('type Query { a: Int }'),
    await serveText('type Query { b: Int }'),
  ]
  await asking.ask(at('live', before))
  await asking.ask(at('live', after))
  expect(asking.said('live').sdl).toBe('type Query { b: Int }')
})

test('one that does not answer is asked once at a time, and anyone who waits for it gets what comes', async () => {
  let asked = 0
  let answer = () => {}
  const url = await serve((_, response) => {
    asked += 1
    answer = () => void response.end('type Query { late: Int }')
  })
  const waiting = [asking.ask(at('live', url)), asking.ask(at('live', url))]
  await expect.poll(() => asked).toBe(1)
  answer()
  await Promise.all(waiting)
  expect(asked).toBe(1)
  expect(asking.said('live').sdl).toBe('type Query { late: Int }')
})

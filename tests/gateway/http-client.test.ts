// The HTTP client that speaks to subgraphs: strict about what a response is, frugal with connections, never two answers mixed up.
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createDataSources, type DataSources } from '../../gateway/data-source.ts'
import { readSupergraphConfig } from '../../gateway/supergraph/config.ts'
import { contextFor } from './graph-fixture.ts'

type Answer = (socket: Socket, turn: number) => void

const open: { servers: Server[]; sources: DataSources[]; sockets: Set<Socket> } = {
  servers: [],
  sources: [],
  sockets: new Set(),
}
afterEach(async () => {
  await Promise.all(open.sources.splice(0).map((sources) => sources.stop()))
  for (const socket of open.sockets) socket.destroy()
  for (const server of open.servers.splice(0)) server.close()
})

/** A subgraph on a bare socket. It reads each request to its end before it answers. */
async function subgraph(answer: Answer, options: { connections?: number } = {}) {
  const seen: { connections: number; requests: string[] } = { connections: 0, requests: [] }
  const server = createServer((socket) => {
    seen.connections += 1
    open.sockets.add(socket)
    socket.on('error', () => undefined)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      for (;;) {
        const end = text.indexOf('\r\n\r\n')
        const length = Number(/content-length: (\d+)/.exec(text)?.[1])
        if (end < 0 || text.length < end + 4 + length) return
        seen.requests.push(text.slice(0, end + 4 + length))
        text = text.slice(end + 4 + length)
        answer(socket, seen.requests.length)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.servers.push(server)
  const { port } = server.address() as { port: number }
  const entry = {
    routing_url: `http://127.0.0.1:${port}/graphql?a=b`,
    schema: { file: 'a' },
    timeoutMs: 400,
    forwardHeaders: ['x-name'],
  }
  const sources = createDataSources({
    subgraphs: readSupergraphConfig(JSON.stringify({ subgraphs: { auth: entry } }), {
      variables: {},
    }).subgraphs,
    logger: { warn() {} },
    maxResponseBytes: 10_000,
    ...options,
  })
  open.sources.push(sources)
  const send = (body = '{"query":"{ a }","variables":{}}', context = contextFor()) =>
    sources.get('auth').send(body, context)
  return { seen, send }
}

const BODY = '{"data":{"a":"ü"}}'
const LENGTH = Buffer.byteLength(BODY)
const TYPE = 'content-type: application/json'
const WHOLE = `HTTP/1.1 200 OK\r\n${TYPE}\r\ncontent-length: ${LENGTH}\r\n\r\n${BODY}`
const CHUNKED = `HTTP/1.1 200 OK\r\n${TYPE}\r\ntransfer-encoding: chunked\r\n\r\n`

function chunks(text: string, size: number): string {
  const bytes = Buffer.from(text)
  let framed = ''
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = bytes.subarray(at, at + size)
    framed += `${chunk.length.toString(16)};x="1"\r\n${chunk.toString('latin1')}\r\n`
  }
  return `${framed}0\r\nexpires: never\r\n\r\n`
}

/** As bytes: what is beyond Latin-1 is there already in its UTF-8 form. */
function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

const utf8Body = Buffer.from(BODY).toString('latin1')
const framings: Record<string, string> = {
  'a length': `HTTP/1.1 200 OK\r\n${TYPE}\r\ncontent-length: ${LENGTH}\r\n\r\n${utf8Body}`,
  'chunks of one byte': CHUNKED + chunks(BODY, 1),
  'one chunk': CHUNKED + chunks(BODY, 1000),
  'other spellings': `HTTP/1.1 200\r\nContent-Type:application/json; charset=utf-8 \r\nCONTENT-LENGTH:  ${LENGTH}\r\nConnection: Keep-Alive\r\nKeep-Alive: timeout=5, max=3\r\n\r\n${utf8Body}`,
  'an early 1xx': `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\n${TYPE}\r\ncontent-length: ${LENGTH}\r\n\r\n${utf8Body}`,
}

describe('a response', () => {
  test.each(Object.keys(framings))('with %s is read, whole or byte by byte', async (name) => {
    const text = framings[name] ?? ''
    const { send, seen } = await subgraph(async (socket, turn) => {
      if (turn === 1) return void socket.write(latin1(text))
      for (const byte of latin1(text)) {
        socket.write(Buffer.from([byte]))
        await new Promise((resolve) => setImmediate(resolve))
      }
    })
    expect(await send()).toEqual({ data: { a: 'ü' } })
    expect(await send()).toEqual({ data: { a: 'ü' } })
    expect(seen.connections).toBe(1)
  })

  test('that ends with its connection is read, and the next request has another', async () => {
    const { send, seen } = await subgraph((socket) => {
      socket.end(`HTTP/1.1 200 OK\r\n${TYPE}\r\n\r\n${BODY}`)
    })
    expect(await send()).toEqual({ data: { a: 'ü' } })
    expect(await send()).toEqual({ data: { a: 'ü' } })
    expect(seen.connections).toBe(2)
  })

  test.each([
    ['announces its connection closed', WHOLE.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n')],
    ['is HTTP/1.0', WHOLE.replace('HTTP/1.1', 'HTTP/1.0')],
  ])('that %s is the last of its connection', async (_, text) => {
    const { send, seen } = await subgraph((socket) => socket.write(text))
    expect((await send()).data).toEqual({ a: 'ü' })
    expect((await send()).data).toEqual({ a: 'ü' })
    expect(seen.connections).toBe(2)
  })

  test.each<[string, string]>([
    [
      'length and chunks at once',
      WHOLE.replace('\r\n\r\n', '\r\ntransfer-encoding: chunked\r\n\r\n'),
    ],
    ['two lengths', WHOLE.replace('\r\n\r\n', '\r\ncontent-length: 3\r\n\r\n')],
    ['two lengths in one', WHOLE.replace(/length: \d+/, `length: ${LENGTH}, ${LENGTH}`)],
    ['a negative length', WHOLE.replace(/length: \d+/, 'length: -1')],
    ['a length in words', WHOLE.replace(/length: \d+/, 'length: 0x10')],
    [
      'another transfer encoding',
      WHOLE.replace(/content-length: \d+/, 'transfer-encoding: gzip, chunked'),
    ],
    ['a folded header', WHOLE.replace('\r\n\r\n', '\r\nx: 1\r\n  y: 2\r\n\r\n')],
    ['a space before the colon', WHOLE.replace('content-length:', 'content-length :')],
    ['a header without a name', WHOLE.replace('\r\n\r\n', '\r\n: x\r\n\r\n')],
    ['another protocol', WHOLE.replace('HTTP/1.1', 'HTTP/2.0')],
    ['a strange status', WHOLE.replace('200', '2000')],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['more than it announced', `${WHOLE}x`],
    ['a second answer behind it', WHOLE + WHOLE],
    ['a chunk without a size', `${CHUNKED}\r\n${BODY}\r\n0\r\n\r\n`],
    ['a chunk of no number', `${CHUNKED}zz\r\n${BODY}\r\n0\r\n\r\n`],
    ['a chunk longer than its size', `${CHUNKED}2\r\n${BODY}\r\n0\r\n\r\n`],
    ['a chunk of an absurd size', `${CHUNKED}ffffffff\r\n${BODY}\r\n0\r\n\r\n`],
    ['chunks that are too much together', CHUNKED + `1000\r\n${'x'.repeat(4096)}\r\n`.repeat(3)],
    ['a head without an end', `HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(1000)}\r\n`.repeat(40)}`],
    ['an endless line between chunks', `${CHUNKED}1;${'x'.repeat(3000)}`],
  ])('with %s is no answer, and its connection is closed', async (_, text) => {
    let closed = false
    const { send } = await subgraph((socket, turn) => {
      if (turn > 1) return void socket.write(WHOLE)
      socket.on('close', () => {
        closed = true
      })
      socket.write(text)
    })
    const { errors } = await send()
    expect(errors?.[0]?.extensions).toEqual({ code: 'SUBGRAPH_UNAVAILABLE' })
    await expect.poll(() => closed).toBe(true)
    expect((await send()).data).toEqual({ a: 'ü' })
  })
})

describe('a request', () => {
  test('goes out whole, with the length of its bytes', async () => {
    const { send, seen } = await subgraph((socket) => socket.write(WHOLE))
    await send('{"query":"{ a(b: \\"ü😀\\") }"}')
    const [head = '', body = ''] = seen.requests[0]?.split('\r\n\r\n') ?? []
    expect(head.split('\r\n').slice(0, 5)).toEqual([
      'POST /graphql?a=b HTTP/1.1',
      expect.stringMatching(/^host: 127\.0\.0\.1:\d+$/),
      'connection: keep-alive',
      'accept: application/json',
      'content-type: application/json',
    ])
    expect(head).toContain(`content-length: ${body.length}`)
    expect(Buffer.from(body, 'latin1').toString()).toBe('{"query":"{ a(b: \\"ü😀\\") }"}')
  })

  test('carries no header that ends early: such a value is left out, other bytes stay as they came', async () => {
    const { send, seen } = await subgraph((socket) => socket.write(WHOLE))
    const name = Buffer.from('Jürgen').toString('latin1')
    await send(undefined, contextFor(undefined, { forwardable: { 'x-name': name } }))
    const evil = 'x\r\nsallyport-identity: forged'
    await send(undefined, contextFor(undefined, { forwardable: { 'x-name': evil } }))
    expect(seen.requests[0]).toContain(`x-name: ${name}\r\n`)
    expect(seen.requests[1]).not.toMatch(/x-name|forged/)
  })
})

describe('connections', () => {
  test('are used again, and never for two exchanges at a time', async () => {
    const { send, seen } = await subgraph((socket, turn) => {
      setTimeout(() => socket.write(WHOLE), 5 * (turn % 3))
    })
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(Array.from({ length: 10 }, () => send()))
    }
    expect(seen.requests).toHaveLength(50)
    expect(seen.connections).toBe(10)
  })

  test('are so many at most; the rest waits in line, and no longer than its deadline', async () => {
    const order: number[] = []
    const { send, seen } = await subgraph((socket) => setTimeout(() => socket.write(WHOLE), 60), {
      connections: 2,
    })
    const sent = Array.from({ length: 6 }, (_, index) => send().then(() => order.push(index)))
    await Promise.all(sent)
    expect(seen.connections).toBe(2)
    expect(order).toEqual([0, 1, 2, 3, 4, 5])
    const many = await Promise.all(Array.from({ length: 40 }, () => send()))
    const late = many.filter(({ errors }) => errors?.[0]?.extensions?.code === 'SUBGRAPH_TIMEOUT')
    expect(late.length).toBeGreaterThan(20)
  })

  test('that the peer closes while they are idle are not used again', async () => {
    const { send, seen } = await subgraph((socket) => {
      socket.write(WHOLE)
      setTimeout(() => socket.destroy(), 20)
    })
    await send()
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect((await send()).data).toEqual({ a: 'ü' })
    expect(seen.connections).toBe(2)
  })

  test('are given up before a peer that says how long it keeps them does so', async () => {
    let isClosed = false
    const text = WHOLE.replace('\r\n\r\n', '\r\nkeep-alive: timeout=1\r\n\r\n')
    const { send } = await subgraph((socket) => {
      socket.on('close', () => {
        isClosed = true
      })
      socket.write(text)
    })
    await send()
    await expect.poll(() => isClosed, { timeout: 900 }).toBe(true)
  })

  test('on which bytes come that nobody asked for are closed', async () => {
    const { send, seen } = await subgraph((socket) => {
      socket.write(WHOLE)
      setTimeout(() => socket.write(WHOLE), 20)
    })
    await send()
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect((await send()).data).toEqual({ a: 'ü' })
    expect(seen.connections).toBe(2)
  })
})

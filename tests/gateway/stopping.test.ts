// A stop takes as long as what is in flight: no connection that carries nothing holds it up.
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { rawBytes } from './raw-request.ts'
import { type Stack, startGateway } from './start-gateway.ts'

const file = (name: string) => join(import.meta.dirname, 'tls', name)
const TLS = { TLS_CERT_FILE: file('localhost.crt'), TLS_KEY_FILE: file('localhost.key') }
// Far from what a stop may take, and from each other.
const LIMITS = { drainMs: 90_000, headersTimeoutMs: 90_000, requestTimeoutMs: 95_000 }
const BOUND_MS = 30_000

async function stopTime(stack: Stack): Promise<number> {
  const startedAt = performance.now()
  await stack.gateway.stop()
  return performance.now() - startedAt
}

async function opened(stack: Stack, bytes = ''): Promise<Socket> {
  const { hostname, port } = new URL(stack.endpoint)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  await new Promise((resolve) => socket.once('connect', resolve))
  socket.write(bytes)
  // So that the gateway has it.
  await new Promise((resolve) => setTimeout(resolve, 100))
  return socket
}

describe.each([
  ['plain', {}],
  ['TLS', TLS],
])('a stop, %s, waits for no connection', (_, env) => {
  test.each([
    ['that never sends a byte', ''],
    ['that began something and went on no further', '\x16\x03\x01\x02'],
    ['that began a head and went on no further', 'POST /graphql HTTP/1.1\r\nHost: x\r\nX-'],
  ])('%s', async (_, bytes) => {
    await using stack = await startGateway({ env, limits: LIMITS, waitUntilReady: false })
    const socket = await opened(stack, bytes)
    expect(await stopTime(stack)).toBeLessThan(BOUND_MS)
    socket.destroy()
  })
})

test('a stop waits for no connection that ended a TLS handshake and sent nothing', async () => {
  await using stack = await startGateway({ env: TLS, limits: LIMITS, waitUntilReady: false })
  const { port } = new URL(stack.endpoint)
  const socket = connectTls({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false })
  socket.on('error', () => undefined)
  await new Promise((resolve) => socket.once('secureConnect', resolve))
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(await stopTime(stack)).toBeLessThan(BOUND_MS)
})

test('a stop waits for no connection of the admin listener either', async () => {
  await using stack = await startGateway({ limits: LIMITS })
  await opened({ ...stack, endpoint: stack.gateway.adminUrl })
  expect(await stopTime(stack)).toBeLessThan(BOUND_MS)
})

test('a stop waits for a request whose body is still to come', async () => {
  await using stack = await startGateway({ limits: LIMITS })
  const body = '{"query":"{ hello }"}'
  const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
  const socket = await opened(stack, head)
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  const stopping = stopTime(stack)
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  socket.write(body)
  expect(await stopping).toBeGreaterThan(1_900)
  expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*"hello"/)
})

test('a stop that waits too long for a request ends it', async () => {
  await using stack = await startGateway({ limits: { ...LIMITS, drainMs: 1_000 } })
  stack.auth.switches.delayMs = 90_000
  const answer = rawBytes(
    stack.endpoint,
    'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n{"query":"{ hello }"}',
  )
  await expect.poll(() => stack.subgraphCalls()).toBe(1)
  expect(await stopTime(stack)).toBeLessThan(BOUND_MS)
  expect(await answer).not.toContain('"hello"')
})

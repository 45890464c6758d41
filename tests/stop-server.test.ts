// The servers of the subgraphs stop as soon as what is in flight is answered.
// A stop that waits for the wrong thing would take TOO_LONG_MS, and so the test its time.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { prepareStop } from '../platform/stop-server.ts'

const TOO_LONG_MS = 10 * 60_000
const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

describe('a server of a subgraph', () => {
  async function start(longestMs: number) {
    const server = createServer({ keepAliveTimeout: TOO_LONG_MS })
    const stop = prepareStop(server, longestMs)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => server.closeAllConnections())
    return { server, port: (server.address() as AddressInfo).port, stop }
  }

  type Started = Awaited<ReturnType<typeof start>>

  /** A client of this server; both ends know of the connection. */
  async function open({ server, port }: Started) {
    const accepted = once(server, 'connection')
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('error', () => undefined)
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    await accepted
    return { socket, closed, answer: () => answer }
  }

  /** A client whose request has arrived, and what answers it. */
  async function openWithRequest(started: Started) {
    const client = await open(started)
    const arrived = once(started.server, 'request')
    client.socket.write(REQUEST)
    const [, response] = (await arrived) as [unknown, ServerResponse]
    return { ...client, response }
  }

  test('waits for no connection that never sent a byte, nor for one that is idle', async () => {
    const started = await start(TOO_LONG_MS)
    const silent = await open(started)
    const idle = await openWithRequest(started)
    idle.response.end('answered')
    await expect.poll(idle.answer).toContain('answered')
    await started.stop()
    await Promise.all([silent.closed, idle.closed])
  })

  test('waits for a request in flight, and no longer for the connection that it came on', async () => {
    const started = await start(TOO_LONG_MS)
    const client = await openWithRequest(started)
    const stopped = started.stop()
    // Longer than what is idle or silent is left alone.
    await sleep(500)
    client.response.end('answered')
    await stopped
    await client.closed
    expect(client.answer()).toContain('answered')
  })

  test('ends a request that takes too long', async () => {
    const started = await start(300)
    const client = await openWithRequest(started)
    await started.stop()
    await client.closed
    expect(client.answer()).toBe('')
  })
})

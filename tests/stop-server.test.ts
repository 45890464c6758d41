// The servers of the subgraphs stop as soon as what is in flight is answered.
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { prepareStop } from '../platform/stop-server.ts'

const BOUND_MS = 2_000

describe('a server of a subgraph', () => {
  async function start(longestMs: number, answerAfterMs = 0) {
    const server = createServer({ keepAliveTimeout: 60_000 }, (_, response) => {
      setTimeout(() => response.end('answered'), answerAfterMs)
    })
    const stop = prepareStop(server, longestMs)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    return {
      port,
      async stopTime() {
        const startedAt = performance.now()
        await stop()
        return performance.now() - startedAt
      },
    }
  }

  async function opened(port: number, bytes: string) {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('error', () => undefined)
    await new Promise((resolve) => socket.once('connect', resolve))
    socket.write(bytes)
    await new Promise((resolve) => setTimeout(resolve, 100))
    return () => answer
  }

  test('waits for no connection that never sent a byte, nor for one that is idle', async () => {
    const server = await start(30_000)
    await opened(server.port, '')
    const answer = await opened(server.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(answer()).toContain('answered')
    expect(await server.stopTime()).toBeLessThan(BOUND_MS)
  })

  test('waits for a request in flight, and no longer for the connection that it came on', async () => {
    const server = await start(30_000, 500)
    const answer = await opened(server.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(await server.stopTime()).toBeLessThan(500 + BOUND_MS)
    expect(answer()).toContain('answered')
  })

  test('ends a request that takes too long', async () => {
    const server = await start(300, 30_000)
    await opened(server.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(await server.stopTime()).toBeLessThan(300 + BOUND_MS)
  })
})

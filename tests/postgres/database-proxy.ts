// Stands between auth and PostgreSQL, as a network does: slow, cut, or losing the answer at the worst moment.
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectPostgres } from '../../subgraphs/auth/core/database.ts'
import { createTestDatabase } from '../database.ts'
import type { TestDatabase } from '../database-on-server.ts'
import { freePorts } from '../free-ports.ts'

export interface DatabaseProxy {
  /** A database of the test's own, reached through the proxy. */
  readonly database: TestDatabase
  readonly url: string
  /** Added to everything that the server says. */
  delayMs: number
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>
  restore(): Promise<void>
  /**
   * Breaks the next connection that sends this text: `before` the server sees it, or `after` it has answered.
   *
   * @param behind what that connection must have sent before it: others send the text for work of their own
   */
  breakOnce(text: string, moment: 'before' | 'after', behind?: string): void
  /** From the first text of this kind on nothing goes through until it is cut, and no connection ends: as of a server that was stopped. */
  muteAt(text: string): void
  stop(): Promise<void>
}

export async function startDatabaseProxy(): Promise<DatabaseProxy> {
  const own = await createTestDatabase()
  const target = new URL(own.url ?? '')
  const sockets = new Set<Socket>()
  let trap: { text: string; moment: 'before' | 'after'; behind: string | undefined } | null = null
  let mutingText: string | null = null
  let isMute = false
  let server: Server | null = null
  // Its own while the way is cut, too.
  const [port = 0] = await freePorts(1)
  const proxy = { delayMs: 0 }

  function relay(client: Socket): void {
    const upstream = connect(Number(target.port || 5432), target.hostname)
    let isDoomed = false
    /** It has sent what the trap waits for. */
    let isBehind = false
    let answers: Promise<unknown> = Promise.resolve()
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    client.on('data', (chunk) => {
      isMute ||= mutingText !== null && chunk.includes(mutingText)
      if (isMute) return
      if (trap?.behind !== undefined) isBehind ||= chunk.includes(trap.behind)
      if (trap !== null && chunk.includes(trap.text) && (isBehind || trap.behind === undefined)) {
        const { moment } = trap
        trap = null
        if (moment === 'before') return void client.destroy()
        isDoomed = true
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk) => {
      if (isMute) return
      if (isDoomed) return void client.destroy()
      const { delayMs } = proxy
      answers = answers.then(async () => {
        if (delayMs > 0) await sleep(delayMs)
        client.write(chunk)
      })
    })
  }

  async function restore(): Promise<void> {
    if (server !== null) return
    const next = createServer(relay)
    next.listen(port, '127.0.0.1')
    await once(next, 'listening')
    server = next
  }

  async function cut(): Promise<void> {
    const closing = server
    server = null
    mutingText = null
    isMute = false
    if (closing === null) return
    const closed = once(closing, 'close')
    closing.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }

  await restore()
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return Object.assign(proxy, {
    url: url.href,
    database: {
      url: url.href,
      connect: async () => connectPostgres(url.href, 10),
      drop: async () => {},
    },
    cut,
    restore,
    breakOnce: (text: string, moment: 'before' | 'after', behind?: string) => {
      trap = { text, moment, behind }
    },
    muteAt: (text: string) => {
      mutingText = text
    },
    stop: async () => {
      await cut()
      await own.drop()
    },
  })
}

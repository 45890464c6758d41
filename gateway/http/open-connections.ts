// The connections of one listener, and an end for all of them that waits for requests, and for nothing else.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

export interface OpenConnections {
  /** Is told of each request. */
  began(incoming: IncomingMessage, response: ServerResponse): void
  /** Resolves when no connection is left: after what is in flight, `drainMs` at the latest. */
  drain(drainMs: number): Promise<void>
}

interface Connection {
  readonly socket: Socket
  readonly bytesBefore: number
}

const SWEEP_MS = 50
/** What a connection has sent may still be on its way to us. */
const SILENT_MS = 150
/** How long a head that has begun to arrive is waited for. */
const HEAD_MS = 1000

/**
 * `server.close()` waits for every connection, and `closeIdleConnections()` knows those alone that have had an answer.
 * One that never sends a byte (a browser opens such ahead of time) or stops within a TLS handshake would hold up a stop:
 *
 *   in flight     a request without its whole answer      ends with the answer, or after drainMs
 *   beginning     some bytes of a head or handshake       ends after HEAD_MS
 *   silent        nothing of a request                    ends after SILENT_MS
 *   idle          nothing since an answer                 ends at once
 */
export function trackConnections(server: Server): OpenConnections {
  // By peer: under TLS two sockets are one connection, and node does not say which two.
  const open = new Map<string, Connection>()
  const inFlight = new Map<Socket, number>()
  server.on('connection', keep)
  server.on('secureConnection', keep)

  function keep(socket: Socket): void {
    const peer = `${socket.remoteAddress} ${socket.remotePort}`
    // A TLS handshake is over and counted when its socket comes.
    const connection = { socket, bytesBefore: socket.bytesRead }
    open.set(peer, connection)
    socket.once('close', () => {
      if (open.get(peer) === connection) open.delete(peer)
    })
  }

  function sweep(elapsedMs: number): void {
    server.closeIdleConnections()
    for (const { socket, bytesBefore } of open.values()) {
      if (inFlight.has(socket)) continue
      const longestMs = socket.bytesRead === bytesBefore ? SILENT_MS : HEAD_MS
      if (elapsedMs >= longestMs) socket.destroy()
    }
  }

  return {
    began({ socket }, response) {
      inFlight.set(socket, (inFlight.get(socket) ?? 0) + 1)
      response.once('close', () => {
        const left = (inFlight.get(socket) ?? 0) - 1
        if (left > 0) inFlight.set(socket, left)
        else inFlight.delete(socket)
      })
    },
    drain: (drainMs) =>
      new Promise((resolve) => {
        const startedAt = performance.now()
        const timer = setInterval(() => {
          const elapsedMs = performance.now() - startedAt
          if (elapsedMs >= drainMs) inFlight.clear()
          sweep(elapsedMs)
        }, SWEEP_MS)
        server.close(() => {
          clearInterval(timer)
          resolve()
        })
        server.closeIdleConnections()
      }),
  }
}

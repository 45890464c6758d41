// The end of a server: after the requests in flight, and no later for connections that carry none.
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

const SWEEP_MS = 50
/** What a connection has sent may still be on its way to us. */
const SILENT_SWEEPS = 4

/**
 * Call it when the server is made; what it returns stops the server.
 *
 * `close()` waits for every connection. `closeIdleConnections()` knows those alone that have had an answer, so one that
 * never sent a byte would hold up every stop.
 */
export function prepareStop(server: Server, longestMs: number): () => Promise<void> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return () =>
    new Promise((resolve) => {
      let sweeps = 0
      const sweep = setInterval(() => {
        server.closeIdleConnections()
        sweeps += 1
        if (sweeps >= SILENT_SWEEPS) destroySilent()
      }, SWEEP_MS)
      const cut = setTimeout(() => server.closeAllConnections(), longestMs)
      server.close(() => {
        clearInterval(sweep)
        clearTimeout(cut)
        resolve()
      })
      server.closeIdleConnections()
    })

  function destroySilent(): void {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  }
}

// A TCP proxy that can be slow: what goes either way arrives so much later, in order.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface SlowWay {
  readonly port: number
  /** In each direction. Less of it counts for what is on its way as well: nothing overtakes what was sent before. */
  delayMs: number
  stop(): Promise<void>
}

/** How soon a changed delay is noticed. */
const LOOK_MS = 20

export async function startSlowWay(targetPort: number): Promise<SlowWay> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1')
    carry(client, upstream)
    carry(upstream, client)
  })

  function carry(from: Socket, to: Socket): void {
    sockets.add(from)
    from.setNoDelay(true)
    const later = createLine()
    from.on('data', (chunk) => later(() => to.write(chunk)))
    from.on('end', () => later(() => to.end()))
    from.on('error', () => to.destroy())
    from.on('close', () => {
      sockets.delete(from)
      later(() => to.destroy())
    })
  }

  /** One direction of a connection. */
  function createLine(): (work: () => void) => void {
    const line: { readonly sentAt: number; readonly work: () => void }[] = []
    const advance = (): void => {
      for (let [first] = line; first !== undefined; [first] = line) {
        const leftMs = first.sentAt + way.delayMs - performance.now()
        if (leftMs > 0) {
          setTimeout(advance, Math.min(leftMs, LOOK_MS))
          return
        }
        first.work()
        line.shift()
      }
    }
    return (work) => {
      line.push({ sentAt: performance.now(), work })
      if (line.length === 1) advance()
    }
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const way: SlowWay = {
    port: (server.address() as AddressInfo).port,
    delayMs: 0,
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  return way
}

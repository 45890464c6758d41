// A TCP proxy that can be slow: what goes either way arrives so much later, in order.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface SlowWay {
  readonly port: number
  /** Of what is sent from now on, in each direction. */
  delayMs: number
  stop(): Promise<void>
}

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
    const later = (work: () => void) => setTimeout(work, way.delayMs)
    from.on('data', (chunk) => later(() => to.write(chunk)))
    from.on('end', () => later(() => to.end()))
    from.on('error', () => to.destroy())
    from.on('close', () => {
      sockets.delete(from)
      later(() => to.destroy())
    })
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

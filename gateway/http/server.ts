// One listener: node:http with the limits that Node leaves open, and a stop that drains.
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { GatewayConfig, GatewayLimits } from '../config.ts'
import {
  findRefusal,
  HEAD_ROOM,
  type HeadersForOrigin,
  type KnownOrigins,
  refuseBrokenRequest,
  refuseRequest,
} from './early-refusals.ts'
import { trackConnections } from './open-connections.ts'

export type Handler = (incoming: IncomingMessage, response: ServerResponse) => void

export interface Listener {
  readonly url: string
  /** Takes no more requests, lets those in flight finish, for `drainMs` at most. */
  stop(): Promise<void>
}

export interface ListenOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly tls: GatewayConfig['tls']
  readonly limits: GatewayLimits
  readonly handle: Handler
  /** CORS headers for refusals that come before `handle`. Default: none. */
  readonly headersFor?: HeadersForOrigin
  /** Not shared between workers. Default: shared. */
  readonly isExclusive?: boolean
}

export async function listen(options: ListenOptions): Promise<Listener> {
  const { limits, host, isExclusive: exclusive = false, headersFor = () => ({}) } = options
  let isStopping = false
  /** Sockets of requests that are answered although the parser, a moment later, cannot read them either. */
  const refused = new WeakSet<Socket>()
  const origins: KnownOrigins = new WeakMap()
  const server = createHttpServer(options, (incoming, response) => {
    connections.began(incoming, response)
    const refusal = findRefusal(incoming, limits.headerBytes)
    if (refusal !== null) {
      refused.add(incoming.socket)
      return refuseRequest(refusal, { incoming, response, headersFor })
    }
    const { origin } = incoming.headers
    if (origin !== undefined) origins.set(incoming.socket, origin)
    if (isStopping) response.setHeader('connection', 'close')
    options.handle(incoming, response)
  })
  const connections = trackConnections(server)
  server.headersTimeout = limits.headersTimeoutMs
  server.requestTimeout = limits.requestTimeoutMs
  server.keepAliveTimeout = 65_000
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!refused.has(socket)) refuseBrokenRequest(error, { socket, headersFor, origins })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port: options.port, host, exclusive }, resolve)
  })
  const { port } = server.address() as AddressInfo
  const urlHost = host.includes(':') ? `[${host}]` : host

  return {
    url: `${options.tls ? 'https' : 'http'}://${urlHost}:${port}`,
    async stop() {
      isStopping = true
      // A request may be on its way over a connection that looks idle: answers say "close" for a moment before
      // idle connections are closed, or that request would be reset.
      await new Promise((resolve) => setTimeout(resolve, limits.drainNoticeMs))
      await connections.drain(limits.drainMs)
    },
  }
}

function createHttpServer({ tls, limits }: ListenOptions, handle: Handler): Server {
  const options = {
    maxHeaderSize: HEAD_ROOM * limits.headerBytes,
    // Node looks for late requests only every 30 s unless told otherwise.
    connectionsCheckingInterval: 1000,
    // Refused below, as all others are.
    requireHostHeader: false,
    noDelay: true,
  }
  if (tls === null) return createServer(options, handle)
  return createTlsServer(
    { ...options, cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) },
    handle,
  )
}

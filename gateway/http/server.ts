// One listener: node:http with the limits that Node leaves open, and a stop that drains.
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { GatewayConfig, GatewayLimits } from '../config.ts'

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
  /** Not shared between workers. Default: shared. */
  readonly isExclusive?: boolean
}

export async function listen(options: ListenOptions): Promise<Listener> {
  const { limits, host, isExclusive: exclusive = false } = options
  let isStopping = false
  /** Sockets of requests that are answered although the parser, a moment later, cannot read them either. */
  const refused = new WeakSet<Socket>()
  const server = createHttpServer(options, (incoming, response) => {
    if (hasUnknownCoding(incoming)) {
      refused.add(incoming.socket)
      return refuseUnknownCoding(response)
    }
    if (isStopping) response.setHeader('connection', 'close')
    options.handle(incoming, response)
  })
  server.headersTimeout = limits.headersTimeoutMs
  server.requestTimeout = limits.requestTimeoutMs
  server.keepAliveTimeout = 65_000
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (!refused.has(socket)) refuseBrokenRequest(error, socket)
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
      await drain(server, limits.drainMs)
    },
  }
}

function createHttpServer({ tls, limits }: ListenOptions, handle: Handler): Server {
  const options = {
    maxHeaderSize: limits.headerBytes,
    // Node looks for late requests only every 30 s unless told otherwise.
    connectionsCheckingInterval: 1000,
    requireHostHeader: true,
    noDelay: true,
  }
  if (tls === null) return createServer(options, handle)
  return createTlsServer(
    { ...options, cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) },
    handle,
  )
}

function drain(server: Server, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), drainMs)
    // A connection is idle once its last answer is out: look for such ones until none is left.
    const sweep = setInterval(() => server.closeIdleConnections(), 50)
    server.close(() => {
      clearTimeout(deadline)
      clearInterval(sweep)
      resolve()
    })
    server.closeIdleConnections()
  })
}

const brokenRequests: Readonly<Record<string, readonly [status: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive.'],
}

const LINGER_MS = 1000
const JSON_TYPE = 'application/json; charset=utf-8'

// Requests that never became one: there is no response object, only the socket.
function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const [status, message] = brokenRequests[error.code ?? ''] ?? [
    '400 Bad Request',
    'The request is not valid HTTP.',
  ]
  const body = brokenBody(message)
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: ${JSON_TYPE}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
  // Closing at once, with bytes unread, would reset the connection before the answer is read;
  // waiting for the client's end would leave it to the client.
  socket.resume()
  const cut = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(cut))
}

// Node undoes `chunked` and passes over whatever coding is said to lie below it. Somebody in front who reads it another
// way would see another request in the same bytes (RFC 9112, section 6.1).
function hasUnknownCoding({ headers }: IncomingMessage): boolean {
  const coding = headers['transfer-encoding']
  return coding !== undefined && coding.toLowerCase() !== 'chunked'
}

function refuseUnknownCoding(response: ServerResponse): void {
  const body = brokenBody('Of transfer codings only "chunked" is known here.')
  response.writeHead(501, { 'content-type': JSON_TYPE, connection: 'close' })
  response.end(body)
}

function brokenBody(message: string): string {
  return JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] })
}

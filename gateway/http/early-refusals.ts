// Requests that no handler sees: those that node's parser gives up, and those that it takes and we do not.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { HeaderMap } from './security-headers.ts'

/** CORS headers for an `Origin`: a page that may read our answers may read its refusals too. */
export type HeadersForOrigin = (origin: string | undefined) => HeaderMap

interface Refusal {
  readonly status: number
  readonly phrase: string
  readonly message: string
}

const notHttp: Refusal = {
  status: 400,
  phrase: 'Bad Request',
  message: 'The request is not valid HTTP.',
}
const noHost: Refusal = { ...notHttp, message: 'Send a Host header.' }
const lateRequest: Refusal = {
  status: 408,
  phrase: 'Request Timeout',
  message: 'The request took too long to arrive.',
}
const largeHead: Refusal = {
  status: 431,
  phrase: 'Request Header Fields Too Large',
  message: 'The headers are too large.',
}
const unknownCoding: Refusal = {
  status: 501,
  phrase: 'Not Implemented',
  message: 'Of transfer codings only "chunked" is known here.',
}
const unknownVersion: Refusal = {
  status: 505,
  phrase: 'HTTP Version Not Supported',
  message: 'Use HTTP/1.1.',
}

/**
 * Node's own limit for a head stands this much above ours. Between the two the head is read to its end, so that the
 * refusal can say to a page of which origin it is readable; cookies that grow too large end there.
 */
export const HEAD_ROOM = 4

/** What is wrong with the form of a request that node's parser has taken; null: nothing. */
export function findRefusal(incoming: IncomingMessage, headerBytes: number): Refusal | null {
  const { httpVersion, headers } = incoming
  // Node takes HTTP/0.9, which has no headers, and a request line that says HTTP/2.0.
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return unknownVersion
  if (headers.host === undefined && httpVersion === '1.1') return noHost
  // Node undoes `chunked` and passes over whatever coding is said to lie below it. Somebody in front who reads it another
  // way would see another request in the same bytes (RFC 9112, section 6.1).
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return unknownCoding
  return isHeadLarger(incoming, headerBytes) ? largeHead : null
}

function isHeadLarger({ url = '', rawHeaders }: IncomingMessage, headerBytes: number): boolean {
  let bytes = url.length
  for (const text of rawHeaders) bytes += text.length
  return bytes > headerBytes
}

const LINGER_MS = 1000
const JSON_TYPE = 'application/json; charset=utf-8'

export function refuseRequest(
  refusal: Refusal,
  {
    incoming,
    response,
    headersFor,
  }: { incoming: IncomingMessage; response: ServerResponse; headersFor: HeadersForOrigin },
): void {
  const body = bodyOf(refusal)
  response.writeHead(refusal.status, {
    ...headersFor(incoming.headers.origin),
    'content-type': JSON_TYPE,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  })
  response.write(body)
  // Ending closes the connection, which has to wait as below.
  const cut = setTimeout(() => response.end(), LINGER_MS)
  response.once('close', () => clearTimeout(cut))
  incoming.once('end', () => response.end())
  incoming.resume()
}

/** For requests that never became one: there is no response object, only the socket. */
export function refuseBrokenRequest(
  error: NodeJS.ErrnoException & { readonly rawPacket?: Buffer },
  {
    socket,
    headersFor,
    origins,
  }: { socket: Socket; headersFor: HeadersForOrigin; origins: KnownOrigins },
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const refusal = brokenRequests[error.code ?? ''] ?? notHttp
  const body = bodyOf(refusal)
  const headers = {
    ...headersFor(originIn(error.rawPacket) ?? origins.get(socket)),
    'content-type': JSON_TYPE,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${refusal.status} ${refusal.phrase}\r\n${lines.join('')}\r\n${body}`)
  lingerOn(socket)
}

const brokenRequests: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: largeHead,
  HPE_INVALID_VERSION: unknownVersion,
  ERR_HTTP_REQUEST_TIMEOUT: lateRequest,
}

/** Closing at once, with bytes unread, resets the connection before the answer is read; waiting for the client's end would leave it to the client. */
function lingerOn(socket: Socket): void {
  socket.resume()
  const cut = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(cut))
}

/** By connection, for a request whose body does not come to its end: then there is nothing but the socket. */
export type KnownOrigins = WeakMap<Socket, string>

/** The `Origin` in the bytes that the parser gave up. They are no HTTP: nothing but a listed origin may follow from it. */
function originIn(packet: Buffer | undefined): string | undefined {
  return /\norigin:[ \t]*([^\s]+)/i.exec(packet?.toString('latin1') ?? '')?.[1]
}

function bodyOf({ message }: Refusal): string {
  return JSON.stringify({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] })
}

// Step "preconditions": method, media types and the form of the request, before a byte of the body is read.
import type { IncomingMessage } from 'node:http'
import { negotiateMediaType } from '../errors.ts'
import { isRepeated } from '../http/credentials-in-headers.ts'
import { refuseCredentialInUrl } from '../http/credentials-in-url.ts'
import {
  badRequest,
  methodNotAllowed,
  notAcceptable,
  serviceUnavailable,
  unsupportedMediaType,
} from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'
import type { Graph } from '../supergraph.ts'

export function checkPreconditions(parts: { currentGraph(): Graph | null }) {
  return function preconditions(request: GatewayRequest): void {
    const { incoming } = request
    request.mediaType = acceptedMediaType(incoming)
    if (incoming.method !== 'GET' && incoming.method !== 'POST') throw methodNotAllowed('GET, POST')
    if (isRepeated(incoming, 'host')) throw badRequest('Send one Host header.')
    refuseCredentialInUrl(request.search)
    if (incoming.method === 'GET') requirePreflight(incoming)
    else requireJson(incoming)
    const graph = parts.currentGraph()
    if (graph === null) throw serviceUnavailable('NO_GRAPH')
    request.enterGraph(graph)
  }
}

function acceptedMediaType(incoming: IncomingMessage) {
  const mediaType = negotiateMediaType(incoming.headers.accept)
  if (mediaType === null) throw notAcceptable()
  return mediaType
}

// Without one of these headers a browser would send the request for any page, without asking first.
function requirePreflight({ headers }: IncomingMessage): void {
  const contentType = headers['content-type']
  if (contentType !== undefined) {
    if (isJson(contentType)) return
    throw badRequest('A GET request has no body: send no Content-Type, or application/json.')
  }
  if (headers['apollo-require-preflight'] || headers['x-apollo-operation-name']) return
  throw badRequest('Send the header Apollo-Require-Preflight with GET requests.', 'CSRF_PREVENTION')
}

function requireJson({ headers }: IncomingMessage): void {
  if (!isJson(headers['content-type'] ?? '')) {
    throw unsupportedMediaType('Send application/json, in UTF-8.')
  }
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw unsupportedMediaType('Compressed bodies are not taken.')
  }
}

function isJson(contentType: string): boolean {
  if (contentType === 'application/json') return true
  const [type = '', ...parameters] = contentType.toLowerCase().split(';')
  if (type.trim() !== 'application/json') return false
  return parameters.every((parameter) => {
    // RFC 9110, section 5.6.6: a parameter may be missing after its semicolon.
    if (parameter.trim() === '') return true
    const [name = '', value = ''] = parameter.split('=').map((part) => part.trim())
    if (name !== 'charset') return false
    return /^"?utf-?8"?$/.test(value)
  })
}

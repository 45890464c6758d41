// Step "preconditions": method, media types and the form of the request, before a byte of the body is read.
import type { IncomingMessage } from 'node:http'
import { negotiateMediaType } from '../errors.ts'
import { isRepeated } from '../http/credentials-in-headers.ts'
import {
  badRequest,
  credentialInUrl,
  methodNotAllowed,
  notAcceptable,
  serviceUnavailable,
  unsupportedMediaType,
} from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'
import type { Graph } from '../supergraph.ts'

const credentialNames =
  /(?:^|&)(?:access_?token|id_?token|refresh_?token|token|jwt|api_?key|x-api-key|api_?secret|x-api-secret|secret|authorization|password)=/i
// A JWT is looked for where a word begins: from every "eyJ" of a long text the search would be quadratic.
const credentialValues =
  /sp[ks]_(?:live|test)_|srt_|(?:^|[^\w-]|%[0-9a-f]{2})eyJ[\w-]+(?:\.|%2e)eyJ/i

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

// URLs end up in histories, referers and logs: a credential found in one is burnt.
export function refuseCredentialInUrl(search: string): void {
  if (search === '') return
  if (credentialNames.test(search) || credentialValues.test(search)) throw credentialInUrl()
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

// What hooks may add: checked here, so that none of them can set a cookie, name a caller or weaken a header of the gateway.
import { GatewayError } from '../errors.ts'
import type { HeaderValues, ResponseAdditions } from './hooks.ts'

const NAME = /^[a-z0-9-]{1,64}$/
const VALUE = /^[\t\x20-\x7e]{0,1024}$/
const NEVER_TO_SUBGRAPHS =
  /^(authorization|cookie2?|set-cookie|x-api-.*|x-csrf-token|sallyport-.*|host|content-.*|transfer-encoding|connection|keep-alive|te|trailer|upgrade|expect|proxy-.*|accept|accept-encoding)$/
const TO_CLIENTS =
  /^x-(?!request-id$|api-|csrf-|frame-options$|content-type-options$|xss-protection$)/
const MAX_HEADERS = 20
const EXTENSIONS_BYTES = 8192

/** Names of a client's headers that no hook reads. */
export const CREDENTIAL_HEADERS =
  /^(authorization|proxy-authorization|cookie2?|x-api-.*|x-csrf-token|sallyport-.*)$/

export function refusedByHook(message: string): GatewayError {
  return new GatewayError('FORBIDDEN', { message, reason: 'REFUSED_BY_HOOK' })
}

export function checkSubgraphHeaders(returned: { readonly headers: HeaderValues }) {
  checkHeaders(returned.headers, (name) => !NEVER_TO_SUBGRAPHS.test(name))
  return returned
}

export function checkResponse(returned: ResponseAdditions): ResponseAdditions {
  checkHeaders(returned.headers ?? {}, (name) => TO_CLIENTS.test(name))
  const { extensions = {} } = returned
  if (Buffer.byteLength(JSON.stringify(extensions)) > EXTENSIONS_BYTES) {
    throw new Error(`"extensions" is larger than ${EXTENSIONS_BYTES} bytes`)
  }
  return returned
}

function checkHeaders(headers: HeaderValues, isAllowed: (name: string) => boolean): void {
  const entries = Object.entries(headers)
  if (entries.length > MAX_HEADERS) throw new Error(`more than ${MAX_HEADERS} headers`)
  for (const [name, value] of entries) {
    if (!NAME.test(name) || !isAllowed(name)) throw new Error(`a hook does not set "${name}"`)
    if (typeof value !== 'string' || !VALUE.test(value)) {
      throw new Error(`the value of "${name}" is not a line of ASCII of at most 1024 characters`)
    }
  }
}

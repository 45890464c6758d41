// What auth alone is told about the client, in the gateway's own headers.
import { preferredLanguage } from '../../platform/language.ts'
import { cookieUse } from '../authenticate/origin.ts'
import type { GatewayRequest } from '../request.ts'

/** Headers for auth alone. Cookie values go only where they belong, and only if this page may use them. */
export function authHeaders(request: GatewayRequest): Record<string, string> {
  const { incoming, caller, cookies, prepared, graph } = request
  const headers: Record<string, string> = { 'sallyport-client-address': caller.address }
  const agent = printable(incoming.headers['user-agent'])
  if (agent !== '') headers['sallyport-client-user-agent'] = agent
  // Never the client's text: one of our own names.
  const language = preferredLanguage(incoming.headers['accept-language'])
  if (language !== null) headers['sallyport-client-language'] = language
  headers['sallyport-operation-hash'] = prepared.queryHash
  if (prepared.operationName !== null) headers['sallyport-operation'] = prepared.operationName
  if (caller.isForwardingIgnored) headers['sallyport-client-forwarding-ignored'] = caller.address
  if (!prepared.isStaleCredentials) return headers

  // What ends the session of a header credential ends that one: the cookies beside it, which were not looked at, must not be cleared.
  const { reads } = prepared.credentials
  const isOfOther = reads.has('session') && request.hasHeaderCredential
  const use = isOfOther ? 'unused' : cookieUse(incoming, caller, graph.cors)
  headers['sallyport-client-cookies'] = use
  if (use !== 'allowed') return headers
  const values = {
    'sallyport-client-refresh': reads.has('refresh') ? cookies.refresh : undefined,
    'sallyport-client-flow': reads.has('flow') ? cookies.flow : undefined,
    'sallyport-client-device': reads.has('device') ? cookies.device : undefined,
  }
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) headers[name] = printable(value)
  }
  return headers
}

export function printable(text: string | undefined, longest = 512): string {
  return (text ?? '').replace(/[^\x20-\x7e]/g, '?').slice(0, longest)
}

// What auth is told with a request for a passed path. Every line is ours: nothing that a client sent under these names counts.
import { preferredLanguage } from '../../platform/language.ts'
import { keepsCookies } from '../authenticate/origin.ts'
import type { Principal } from '../authenticate/principal.ts'
import { readCookie } from '../http/page-cookies.ts'
import type { Identity } from '../identity.ts'
import { printable } from '../pipeline/auth-headers.ts'
import type { GatewayRequest } from '../request.ts'
import type { IdentityTarget } from '../request-context.ts'
import { AUTH_SUBGRAPH } from '../supergraph/config.ts'
import type { PassedBody } from './body.ts'
import type { PageForm } from './form.ts'
import type { PassedPath } from './paths.ts'

const auth: IdentityTarget = {
  name: AUTH_SUBGRAPH,
  identity: { grants: [], header: 'sallyport-identity' },
}

export interface HeadersParts {
  readonly publicUrl: string
  readonly identity: Identity
  /** Who programs are to the gateway: auth checks what they send. */
  readonly anonymous: Principal
}

export async function headersInwards(
  { publicUrl, identity, anonymous }: HeadersParts,
  path: PassedPath,
  of: {
    readonly request: GatewayRequest
    readonly body: PassedBody | null
    readonly form?: PageForm
    readonly lostSession?: string | null
  },
): Promise<Record<string, string>> {
  const { incoming, caller, id } = of.request
  const { host, protocol } = new URL(publicUrl)
  const isPage = path.for === 'people'
  const principal = isPage ? of.request.principal : anonymous
  const token = await identity.headerFor(principal, auth, 'passed')
  const language = preferredLanguage(incoming.headers['accept-language'])
  const sent: Record<string, string | null | undefined> = {
    host,
    'x-forwarded-host': host,
    'x-forwarded-proto': protocol.slice(0, -1),
    'x-forwarded-for': caller.address,
    [token.name]: token.value,
    accept: isPage ? 'text/html' : 'application/json',
    'content-type': of.body?.type,
    cookie: flowCookies(path, incoming.headers.cookie),
    authorization: isPage ? null : printable(incoming.headers.authorization, 8192),
    // One that is there twice is auth's to refuse: without any, a token would be bound to nobody (RFC 9449, 4.3).
    dpop: isPage ? null : printable(incoming.headers.dpop?.toString(), 4096),
    'sallyport-request-id': id,
    'sallyport-client-address': caller.address,
    'sallyport-client-user-agent': printable(incoming.headers['user-agent']),
    'sallyport-client-language': language,
    'sallyport-client-forwarding-ignored': caller.isForwardingIgnored ? caller.address : null,
    'sallyport-client-form': of.form?.tie.token,
    'sallyport-client-lost-session': of.lostSession,
    ...(isPage && sessionHeaders(path, of.request)),
  }
  return Object.fromEntries(
    Object.entries(sent).filter((pair): pair is [string, string] => Boolean(pair[1])),
  )
}

/** With a form alone, whose origin was checked: a link does nothing, and so needs nothing. */
function sessionHeaders(
  { reads = [] }: PassedPath,
  { incoming, caller, cookies }: GatewayRequest,
): Record<string, string> {
  if (incoming.method !== 'POST') return {}
  if (!keepsCookies(incoming, caller)) return { 'sallyport-client-cookies': 'insecure' }
  return {
    'sallyport-client-cookies': 'allowed',
    ...Object.fromEntries(
      reads.map((name) => [`sallyport-client-${name}`, printable(cookies[name])]),
    ),
  }
}

function flowCookies({ flowCookies = [] }: PassedPath, header: string | undefined): string {
  const pairs = flowCookies.map((name) => [name, readCookie(header, name)] as const)
  return pairs
    .filter(([, value]) => value !== null && /^[\w.~-]+$/.test(value))
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
}

// Opens identity tokens: what a subgraph runs on each request before anything else.
import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { JSONWebKeySet } from 'jose'
import { createTokenCache } from './cache.ts'
import { type Claims, claimsFromPayload } from './claims.ts'
import {
  IDENTITY_HEADER,
  IDENTITY_MAX_LIFETIME_SECONDS,
  IDENTITY_TYP,
  IDENTITY_VERSION,
} from './identity.ts'
import { createJwks, createLocalJwks, type KeySource } from './jwks.ts'
import { JwtError, verifyStrictJwt } from './jwt.ts'

export interface IdentityReaderOptions {
  /** This subgraph's name in `supergraph.yaml`: the token's `aud`. */
  subgraph: string
  /** The gateway's `PUBLIC_URL`: the token's `iss`. */
  issuer: string
  /** Where the gateway publishes its keys. Default `<issuer>/.well-known/identity-jwks.json`. */
  jwksUrl?: string
  /** Keys in hand, instead of a URL. */
  jwks?: JSONWebKeySet
  /** The header that carries the token; `authorization` means `Bearer`. Default `sallyport-identity`. */
  header?: 'sallyport-identity' | 'authorization'
  /** The time in milliseconds. Default `Date.now`. */
  now?: () => number
  /** Default: the global `fetch`. */
  fetch?: typeof fetch
}

export interface IdentityReader {
  /** The caller of a request. Throws IdentityError; never yields claims that nobody signed. */
  read(headers: Headers | IncomingHttpHeaders): Promise<Claims>
  /** The claims of a token that came some other way. Throws IdentityError. */
  verify(token: string): Promise<Claims>
}

/**
 * Why a request is refused. Apollo Server and GraphQL Yoga honour `extensions` as they stand.
 * `UNAUTHENTICATED` (401): no token, or none that is good here. `SERVICE_UNAVAILABLE` (503): the
 * gateway's keys cannot be had, which says nothing about the caller.
 */
export class IdentityError extends Error {
  override readonly name = 'IdentityError'
  readonly code: 'UNAUTHENTICATED' | 'SERVICE_UNAVAILABLE'
  /** The HTTP status to answer with. */
  readonly status: 401 | 503

  constructor(code: 'UNAUTHENTICATED' | 'SERVICE_UNAVAILABLE', options?: ErrorOptions) {
    super(PUBLIC_TEXT[code], options)
    this.code = code
    this.status = code === 'UNAUTHENTICATED' ? 401 : 503
  }

  get extensions() {
    const { code, status } = this
    if (status === 401) return { code, http: { status } }
    const headers = new Map([['retry-after', String(RETRY_AFTER_SECONDS)]])
    return { code, retryAfterSeconds: RETRY_AFTER_SECONDS, http: { status, headers } }
  }
}

const PUBLIC_TEXT = {
  UNAUTHENTICATED: 'This subgraph answers the gateway alone.',
  SERVICE_UNAVAILABLE: 'The caller cannot be verified at the moment.',
}
const RETRY_AFTER_SECONDS = 1

/**
 * A reader of the identity tokens of one subgraph. Verified tokens are remembered (at most 5000, by
 * the hash of their exact bytes) until they expire, because the gateway sends one many times.
 */
export function createIdentityReader(options: IdentityReaderOptions): IdentityReader {
  const { subgraph, issuer, header = IDENTITY_HEADER, now = Date.now } = options
  const keys = keySource(options)
  const cache = createTokenCache<Claims>({ maxEntries: 5000, now })

  async function verify(token: string): Promise<Claims> {
    const digest = createHash('sha256').update(String(token)).digest('base64')
    const remembered = cache.get(digest)
    if (remembered) return remembered
    const { claims, exp } = await open(token)
    cache.set(digest, claims, exp * 1000)
    return claims
  }

  async function open(token: string): Promise<{ claims: Claims; exp: number }> {
    try {
      const { payload } = await verifyStrictJwt(token, {
        typ: IDENTITY_TYP,
        issuer,
        audience: subgraph,
        maxLifetimeSeconds: IDENTITY_MAX_LIFETIME_SECONDS,
        getKey: async (kid) => (await keys()).getKey(kid),
        now,
      })
      if (payload.ver !== IDENTITY_VERSION) throw new JwtError('INVALID', 'ver is unknown')
      return { claims: claimsFromPayload(payload), exp: Number(payload.exp) }
    } catch (cause) {
      const isUnavailable = cause instanceof JwtError && cause.code === 'KEYS_UNAVAILABLE'
      throw new IdentityError(isUnavailable ? 'SERVICE_UNAVAILABLE' : 'UNAUTHENTICATED', { cause })
    }
  }

  return {
    verify,
    async read(headers) {
      const token = tokenFrom(headers, header)
      if (token === null) throw new IdentityError('UNAUTHENTICATED')
      return verify(token)
    },
  }
}

function keySource(options: IdentityReaderOptions): () => Promise<KeySource> {
  if (options.jwks) {
    const local = createLocalJwks(options.jwks)
    local.catch(() => undefined)
    return () => local
  }
  const base = options.issuer.replace(/(?<!\/)\/+$/, '')
  const url = options.jwksUrl ?? `${base}/.well-known/identity-jwks.json`
  const { now, fetch } = options
  const remote = createJwks({ url, ...(now && { now }), ...(fetch && { fetch }) })
  return async () => remote
}

function tokenFrom(headers: Headers | IncomingHttpHeaders, name: string): string | null {
  const value = headers instanceof Headers ? headers.get(name) : headers[name]
  if (typeof value !== 'string') return null
  if (name !== 'authorization') return value
  return /^Bearer +(\S+)$/i.exec(value)?.[1] ?? null
}

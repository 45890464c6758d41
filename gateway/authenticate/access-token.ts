// Access tokens (RFC 9068): verified once, then known by the SHA-256 of their exact bytes.
import { hash } from 'node:crypto'
import {
  ClaimsError,
  FIRST_PARTY_CLIENT,
  type PrincipalKindRules,
  rulesOfKind,
} from '@sallyport/claims'
import { IN_THE_FUTURE, JwtError, type KeySource, verifyStrictJwt } from '@sallyport/claims/jwt'
import { type CacheUse, createBoundedCache } from '../bounded-cache.ts'
import { type Credential, createPrincipal, type Principal } from './principal.ts'
import { refused, type Verdict } from './verdict.ts'

export interface AccessTokensOptions {
  readonly issuer: string
  readonly maxLifetimeSeconds: number
  readonly keys: KeySource
  /** Wall clock in milliseconds. */
  readonly now: () => number
  /** Verified tokens kept, some 3 KB each. Default 20,000. */
  readonly cacheSize?: number
}

export interface AccessTokens {
  check(token: string, use: 'bearer' | 'cookie'): Verdict | Promise<Verdict>
  readonly use: CacheUse
}

interface Verified {
  readonly credential: Credential
  readonly accepted: Verdict
  /** Verified again after this: a key withdrawn from the JWKS ends its tokens, feed or no feed. */
  reverifyAtMs: number
}

const LEEWAY_MS = 5000
const REVERIFY_AFTER_MS = 60_000

/** Verifies access tokens and remembers those that were good, bounded, until they expire. */
export function createAccessTokens(options: AccessTokensOptions): AccessTokens {
  const verified = createBoundedCache<Verified>({ maxEntries: options.cacheSize ?? 20_000 })

  return {
    get use() {
      return verified.use
    },
    check(token, use) {
      const key = hash('sha256', token, 'base64')
      const known = verified.get(key)
      const now = options.now()
      if (known === undefined || now >= known.reverifyAtMs) return verify(token, key, use)
      return verdictOn(known, use, now)
    },
  }

  async function verify(token: string, key: string, use: 'bearer' | 'cookie'): Promise<Verdict> {
    try {
      const credential = await read(token)
      const found = verified.get(key) ?? accept(credential)
      found.reverifyAtMs = options.now() + REVERIFY_AFTER_MS
      verified.set(key, found)
      return verdictOn(found, use, options.now())
    } catch (error) {
      return verdictOnFailure(error)
    }
  }

  async function read(token: string): Promise<Credential> {
    const { payload, kid } = await verifyStrictJwt(token, {
      typ: 'at+jwt',
      issuer: options.issuer,
      audience: options.issuer,
      maxLifetimeSeconds: options.maxLifetimeSeconds,
      getKey: (wanted) => options.keys.getKey(wanted),
      now: options.now,
    })
    return credentialOf(payload, kid)
  }
}

function accept(credential: Credential): Verified {
  return { credential, accepted: { kind: 'accepted', credential }, reverifyAtMs: 0 }
}

// A cookie session's token must not work as a bearer, nor the reverse: only then is the CSRF check
// of cookies unavoidable, and a stolen cookie useless elsewhere.
function verdictOn(
  { credential, accepted }: Verified,
  use: Credential['use'],
  now: number,
): Verdict {
  if (credential.use !== use) return refused('TOKEN_INVALID')
  if (now >= credential.expiresAtMs) return refused('TOKEN_EXPIRED')
  return accepted
}

function verdictOnFailure(error: unknown): Verdict {
  if (error instanceof ClaimsError) return refused('TOKEN_INVALID')
  if (!(error instanceof JwtError)) throw error
  if (error.code === 'KEYS_UNAVAILABLE') return { kind: 'unavailable' }
  // Nobody but us made it, so a client can do nothing: an operator reads it, see docs/operators.md.
  if (error.message === IN_THE_FUTURE) return refused('TOKEN_INVALID', 'TOKEN_FROM_THE_FUTURE')
  return refused(error.code === 'EXPIRED' ? 'TOKEN_EXPIRED' : 'TOKEN_INVALID')
}

function credentialOf(payload: Readonly<Record<string, unknown>>, kid: string): Credential {
  const principal = principalOf(payload)
  const { csrf, iat, exp, jti } = payload
  if (csrf !== undefined && (typeof csrf !== 'string' || csrf === '')) {
    throw new ClaimsError('csrf is not a non-empty string')
  }
  return {
    principal,
    use: csrf === undefined ? 'bearer' : 'cookie',
    kid,
    csrf: csrf ?? null,
    boundKey: boundKeyOf(payload),
    expiresAtMs: (exp as number) * 1000 + LEEWAY_MS,
    issuedAt: iat as number,
    tokenId: typeof jti === 'string' ? jti : null,
    confirmedAt: Number.NEGATIVE_INFINITY,
    checkedAt: Number.NEGATIVE_INFINITY,
  }
}

/** What binds it to its sender otherwise is nothing that we check: refused. */
function boundKeyOf({ cnf, csrf }: Readonly<Record<string, unknown>>): string | null {
  if (cnf === undefined) return null
  const { jkt, ...others } = Object(cnf) as Record<string, unknown>
  const isWhole = typeof jkt === 'string' && jkt !== '' && Object.keys(others).length === 0
  if (!isWhole || csrf !== undefined) throw new ClaimsError('cnf is not a thumbprint of a key')
  return jkt
}

/** Kinds that one of auth's own tokens can prove. */
const PROVED_BY_TOKEN: readonly unknown[] = [
  'access-token',
  'oauth-access-token',
  'oauth-client-token',
] satisfies readonly PrincipalKindRules['proof'][]

function principalOf(payload: Readonly<Record<string, unknown>>): Principal {
  const { sub, ver, client_id } = payload
  const isClient = sub === undefined && client_id !== undefined && client_id !== FIRST_PARTY_CLIENT
  const kind = isClient ? 'client' : 'user'
  const version = Number.isSafeInteger(ver) ? (ver as number) : null
  const principal = createPrincipal({ ...payload, kind, key_id: undefined }, version)
  const { proof, proofNeeds, refuses } = rulesOfKind(principal.claims)
  if (!PROVED_BY_TOKEN.includes(proof)) throw new ClaimsError('this is proved by no access token')
  for (const name of proofNeeds) {
    const value = payload[name]
    const isGood = name === 'ver' ? version !== null : typeof value === 'string' && value !== ''
    if (!isGood) throw new ClaimsError(`an access token of this kind needs "${name}"`)
  }
  const refused = refuses.find((name) => payload[name] !== undefined)
  if (refused === undefined) return principal
  throw new ClaimsError(`an access token of this kind does not carry "${refused}"`)
}

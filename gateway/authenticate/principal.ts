// Who a credential stands for, and all that is computed from it once and kept as long as the credential is.
import {
  anonymousClaims,
  type Claims,
  type ClaimsPayload,
  claimsFromPayload,
  mayEver,
  payloadFromClaims,
} from '@sallyport/claims'
import type { KeyBindings } from './key-bindings.ts'

export interface Principal {
  readonly claims: Claims
  /** All claims, as auth gets them; other subgraphs get what they are granted. */
  readonly payload: Readonly<ClaimsPayload>
  /** Version of the user's rights that this principal was computed from; null for keys. */
  readonly ver: number | null
  /** What its API key is bound to; null: to nothing, or it has no key. */
  readonly bindings: KeyBindings | null
  /** Identity tokens signed for this principal, by graph version and subgraph. */
  readonly identityTokens: Map<string, Promise<IdentityToken> | IdentityToken>
}

export interface IdentityToken {
  readonly value: string
  /** By the wall clock, as the token itself says. */
  readonly issuedAtMs: number
  /** By the monotonic one. */
  readonly signedAt: number
}

/** A credential that was verified: by signature, or by auth. */
export interface Credential {
  readonly principal: Principal
  readonly use: 'bearer' | 'cookie' | 'api-key'
  /** Key that signed the token; null for API keys. */
  readonly kid: string | null
  /** Thumbprint of the key that it is bound to (DPoP); null: to none. */
  readonly boundKey: string | null
  /** SHA-256 of the CSRF token, for cookie sessions. */
  readonly csrf: string | null
  readonly expiresAtMs: number
  /** Seconds since the epoch; null for API keys. */
  readonly issuedAt: number | null
  /** Its `jti`; null for API keys and tokens of other issuers. */
  readonly tokenId: string | null
  /** Monotonic time when it was last found good while the revocation feed was fresh. */
  confirmedAt: number
  /** Monotonic time when auth last answered for this very credential while the feed was late. */
  checkedAt: number
}

/** Builds a principal from a claims payload; throws `ClaimsError` when it is no such thing. */
export function createPrincipal(
  source: Record<string, unknown>,
  ver: number | null,
  bindings: KeyBindings | null = null,
): Principal {
  const claims = claimsFromPayload(source)
  return { claims, payload: toldOf(claims), ver, bindings, identityTokens: new Map() }
}

/**
 * What subgraphs may be told. Of a session, and of how its person proved who they are, only where the kind can satisfy the
 * policies that ask for it: what an app carries of its person's session makes none of it, however a subgraph asks.
 */
function toldOf(claims: Claims): ClaimsPayload {
  const { sid, amr, acr, auth_time, mfa_time, step_up, ...rest } = payloadFromClaims(claims)
  return {
    ...rest,
    ...(sid !== undefined && mayEver(claims, 'session') && { sid }),
    ...(amr !== undefined && mayEver(claims, 'mfa') && { amr }),
    ...(acr !== undefined && mayEver(claims, 'mfa') && { acr }),
    ...(auth_time !== undefined && mayEver(claims, 'fresh') && { auth_time }),
    ...(mfa_time !== undefined && mayEver(claims, 'mfa') && { mfa_time }),
    ...(step_up !== undefined && mayEver(claims, 'session') && { step_up }),
  }
}

/** Nobody: shared by all requests without a credential, and so is its identity token. */
export function createAnonymous(): Principal {
  return {
    claims: anonymousClaims,
    payload: payloadFromClaims(anonymousClaims),
    ver: null,
    bindings: null,
    identityTokens: new Map(),
  }
}

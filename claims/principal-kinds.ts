// The kinds of principals, as one table: everything that depends on the kind of a caller reads it here, and what it does not
// know is refused.

/** Claim `kind`. `gateway` and `anonymous` are never signed in. */
export type ClaimsKind = 'user' | 'api-key' | 'client' | 'gateway' | 'anonymous'

/** A person's own session, an app that acts for a person, a person of a trusted issuer, and the kinds that are one thing only. */
export type PrincipalKind = Exclude<ClaimsKind, 'user'> | 'user' | 'app-user' | 'foreign-user'

/** Policies that a kind can ever satisfy; `deny` lets nobody pass, and a deployment's own name their kinds. */
export type BuiltInPolicy = 'role' | 'verified' | 'session' | 'mfa' | 'fresh' | 'live'

/** Claims by the names of the payload. */
type ClaimName =
  | 'sub'
  | 'sub_iss'
  | 'sid'
  | 'key_id'
  | 'client_id'
  | 'grant_id'
  | 'jti'
  | 'ver'
  | 'csrf'

export interface PrincipalKindRules {
  readonly claimsKind: ClaimsKind
  /** What proves it. `null`: nothing does, or nobody asks. */
  readonly proof:
    | 'access-token'
    | 'api-key'
    | 'oauth-access-token'
    | 'oauth-client-token'
    | 'issuer-token'
    | 'identity-token'
    | null
  readonly isSignedIn: boolean
  /** Claims that what proves it must have, beside those of every token. */
  readonly proofNeeds: readonly ClaimName[]
  /** Claims without which an identity token of this kind is refused. */
  readonly needs: readonly ClaimName[]
  /** Claims with which it is refused. */
  readonly refuses: readonly ClaimName[]
  /** How the policy `live`, and a late revocation feed, ask auth for it. `null`: they cannot, and refuse. */
  readonly asksBy: 'session' | 'api-key' | null
  /** Entries of the revocation feed that end it. */
  readonly revokedBy: readonly (
    | 'session'
    | 'user'
    | 'api-key'
    | 'signing-key'
    | 'issued-before'
    | 'grant'
    | 'client'
    | 'token'
  )[]
  readonly policies: readonly BuiltInPolicy[]
  /** Needs the scope `graph` for everything but `@public` and `@requiresScopes`, and `graph:write` for mutations. */
  readonly isApp: boolean
  /** Roles that it never has. */
  readonly neverHas: readonly string[]
}

/** `client_id` of anyone who signs in at auth itself. */
export const FIRST_PARTY_CLIENT = 'sallyport'

/*
 *                proved by              asked by   session  mfa  fresh  role  live
 * user           access token, cookie   session    yes      yes  yes    yes   yes
 * app-user       OAuth access token     -          -        yes  yes    yes   -      (all of them with the scope graph)
 * foreign-user   an issuer's token      -          -        yes  yes    yes   -      (as far as its entry maps them)
 * api-key        key and secret         key        -        -    -      yes   yes
 * client         client credentials     -          -        -    -      yes   -
 */
export const principalKinds: Readonly<Record<PrincipalKind, PrincipalKindRules>> = {
  user: {
    claimsKind: 'user',
    proof: 'access-token',
    isSignedIn: true,
    proofNeeds: ['sub', 'sid', 'jti', 'ver'],
    needs: ['sub'],
    refuses: ['grant_id'],
    asksBy: 'session',
    revokedBy: ['session', 'user', 'signing-key', 'issued-before'],
    policies: ['role', 'verified', 'session', 'mfa', 'fresh', 'live'],
    isApp: false,
    neverHas: [],
  },
  'app-user': {
    claimsKind: 'user',
    proof: 'oauth-access-token',
    isSignedIn: true,
    // Without `sid`: it goes on when the session that it came from has ended.
    proofNeeds: ['sub', 'jti', 'ver', 'client_id', 'grant_id'],
    needs: ['sub', 'client_id'],
    refuses: ['csrf'],
    asksBy: null,
    revokedBy: ['session', 'user', 'signing-key', 'issued-before', 'grant', 'client'],
    policies: ['role', 'verified', 'mfa', 'fresh'],
    isApp: true,
    neverHas: [],
  },
  'foreign-user': {
    claimsKind: 'user',
    proof: 'issuer-token',
    isSignedIn: true,
    proofNeeds: ['sub', 'sub_iss'],
    needs: ['sub', 'sub_iss'],
    refuses: ['key_id', 'grant_id'],
    asksBy: null,
    revokedBy: [],
    policies: ['role', 'verified', 'mfa', 'fresh'],
    isApp: false,
    neverHas: ['admin'],
  },
  'api-key': {
    claimsKind: 'api-key',
    proof: 'api-key',
    isSignedIn: true,
    proofNeeds: ['sub', 'key_id'],
    needs: ['sub'],
    refuses: ['sub_iss', 'grant_id'],
    asksBy: 'api-key',
    revokedBy: ['api-key', 'user'],
    policies: ['role', 'verified', 'live'],
    isApp: false,
    neverHas: [],
  },
  client: {
    claimsKind: 'client',
    proof: 'oauth-client-token',
    isSignedIn: true,
    proofNeeds: ['client_id', 'jti'],
    needs: ['client_id'],
    refuses: ['sub', 'sub_iss', 'csrf', 'grant_id'],
    asksBy: null,
    revokedBy: ['signing-key', 'issued-before', 'client', 'token'],
    policies: ['role'],
    isApp: false,
    neverHas: [],
  },
  gateway: {
    claimsKind: 'gateway',
    proof: 'identity-token',
    isSignedIn: false,
    proofNeeds: [],
    needs: [],
    refuses: [],
    asksBy: null,
    revokedBy: [],
    policies: [],
    isApp: false,
    neverHas: [],
  },
  anonymous: {
    claimsKind: 'anonymous',
    proof: null,
    isSignedIn: false,
    proofNeeds: [],
    needs: [],
    refuses: [],
    asksBy: null,
    revokedBy: [],
    policies: [],
    isApp: false,
    neverHas: [],
  },
}

/** What tells the kinds apart. */
export interface KindClaims {
  readonly kind: ClaimsKind
  readonly clientId: string | null
  readonly subjectIssuer: string | null
}

/** Which row of the table a caller is. */
export function principalKindOf({ kind, clientId, subjectIssuer }: KindClaims): PrincipalKind {
  if (kind !== 'user') return kind
  if (subjectIssuer !== null) return 'foreign-user'
  return clientId === null || clientId === FIRST_PARTY_CLIENT ? 'user' : 'app-user'
}

/** The row of a caller. */
export function rulesOfKind(claims: KindClaims): PrincipalKindRules {
  return principalKinds[principalKindOf(claims)]
}

export function isClaimsKind(value: unknown): value is ClaimsKind {
  return Object.values(principalKinds).some(({ claimsKind }) => claimsKind === value)
}

/** Whether the kind of this caller can satisfy the policy at all. */
export function mayEver(claims: KindClaims, policy: BuiltInPolicy): boolean {
  return rulesOfKind(claims).policies.includes(policy)
}

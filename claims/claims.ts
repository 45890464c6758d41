// Who is calling: the typed, frozen claims that a subgraph reads, and their form inside an identity token.

import { type ClaimsKind, isClaimsKind, rulesOfKind } from './principal-kinds.ts'

export type { ClaimsKind } from './principal-kinds.ts'

/**
 * The caller of a request, deeply frozen.
 *
 * Source: the identity token that the gateway signed for this subgraph. Absent strings and times are
 * `null`, absent lists are empty, an absent flag is `false`. A claim may be absent because
 * `supergraph.yaml` does not grant it to the subgraph.
 */
export interface Claims {
  readonly kind: ClaimsKind
  /** The user's id, equal to the GraphQL id (`usr_…`); for an API key its owner's. Claim `sub`. */
  readonly subject: string | null
  /**
   * The trusted issuer that `subject` is an id of; `null` for ids of Sallyport's own. Compare both, or one could be taken for
   * the other. Claim `sub_iss`.
   */
  readonly subjectIssuer: string | null
  /** The session's id (`ses_…`). Claim `sid`. */
  readonly sessionId: string | null
  /** The API key's id (`key_…`). Claim `key_id`. */
  readonly keyId: string | null
  /** The OAuth client's id. Claim `client_id`. */
  readonly clientId: string | null
  /** What the person let that app do (`grt_…`). Claim `grant_id`; told to auth alone. */
  readonly grantId: string | null
  readonly roles: readonly string[]
  /** Claim `scope`, split at its spaces. */
  readonly scopes: readonly string[]
  readonly emailVerified: boolean
  /** Authentication methods (RFC 8176), for example `pwd`, `otp`, `mfa`. */
  readonly amr: readonly string[]
  readonly acr: string | null
  /** When the person last proved who they are, in seconds since the epoch. */
  readonly authTime: number | null
  /** When they last proved a further factor, in seconds since the epoch. Claim `mfa_time`. */
  readonly mfaTime: number | null
  /** What this person can confirm their presence with, as `TOTP`: for the answer STEP_UP_REQUIRED. Claim `step_up`. */
  readonly stepUp: readonly string[]
  /** What a deployment's admins say of the user or of their roles, by name. Claim `custom`. */
  readonly custom: Readonly<Record<string, CustomClaim>>
}

/** The value of a custom claim: small and plain. */
export type CustomClaim = string | number | boolean | readonly string[]

/** Claims as they stand in the token's payload, beside `iss aud iat exp ver`. */
export interface ClaimsPayload {
  kind: ClaimsKind
  sub?: string
  sub_iss?: string
  sid?: string
  key_id?: string
  client_id?: string
  grant_id?: string
  roles?: string[]
  /** Space separated (RFC 8693 section 4.2). */
  scope?: string
  email_verified?: boolean
  amr?: string[]
  acr?: string
  /** Seconds since the epoch. */
  auth_time?: number
  /** Seconds since the epoch. */
  mfa_time?: number
  step_up?: string[]
  custom?: Readonly<Record<string, CustomClaim>>
}

/** A payload that is not a claims payload: wrong type, unknown kind, or a kind without its owner. */
export class ClaimsError extends Error {
  override readonly name = 'ClaimsError'
}

/** OpenID Connect Core, section 2. */
const SUBJECT_LENGTH = 255

/**
 * Reads claims from a verified token's payload; members that are not claims are left alone.
 *
 * @throws ClaimsError on a wrong type, an unknown kind, a claim that the table of kinds demands and is missing or refuses
 *   and is there, or an `anonymous` that carries anything of a caller.
 */
export function claimsFromPayload(payload: Readonly<Record<string, unknown>>): Claims {
  const claims: Claims = Object.freeze({
    kind: kindOf(payload.kind),
    subject: subjectOf(payload),
    subjectIssuer: text(payload, 'sub_iss'),
    sessionId: text(payload, 'sid'),
    keyId: text(payload, 'key_id'),
    clientId: text(payload, 'client_id'),
    grantId: text(payload, 'grant_id'),
    roles: texts(payload, 'roles'),
    scopes: scopesOf(payload.scope),
    emailVerified: flag(payload, 'email_verified'),
    amr: texts(payload, 'amr'),
    acr: text(payload, 'acr'),
    authTime: seconds(payload, 'auth_time'),
    mfaTime: seconds(payload, 'mfa_time'),
    stepUp: texts(payload, 'step_up'),
    custom: customClaims(payload.custom),
  })
  refuseContradiction(claims)
  return claims
}

/** The payload of these claims; what is absent or empty is left out. The inverse of `claimsFromPayload`. */
export function payloadFromClaims(claims: Claims): ClaimsPayload {
  return {
    kind: claims.kind,
    ...(claims.subject !== null && { sub: claims.subject }),
    ...(claims.subjectIssuer !== null && { sub_iss: claims.subjectIssuer }),
    ...(claims.sessionId !== null && { sid: claims.sessionId }),
    ...(claims.keyId !== null && { key_id: claims.keyId }),
    ...(claims.clientId !== null && { client_id: claims.clientId }),
    ...(claims.grantId !== null && { grant_id: claims.grantId }),
    ...(claims.roles.length > 0 && { roles: [...claims.roles] }),
    ...(claims.scopes.length > 0 && { scope: claims.scopes.join(' ') }),
    ...(claims.emailVerified && { email_verified: true }),
    ...(claims.amr.length > 0 && { amr: [...claims.amr] }),
    ...(claims.acr !== null && { acr: claims.acr }),
    ...(claims.authTime !== null && { auth_time: claims.authTime }),
    ...(claims.mfaTime !== null && { mfa_time: claims.mfaTime }),
    ...(claims.stepUp.length > 0 && { step_up: [...claims.stepUp] }),
    ...(Object.keys(claims.custom).length > 0 && { custom: { ...claims.custom } }),
  }
}

/** A caller who sent no credential. */
export const anonymousClaims: Claims = claimsFromPayload({ kind: 'anonymous' })

/** Whether somebody stands behind the request: a user, an API key or a client. Not the gateway, not anonymous. */
export function isSignedIn(claims: Claims): boolean {
  return rulesOfKind(claims).isSignedIn
}

/** Whether somebody is this person: never true for nobody, a client, or a person of another issuer with the same id. */
export function isSubject(claims: Claims, userId: string | null | undefined): boolean {
  if (claims.subject === null || claims.subjectIssuer !== null) return false
  return claims.subject === userId
}

function refuseContradiction(claims: Claims): void {
  const { kind } = claims
  if (kind === 'anonymous' && !isBare(claims)) {
    throw new ClaimsError('claims of kind "anonymous" carry nothing else')
  }
  const { needs, refuses, neverHas } = rulesOfKind(claims)
  const payload: Readonly<Record<string, unknown>> = { ...payloadFromClaims(claims) }
  for (const name of needs) {
    if (payload[name] === undefined)
      throw new ClaimsError(`claims of kind "${kind}" need "${name}"`)
  }
  for (const name of refuses) {
    if (payload[name] !== undefined) {
      throw new ClaimsError(`claims of kind "${kind}" do not carry "${name}"`)
    }
  }
  const role = claims.roles.find((name) => neverHas.includes(name))
  if (role !== undefined) throw new ClaimsError(`claims of this kind never have the role "${role}"`)
}

function isBare(claims: Claims): boolean {
  const { kind: _kind, ...rest } = claims
  return Object.values(rest).every((value: unknown) => {
    if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0
    return value === null || value === false
  })
}

function kindOf(value: unknown): ClaimsKind {
  if (isClaimsKind(value)) return value
  throw new ClaimsError('"kind" is missing or unknown')
}

function text(payload: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = payload[name]
  if (value === undefined) return null
  if (typeof value === 'string' && value !== '') return value
  throw new ClaimsError(`"${name}" is not a non-empty string`)
}

function subjectOf(payload: Readonly<Record<string, unknown>>): string | null {
  const subject = text(payload, 'sub')
  if (subject === null || subject.length <= SUBJECT_LENGTH) return subject
  throw new ClaimsError(`"sub" is longer than ${SUBJECT_LENGTH} characters`)
}

function texts(payload: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const value = payload[name]
  if (value === undefined) return Object.freeze([])
  if (Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')) {
    return Object.freeze([...value] as string[])
  }
  throw new ClaimsError(`"${name}" is not a list of non-empty strings`)
}

function scopesOf(value: unknown): readonly string[] {
  if (value === undefined) return Object.freeze([])
  if (typeof value !== 'string') throw new ClaimsError('"scope" is not a string')
  return Object.freeze(value.split(' ').filter((scope) => scope !== ''))
}

function flag(payload: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = payload[name]
  if (value === undefined) return false
  if (typeof value === 'boolean') return value
  throw new ClaimsError(`"${name}" is not a boolean`)
}

function seconds(payload: Readonly<Record<string, unknown>>, name: string): number | null {
  const value = payload[name]
  if (value === undefined) return null
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
  throw new ClaimsError(`"${name}" is not a whole number of seconds`)
}

/** Without a prototype: a claim called `constructor` is a claim like any other. */
function customClaims(value: unknown): Readonly<Record<string, CustomClaim>> {
  const claims: Record<string, CustomClaim> = Object.create(null)
  if (value === undefined) return Object.freeze(claims)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ClaimsError('"custom" is not an object')
  }
  for (const [name, claim] of Object.entries(value)) claims[name] = customClaim(name, claim)
  return Object.freeze(claims)
}

function customClaim(name: string, value: unknown): CustomClaim {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return Object.freeze([...value] as string[])
  }
  throw new ClaimsError(
    `the custom claim "${name}" is not a string, number, boolean or list of strings`,
  )
}

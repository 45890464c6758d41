// A caller who is described and not there: for those who ask what somebody like that may do.
import {
  anonymousClaims,
  type Claims,
  claimsFromPayload,
  FIRST_PARTY_CLIENT,
} from '@sallyport/claims'

export const CALLER_KINDS = ['anonymous', 'user', 'app-user', 'api-key', 'client'] as const
export type CallerKind = (typeof CALLER_KINDS)[number]

export interface DescribedCaller {
  readonly kind: CallerKind
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  readonly isVerified: boolean
  readonly hasFurtherFactor: boolean
  /** How long ago they proved who they are; null: nobody says. */
  readonly freshSeconds: number | null
}

export function describedClaims(caller: DescribedCaller, nowSeconds: number): Claims {
  if (caller.kind === 'anonymous') return anonymousClaims
  return claimsFromPayload({ ...identityOf(caller.kind), ...heldBy(caller, nowSeconds) })
}

function identityOf(kind: CallerKind): Record<string, unknown> {
  switch (kind) {
    case 'api-key':
      return { kind, sub: 'usr_somebody', key_id: 'key_some' }
    case 'client':
      return { kind, client_id: 'some-client' }
    case 'app-user':
      return { kind: 'user', sub: 'usr_somebody', sid: 'ses_some', client_id: 'some-app' }
    default:
      return { kind, sub: 'usr_somebody', sid: 'ses_some', client_id: FIRST_PARTY_CLIENT }
  }
}

function heldBy(caller: DescribedCaller, nowSeconds: number): Record<string, unknown> {
  const { roles, scopes, isVerified, hasFurtherFactor, freshSeconds } = caller
  return {
    roles: [...roles],
    scope: scopes.join(' '),
    ...(isVerified && { email_verified: true }),
    ...(hasFurtherFactor && { amr: ['pwd', 'otp', 'mfa'] }),
    ...(freshSeconds !== null && {
      auth_time: nowSeconds - freshSeconds,
      ...(hasFurtherFactor && { mfa_time: nowSeconds - freshSeconds }),
    }),
  }
}

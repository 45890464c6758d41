// The caller that `access explain` asks about, from the options of the command.
import {
  anonymousClaims,
  type Claims,
  claimsFromPayload,
  FIRST_PARTY_CLIENT,
} from '@sallyport/claims'
import { type Given, type Option, UsageError } from '../operator/command.ts'

const KINDS = ['anonymous', 'user', 'app-user', 'api-key', 'client'] as const

export const callerOptions = {
  kind: { value: KINDS.join('|') },
  role: { value: '<name>', isRepeated: true },
  scope: { value: '<name>', isRepeated: true },
  verified: {},
  mfa: {},
  fresh: { value: '<seconds>' },
} as const satisfies Record<string, Option>

/** Nobody, unless something is said of them. */
export function callerOf(given: Given, nowSeconds: number): Claims {
  const says = Object.keys(callerOptions).some((option) => given[option] !== undefined)
  const kind = given.kind ?? (says ? 'user' : 'anonymous')
  if (!KINDS.some((one) => one === kind)) {
    throw new UsageError(`--kind is one of ${KINDS.join(', ')}, and not "${String(kind)}".`)
  }
  if (kind === 'anonymous') {
    if (
      Object.keys(callerOptions).some((option) => option !== 'kind' && given[option] !== undefined)
    ) {
      throw new UsageError('--kind anonymous is nobody: they have no role, scope or proof.')
    }
    return anonymousClaims
  }
  return claimsFromPayload({ ...identityOf(String(kind)), ...heldBy(given, nowSeconds) })
}

function identityOf(kind: string): Record<string, unknown> {
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

function heldBy(given: Given, nowSeconds: number): Record<string, unknown> {
  const { fresh } = given
  if (fresh !== undefined && !/^\d{1,9}$/.test(String(fresh))) {
    throw new UsageError('--fresh needs seconds since the person proved who they are, such as 60.')
  }
  return {
    roles: [given.role ?? []].flat().map(String),
    scope: [given.scope ?? []].flat().join(' '),
    ...(given.verified === true && { email_verified: true }),
    ...(given.mfa === true && { amr: ['pwd', 'otp', 'mfa'] }),
    ...(fresh !== undefined && {
      auth_time: nowSeconds - Number(fresh),
      ...(given.mfa === true && { mfa_time: nowSeconds - Number(fresh) }),
    }),
  }
}

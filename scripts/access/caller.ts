// The caller that `access explain` asks about, from the options of the command.
import type { Claims } from '@sallyport/claims'
import { CALLER_KINDS, describedClaims } from '../../gateway/explain/caller.ts'
import { type Given, type Option, UsageError } from '../operator/command.ts'

export const callerOptions = {
  kind: { value: CALLER_KINDS.join('|') },
  role: { value: '<name>', isRepeated: true },
  scope: { value: '<name>', isRepeated: true },
  verified: {},
  mfa: {},
  fresh: { value: '<seconds>' },
} as const satisfies Record<string, Option>

/** Nobody, unless something is said of them. */
export function callerOf(given: Given, nowSeconds: number): Claims {
  const said = Object.keys(callerOptions).filter((option) => given[option] !== undefined)
  const wanted = given.kind ?? (said.length > 0 ? 'user' : 'anonymous')
  const kind = CALLER_KINDS.find((one) => one === wanted)
  if (kind === undefined)
    throw new UsageError(
      `--kind is one of ${CALLER_KINDS.join(', ')}, and not "${String(wanted)}".`,
    )
  if (kind === 'anonymous' && said.some((option) => option !== 'kind'))
    throw new UsageError('--kind anonymous is nobody: they have no role, scope or proof.')
  const { fresh } = given
  if (fresh !== undefined && !/^\d{1,9}$/.test(String(fresh)))
    throw new UsageError('--fresh needs seconds since the person proved who they are, such as 60.')
  const caller = {
    kind,
    roles: [given.role ?? []].flat().map(String),
    scopes: [given.scope ?? []].flat().map(String),
    isVerified: given.verified === true,
    hasFurtherFactor: given.mfa === true,
    freshSeconds: fresh === undefined ? null : Number(fresh),
  }
  return describedClaims(caller, nowSeconds)
}

// The refusal of what is beyond a limit: which limit it is, what was counted, and how much is allowed.
import { GatewayError } from '../errors.ts'
import type { OperationLimits } from './limits.ts'

/** The names of the limits, as `operationLimits` of supergraph.yaml has those that can be set. */
export type LimitName =
  | keyof OperationLimits
  | 'fragmentComparisons'
  | 'introspection'
  | 'authMutations'
  | 'keyCost'

export interface Excess {
  readonly limit: LimitName
  /** Where counting ends at the limit, as it must where the whole would be dear to count, that is one more than the maximum. */
  readonly value: number
  readonly maximum: number
}

/** @param what Such as "levels": what there are too many of. */
export function tooComplex(what: string, exceeded: Excess): GatewayError {
  const { value, maximum } = exceeded
  return tooComplexBecause(
    `The operation has too many ${what}: ${value}, and ${maximum} at most.`,
    exceeded,
  )
}

/** @param message A sentence with both numbers. */
export function tooComplexBecause(message: string, exceeded: Excess): GatewayError {
  return new GatewayError('OPERATION_TOO_COMPLEX', { message, exceeded })
}

// `denied: filter`: an operation without what its caller may not read, prepared once for each set of such fields.
import { hash } from 'node:crypto'
import type { Denial } from '@sallyport/claims/predicates'
import type { GraphQLSchema } from 'graphql'
import {
  collectGuardedFields,
  deniedFields,
  type GuardedField,
} from '../authorize/denied-fields.ts'
import { createBoundedCache } from '../bounded-cache.ts'
import { errorFromDenial, type UnauthenticatedReason } from '../errors.ts'
import type { GraphAccess } from '../supergraph/access.ts'
import type { OperationLimits } from './limits.ts'
import type { DeniedField, DeniedFields, PreparedOperation } from './prepared-operation.ts'
import { leaveOutDenied } from './without-denied.ts'

export interface FilterOptions {
  readonly schema: GraphQLSchema
  readonly access: GraphAccess
  readonly limits: Pick<OperationLimits, 'cachedOperations' | 'cachedTokens'>
}

/** @param weight Of the operation, for the bounds of the cache. */
export type Filter = (
  prepared: PreparedOperation,
  weight: number,
) => NonNullable<PreparedOperation['leaveOutDenied']>

/** Bounded as the operations are that they come from: who may what is for callers to choose, within their rights. */
export function createFilter({ schema, access, limits }: FilterOptions): Filter {
  const filtered = createBoundedCache<PreparedOperation>({
    maxEntries: limits.cachedOperations,
    maxWeight: limits.cachedTokens,
  })

  return (prepared, weight) => {
    let fields: readonly GuardedField[] | null = null
    return (caller) => {
      fields ??= collectGuardedFields({ schema, ...prepared }, access)
      const found = deniedFields(fields, caller)
      if (found.size === 0) return prepared
      const planKey = keyOf(prepared, found, caller.reason)
      const known = filtered.get(planKey)
      if (known !== undefined) return known
      const denied = errorsOf(fields, found, caller.reason)
      const left = leaveOutDenied(prepared, { schema, denied })
      const none = { forNobody: null, leaveOutDenied: null, slot: { made: null } }
      const operation = Object.freeze({ ...prepared, ...left, ...none, planKey, denied })
      filtered.set(planKey, operation, weight)
      return operation
    }
  }
}

/** What is planned, and what its errors say. */
function keyOf(
  { planKey }: PreparedOperation,
  found: ReadonlyMap<number, Denial>,
  reason = '',
): string {
  const parts = [...found].map(([field, { code, missing, maxAgeSeconds = '' }]) => {
    const isUnauthenticated = code === 'UNAUTHENTICATED'
    return [field, code, isUnauthenticated ? reason : '', missing.includes('mfa'), maxAgeSeconds]
  })
  const text = `without ${JSON.stringify(parts)} ${planKey}`
  return hash('sha256', text, 'base64url')
}

function errorsOf(
  fields: readonly GuardedField[],
  found: ReadonlyMap<number, Denial>,
  reason: UnauthenticatedReason | undefined,
): DeniedFields {
  const entries = [...found].map(([index, denial]): [string, DeniedField] => {
    const { message, extensions } = errorFromDenial(denial, reason)
    return [fields[index]?.coordinate ?? '', Object.freeze({ message, extensions })]
  })
  return new Map(entries)
}

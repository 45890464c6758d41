// What an engine keeps of an operation: how it is run, once for each outcome of its conditions and of progressive overrides.
import type { FormattedExecutionResult } from 'graphql'
import { type BoundedCache, createBoundedCache } from '../bounded-cache.ts'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import { readConditions } from './conditions.ts'
import type { Condition, Run } from './run.ts'

export type Execute = (run: Run) => Promise<FormattedExecutionResult>

/** So many are kept of one operation. */
const MAX_VARIANTS = 32

export class KeptOperation {
  /** For an operation that is always the same. */
  only: Execute | Promise<Execute> | null = null
  readonly conditions: readonly Condition[]
  readonly variants: BoundedCache<Execute | Promise<Execute>> | null
  /** Whose it is: an operation that is made out of another one may have come with its slot. */
  readonly engine: object
  readonly prepared: PreparedOperation

  constructor(engine: object, prepared: PreparedOperation, hasOneShare: boolean) {
    this.engine = engine
    this.prepared = prepared
    this.conditions = [...readConditions(prepared).values()]
    const isAlwaysSame = hasOneShare && this.conditions.length === 0
    this.variants = isAlwaysSame ? null : createBoundedCache({ maxEntries: MAX_VARIANTS })
  }
}

/**
 * Finds what one engine keeps of an operation, in the operation itself.
 *
 * @param hasOneShare no progressive override makes another operation of it
 */
export function createKeptOperations(
  hasOneShare: boolean,
): (of: PreparedOperation) => KeptOperation {
  const engine = {}
  return (prepared) => {
    const { made } = prepared.slot
    const isOurs = made instanceof KeptOperation && made.engine === engine
    if (isOurs && made.prepared === prepared) return made
    const operation = new KeptOperation(engine, prepared, hasOneShare)
    prepared.slot.made = operation
    return operation
  }
}

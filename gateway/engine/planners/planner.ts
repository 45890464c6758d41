// What the engine wants of a query planner: an operation in, a plan out.
import type { DocumentNode, GraphQLSchema } from 'graphql'
import type { Plan } from './plan.ts'

/** `hive`: the planner of Hive Router, native and off the loop. `apollo`: `@apollo/query-planner`. */
export type PlannerKind = 'hive' | 'apollo'

/** One operation and its fragments, valid against what clients see. */
export interface PlannerInput {
  readonly document: DocumentNode
  /** The same, printed. */
  readonly text: string
  readonly operationName: string | null
}

export interface Planner {
  /** What clients see. */
  readonly schema: GraphQLSchema
  /**
   * Thresholds of progressive `@override`, in percent and ascending: a plan holds between two of them. Empty in most graphs,
   * whose operations have one plan.
   */
  readonly overridePercentages: readonly number[]
  /** Its fetches are called after the operation. */
  readonly namesFetches: boolean
  /**
   * Far from free: once for each operation and percentage.
   *
   * @param percentage 0 up to 100; which side of each threshold the request is on
   */
  plan(input: PlannerInput, percentage: number): Promise<Plan>
  stop(): Promise<void>
}

/** Why an operation is refused before any fetch; docs/errors.md has them. */
export type UnsupportedReason =
  | 'NO_PATH'
  | 'KEY_NOT_RESOLVABLE'
  | 'FIELD_NOT_PROVIDED'
  | 'REQUIRED_WITH_OTHER_ARGUMENTS'
  | 'PLANNER_FAILED'

/** No planner here can plan it right: to run it otherwise would lose something, or answer something else, in silence. */
export class UnsupportedOperation extends Error {
  override readonly name = 'UnsupportedOperation'
  readonly reason: UnsupportedReason

  constructor(reason: UnsupportedReason, detail: string, options?: ErrorOptions) {
    super(`the operation cannot be planned: ${detail}`, options)
    this.reason = reason
  }
}

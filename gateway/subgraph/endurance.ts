// What supergraph.yaml says of a subgraph that fails: how often it is asked again, when it is left in peace, how much at once.
import { z } from 'zod'

/** How the gateway bears with one subgraph that fails. */
export interface Endurance {
  readonly retries: {
    /** How often a query is sent again after a failure, at most. Default: 2. */
    readonly attempts: number
    /** Queries that are sent again, in percent of those that are sent. Default: 10. */
    readonly budgetPercent: number
  }
  readonly breaker: {
    /** So many failures in a row, and it is left alone. Default: 20; 0: never. */
    readonly failures: number
    /** Milliseconds until a single request tries whether it is back. Default: 2000. */
    readonly openMs: number
  }
  /** Requests under way to each of its addresses; others wait. Default: 128. */
  readonly concurrency: number
}

const retriesSchema = z.strictObject({
  attempts: z.number().int().min(0).max(5).default(2),
  budgetPercent: z.number().min(0).max(100).default(10),
})

const breakerSchema = z.strictObject({
  failures: z.number().int().min(0).max(10_000).default(20),
  openMs: z.number().int().min(100).max(600_000).default(2000),
})

/** The keys of a subgraph's entry. */
export const enduranceKeys = {
  retries: retriesSchema.prefault({}),
  breaker: breakerSchema.prefault({}),
  concurrency: z.number().int().min(1).max(10_000).default(128),
}

export const defaultEndurance: Endurance = Object.freeze(z.object(enduranceKeys).parse({}))

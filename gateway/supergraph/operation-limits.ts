// `operationLimits` of supergraph.yaml: what one operation may ask for, where a deployment wants another limit than the default.
import { z } from 'zod'
import type { OperationLimits } from '../operation/limits.ts'

/** What is left out keeps its default (`operation/limits.ts`). */
export type OperationLimitSettings = Partial<
  Pick<
    OperationLimits,
    | 'depth'
    | 'aliases'
    | 'rootFields'
    | 'directives'
    | 'tokens'
    | 'selections'
    | 'listItems'
    | 'pageSize'
    | 'nodes'
    | 'cost'
    | 'assumedListSize'
  >
>

/** An operation without a token, or without a level, is none: 0 would refuse everything. */
function limit(most: number) {
  const message = `must be a whole number from 1 to ${most}; leave it out for the default`
  return z.number({ error: message }).int(message).min(1, message).max(most, message)
}

/** 0 is a limit here: aliases and directives can do without. */
function limitOrNone(most: number) {
  const message = `must be a whole number from 0, which allows none, to ${most}; leave it out for the default`
  return z.number({ error: message }).int(message).min(0, message).max(most, message)
}

const MOST_COST = 1_000_000_000
const COST = `must be a number from 1 to ${MOST_COST}, or 0 for no limit; leave it out for the default`

/** The largest values keep one document from holding up all others. */
export const operationLimitsSchema = z
  .strictObject({
    depth: limit(100),
    aliases: limitOrNone(5000),
    rootFields: limit(500),
    directives: limitOrNone(1000),
    tokens: limit(20_000),
    selections: limit(10_000),
    listItems: limit(100_000),
    pageSize: limit(1_000_000),
    nodes: limit(100_000_000),
    cost: z
      .number({ error: COST })
      .min(0, COST)
      .max(MOST_COST, COST)
      .transform((cost) => (cost === 0 ? null : cost)),
    assumedListSize: limitOrNone(100_000),
  })
  .partial()
  .transform((set) => withoutUndefined(set))

function withoutUndefined(set: Readonly<Record<string, number | null | undefined>>) {
  const entries = Object.entries(set).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as OperationLimitSettings
}

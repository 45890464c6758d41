// What an API key is bound to, as auth tells it with the key. What cannot be read fails closed.
import { ClaimsError } from '@sallyport/claims'
import { z } from 'zod'
import type { RateLimit } from '../rate-limits/settings.ts'

export interface KeyBindings {
  /** Of this key alone, beside the limits of the graph. Null: none. */
  readonly rateLimit: RateLimit | null
  /** Such as `Query.products`; null: any. */
  readonly rootFields: ReadonlySet<string> | null
  readonly trustedDocumentsOnly: boolean
  /** What one operation may cost. Null: what the graph allows. */
  readonly operationCost: number | null
  /** What all of its operations may cost in a window. Null: any. */
  readonly costWindow: RateLimit | null
}

const positive = z.number().int().min(1)
const windowSchema = z.object({ max: positive, window_seconds: positive }).nullable()

const bindingsSchema = z.object({
  rate_limit: windowSchema,
  root_fields: z.array(z.string()).nullable(),
  trusted_documents_only: z.boolean(),
  cost_per_operation: positive.nullable(),
  cost_window: windowSchema,
})

/**
 * @param source Undefined from an auth that knows of no bindings, and so has none for this key.
 * @returns null for a key that is not bound
 * @throws ClaimsError
 */
export function readKeyBindings(source: unknown): KeyBindings | null {
  if (source === undefined) return null
  const { data, error } = bindingsSchema.safeParse(source)
  if (data === undefined) throw new ClaimsError(`the bindings of an API key: ${error.message}`)
  const bindings: KeyBindings = Object.freeze({
    rateLimit: limitOf(data.rate_limit, 'requests'),
    rootFields: data.root_fields && new Set(data.root_fields),
    trustedDocumentsOnly: data.trusted_documents_only,
    // What is dearer than a whole window would never have its turn.
    operationCost: least(data.cost_per_operation, data.cost_window?.max ?? null),
    costWindow: limitOf(data.cost_window, 'cost'),
  })
  const { rateLimit, rootFields, trustedDocumentsOnly, operationCost } = bindings
  const isBound = rateLimit ?? rootFields ?? operationCost
  return isBound === null && !trustedDocumentsOnly ? null : bindings
}

function limitOf(
  window: z.infer<typeof windowSchema>,
  ofKey: NonNullable<RateLimit['ofKey']>,
): RateLimit | null {
  if (window === null) return null
  const { max, window_seconds: windowSeconds } = window
  return Object.freeze({ by: 'key', field: null, max, windowSeconds, ofKey })
}

function least(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other
  return Math.min(one, other)
}

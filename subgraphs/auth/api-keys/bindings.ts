// What a key is bound to beside roles, scopes and addresses: how often it may ask, for which root fields, with which documents,
// and at what cost. Kept here, told to gateways with the key, and enforced by them before anything is planned.
import { z } from 'zod'
import { badInput } from '../core/errors.ts'
import type { Limits } from '../core/input.ts'
import type { CreateApiKeyInput, UpdateApiKeyInput } from '../generated.ts'
import type { ApiKey } from './api-key.ts'

/** Gateways count in memory where there is no Redis: what is longer than a week wants another kind of count. */
const LONGEST_WINDOW_SECONDS = 7 * 24 * 3600
const MAX_COUNT = 1_000_000_000

const count = z.number().int().min(1, 'At least 1.').max(MAX_COUNT, `At most ${MAX_COUNT}.`)
const windowSeconds = z
  .number()
  .int()
  .min(1, 'At least a second.')
  .max(LONGEST_WINDOW_SECONDS, 'At most a week.')
const rootField = z
  .string()
  .max(200)
  .regex(/^(Query|Mutation)\.[_A-Za-z]\w*$/, 'Name root fields as in Query.products.')

export const bindingLimits = {
  rateLimit: z.object({ max: count, windowSeconds }),
  rootFields: z.array(rootField).min(1, 'Name at least one root field.').max(100),
  costBudget: z
    .object({
      perOperation: count.nullish(),
      perWindow: count.nullish(),
      windowSeconds: windowSeconds.nullish(),
    })
    .refine((budget) => isSet(budget.perWindow) === isSet(budget.windowSeconds), {
      message: 'perWindow and windowSeconds go together.',
    })
    .refine((budget) => isSet(budget.perOperation) || isSet(budget.perWindow), {
      message: 'Set perOperation, or perWindow with windowSeconds.',
    }),
} satisfies Limits<Pick<CreateApiKeyInput, 'rateLimit' | 'rootFields' | 'costBudget'>>

type Bindings = Pick<
  UpdateApiKeyInput,
  'rateLimit' | 'rootFields' | 'trustedDocumentsOnly' | 'costBudget'
>

/** The columns of a key; what is absent or null stays as it is, which for a new key is not bound. */
export function bindingColumns({
  rateLimit,
  rootFields,
  trustedDocumentsOnly,
  costBudget,
}: Bindings): Record<string, unknown> {
  return withoutUnset({
    rate_limit_max: rateLimit?.max,
    rate_limit_window_seconds: rateLimit?.windowSeconds,
    root_fields: rootFields && [...new Set(rootFields)],
    trusted_documents_only: trustedDocumentsOnly,
    cost_per_operation: costBudget?.perOperation,
    cost_per_window: costBudget?.perWindow,
    cost_window_seconds: costBudget?.windowSeconds,
  })
}

/** @throws AuthError BAD_USER_INPUT when the key would be bound less than it is */
export function requireTighterBindings(key: ApiKey, wanted: Bindings): void {
  const { rateLimit, rootFields, trustedDocumentsOnly, costBudget } = wanted
  requireTighterWindow('rateLimit', rateLimitOf(key), rateLimit && { ...rateLimit, name: 'max' })
  const added = rootFields?.find((name) => key.root_fields?.includes(name) === false)
  if (added !== undefined) throw wider('rootFields', `it is not bound to "${added}"`)
  if (trustedDocumentsOnly === false && key.trusted_documents_only) {
    throw wider('trustedDocumentsOnly', 'it asks with trusted documents alone')
  }
  const { perOperation, perWindow, windowSeconds } = costBudget ?? {}
  requireNoMore('costBudget.perOperation', key.cost_per_operation, perOperation)
  if (!isSet(perWindow) || !isSet(windowSeconds)) return
  const present = costWindowOf(key)
  requireTighterWindow('costBudget', present, { max: perWindow, windowSeconds, name: 'perWindow' })
}

interface Window {
  readonly max: number
  readonly windowSeconds: number
}

/** No more in a window, and no shorter one: then it is no more in any time. */
function requireTighterWindow(
  field: string,
  present: Window | null,
  wanted: (Window & { readonly name: string }) | null | undefined,
): void {
  if (present === null || !wanted) return
  requireNoMore(`${field}.${wanted.name}`, present.max, wanted.max)
  if (wanted.windowSeconds < present.windowSeconds) {
    throw wider(`${field}.windowSeconds`, `its window is ${present.windowSeconds} seconds`)
  }
}

function requireNoMore(
  field: string,
  present: number | null,
  wanted: number | null | undefined,
): void {
  if (present !== null && isSet(wanted) && wanted > present) throw wider(field, `it has ${present}`)
}

function wider(field: string, why: string) {
  return badInput(`input.${field}`, `The key would allow more, as ${why}: create a new key.`)
}

export function rateLimitOf(key: ApiKey): Window | null {
  return windowOf(key.rate_limit_max, key.rate_limit_window_seconds)
}

function costWindowOf(key: ApiKey): Window | null {
  return windowOf(key.cost_per_window, key.cost_window_seconds)
}

function windowOf(max: number | null, windowSeconds: number | null): Window | null {
  return max === null || windowSeconds === null ? null : { max, windowSeconds }
}

export function costBudgetOf(key: ApiKey) {
  if (key.cost_per_operation === null && key.cost_per_window === null) return null
  return {
    perOperation: key.cost_per_operation,
    perWindow: key.cost_per_window,
    windowSeconds: key.cost_window_seconds,
  }
}

/** As gateways read them (`gateway/authenticate/key-bindings.ts`). Null: not bound. */
export interface KeyBindings {
  readonly rate_limit: { readonly max: number; readonly window_seconds: number } | null
  readonly root_fields: readonly string[] | null
  readonly trusted_documents_only: boolean
  readonly cost_per_operation: number | null
  readonly cost_window: { readonly max: number; readonly window_seconds: number } | null
}

export function bindingsOf(key: ApiKey): KeyBindings {
  const told = (window: Window | null) =>
    window && { max: window.max, window_seconds: window.windowSeconds }
  return {
    rate_limit: told(rateLimitOf(key)),
    root_fields: key.root_fields,
    trusted_documents_only: key.trusted_documents_only,
    cost_per_operation: key.cost_per_operation,
    cost_window: told(costWindowOf(key)),
  }
}

function isSet<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null
}

function withoutUnset(columns: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => isSet(value)))
}

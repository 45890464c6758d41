// Rewrites of a plan: names and values that a subgraph knows otherwise, such as the types behind an @interfaceObject.
import { type Data, ownValue } from './data.ts'
import { createMerge } from './merge.ts'
import type { PlanPath, PlanRewrite } from './planners/plan.ts'
import type { IsOfType } from './types.ts'

export type Rewrite = (data: Data) => void

/** Parts of one object: its type is the same in all of them. */
const merge = createMerge(() => true)

/** Compiles the rewrites of one fetch; null when there are none. */
export function compileRewrites(
  rewrites: readonly PlanRewrite[],
  isOfType: IsOfType,
): Rewrite | null {
  if (rewrites.length === 0) return null
  const compiled = rewrites.map((rewrite) => compileRewrite(rewrite, isOfType))
  return (data) => {
    for (const rewrite of compiled) rewrite(data)
  }
}

function compileRewrite(rewrite: PlanRewrite, isOfType: IsOfType): Rewrite {
  const parents = rewrite.path.slice(0, -1)
  const name = rewrite.path.at(-1)
  if (name === undefined) return () => undefined
  if (typeof name !== 'string') throw new Error('a rewrite that ends with a type')
  const apply =
    rewrite.kind === 'SetValue' ? setValue(name, rewrite.value) : rename(name, rewrite.to)
  return (data) => applyAt(data, parents, { apply, isOfType })
}

function setValue(name: string, value: unknown): Rewrite {
  return (data) => define(data, name, value)
}

function rename(name: string, to: string): Rewrite {
  return (data) => {
    const value = ownValue(data, name)
    if (value === undefined || name === to) return
    data[name] = undefined
    // The object may have it by its own name too, with other fields below.
    if (ownValue(data, to) === undefined) define(data, to, value)
    else merge(data, { [to]: value }, null)
  }
}

function applyAt(
  value: unknown,
  path: PlanPath,
  how: { apply: Rewrite; isOfType: IsOfType },
): void {
  if (Array.isArray(value)) {
    for (const item of value) applyAt(item, path, how)
    return
  }
  if (typeof value !== 'object' || value === null) return
  const data = value as Data
  const [element, ...rest] = path
  if (element === undefined) how.apply(data)
  else if (typeof element === 'string') applyAt(ownValue(data, element), rest, how)
  else if (isMeant(data, element, how.isOfType)) applyAt(data, rest, how)
}

// Not every object says its type; the plan counts on such a one being the right one.
function isMeant(
  { __typename: typename }: Data,
  types: readonly string[],
  isOfType: IsOfType,
): boolean {
  if (!typename) return true
  return typeof typename === 'string' && types.some((type) => isOfType(typename, type))
}

// A plain assignment to `__proto__` would not make a member.
function define(data: Data, name: string, value: unknown): void {
  Object.defineProperty(data, name, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  })
}

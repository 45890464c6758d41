// Whether whoever meets one rule also meets another. Rules are read as formulas over what a caller can be or hold; where that is not
// plain to see the answer is no, so that a check asks a person rather than lets something pass.
import { type AccessRule, isPublicOnly } from '@sallyport/claims/predicates'

/** One way to meet a rule: everything in it has to hold. */
type Way = ReadonlySet<string>

/** More ways than these are not looked at. */
const MAX_WAYS = 2000

/** An app passes scopes that it was granted, and needs this one for everything else. */
const GRAPH = 'scope graph'

/** @returns whether everybody who passes `rule` passes `other` too */
export function implies(rule: AccessRule, other: AccessRule): boolean {
  if (isPublicOnly(other)) return true
  if (isPublicOnly(rule)) return false
  const ways = waysOf(rule)
  return ways?.every((way) => meets(way, other)) ?? false
}

/** Null: there are too many. A way through `deny` is none. */
function waysOf({ scopes, policies, authenticated, public: isPublic }: AccessRule): Way[] | null {
  // A rule that says nothing lets nobody pass.
  if (!authenticated && !isPublic && scopes.length + policies.length === 0) return []
  let ways: Way[] = [new Set(authenticated || policies.length > 0 ? [GRAPH] : [])]
  for (const alternatives of [...scopes.map(asScopes), ...policies]) {
    ways = ways.flatMap((way) => alternatives.map((more) => new Set([...way, ...more])))
    if (ways.length > MAX_WAYS) return null
  }
  return ways.filter((way) => !way.has('deny'))
}

function meets(
  way: Way,
  { scopes, policies, authenticated, public: isPublic }: AccessRule,
): boolean {
  if (!authenticated && !isPublic && scopes.length + policies.length === 0) return false
  if ((authenticated || policies.length > 0) && !way.has(GRAPH)) return false
  return [...scopes.map(asScopes), ...policies].every((alternatives) =>
    alternatives.some((needed) => needed.every((one) => holds(way, one))),
  )
}

/** A proof that is younger than asked for will do. */
function holds(way: Way, needed: string): boolean {
  if (way.has(needed)) return true
  const seconds = freshness(needed)
  if (seconds === null) return false
  return [...way].some((one) => (freshness(one) ?? Number.POSITIVE_INFINITY) <= seconds)
}

function freshness(policy: string): number | null {
  const seconds = /^fresh:(\d+)$/.exec(policy)?.[1]
  return seconds === undefined ? null : Number(seconds)
}

function asScopes(alternatives: readonly (readonly string[])[]): string[][] {
  return alternatives.map((all) => all.map((scope) => `scope ${scope}`))
}

// Types without rules of their own are as open as the fields that lead to them. A union that gets a member, an interface that gets an
// implementation and a field that gets another type open such a type without a word about it.
//
//   before   Query.report: Report @policy(role:admin)     Query.search: Result @public     union Result = Product
//   after    the same, and union Result = Product | Report: everybody reads reports
//            or type Product { report: Report }, without a rule: so they do
import { type AccessRule, mergeRules } from '@sallyport/claims/predicates'
import type { FieldRule } from './field-rules.ts'
import { implies } from './implies.ts'

export interface NewWay {
  readonly type: string
  /** That leads there now. */
  readonly field: FieldRule
  /** Who got there before, one rule for each way. */
  readonly ways: readonly AccessRule[]
  /** Who gets there by it. */
  readonly rules: readonly AccessRule[]
}

/** Null: nothing is asked of anybody who gets there. */
type RuleOf = (field: FieldRule) => AccessRule | null

/** Of one type. More are not told apart, so that a person has to look. */
const MAX_WAYS = 50

/** Where operations begin. A composed graph calls them so. */
const ROOTS: ReadonlySet<string> = new Set(['Query', 'Mutation'])

/**
 * @returns where a field of before leads to a type of before that it did not lead to, or a new one without a rule of its own leads there,
 * and somebody gets there who could not
 */
export function newWays(
  before: readonly FieldRule[],
  after: readonly FieldRule[],
  ruleOf: RuleOf,
): readonly NewWay[] {
  const old = new Map(before.map((field) => [field.coordinate, new Set(field.leadsTo)]))
  const known = new Set(before.map(typeOf))
  const open = new Set(after.filter(({ guards }) => guards.length === 0).map(typeOf))
  const [waysBefore, waysAfter] = [findWays(before, ruleOf), findWays(after, ruleOf)]
  // Of a new field with a rule somebody decided.
  const isNewAt = ({ coordinate, guards }: FieldRule, type: string) => {
    const was = old.get(coordinate)
    return was === undefined ? guards.length === 0 : !was.has(type)
  }
  return after.flatMap((field) =>
    field.leadsTo
      .filter((type) => known.has(type) && open.has(type))
      .filter((type) => isNewAt(field, type))
      .flatMap((type) => {
        const ways = waysBefore.get(type) ?? []
        const rules = rulesBy(field, { ruleOf, ways: waysAfter })
        const isKnown = rules.every((rule) => ways.some((way) => implies(rule, way)))
        return isKnown ? [] : [{ type, field, ways, rules }]
      }),
  )
}

/** By type, the loosest alone. Whatever comes round to a type again asks for more than it did before, so that this ends. */
function findWays(
  fields: readonly FieldRule[],
  ruleOf: RuleOf,
): ReadonlyMap<string, readonly AccessRule[]> {
  const ways = new Map<string, AccessRule[]>()
  const leading = fields.filter(({ leadsTo }) => leadsTo.length > 0)
  for (let isChanged = true; isChanged; ) {
    isChanged = false
    for (const field of leading) {
      for (const rule of rulesBy(field, { ruleOf, ways })) {
        for (const type of field.leadsTo) isChanged = add(type, rule) || isChanged
      }
    }
  }
  return ways

  function add(type: string, rule: AccessRule): boolean {
    const known = ways.get(type) ?? []
    if (known.length >= MAX_WAYS || known.some((one) => implies(rule, one))) return false
    ways.set(type, [...known.filter((one) => !implies(one, rule)), rule])
    return true
  }
}

/** Its own rule, beside that of each way to its object. */
function rulesBy(
  field: FieldRule,
  { ruleOf, ways }: { ruleOf: RuleOf; ways: ReadonlyMap<string, readonly AccessRule[]> },
): readonly AccessRule[] {
  const own = ruleOf(field)
  const type = typeOf(field)
  if (ROOTS.has(type)) return own === null ? [] : [own]
  const above = ways.get(type) ?? []
  return own === null ? above : above.map((way) => merged(way, own))
}

function merged(way: AccessRule, own: AccessRule): AccessRule {
  const { scopes, policies, ...rule } = mergeRules([way, own])
  return { ...rule, scopes: unique(scopes), policies: unique(policies) }
}

function unique<T>(all: readonly T[]): readonly T[] {
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]
}

function typeOf({ coordinate }: FieldRule): string {
  return coordinate.slice(0, coordinate.indexOf('.'))
}

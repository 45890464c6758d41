// What changed between two graphs in who may read which field.
import { type AccessRule, emptyRule, mergeRules } from '@sallyport/claims/predicates'
import type { Declaration } from './declarations.ts'
import type { FieldRule } from './field-rules.ts'
import { implies } from './implies.ts'
import { type NamedByClients, type RevealedInput, revealedInputs } from './revealed-inputs.ts'
import { describeRule } from './rule-words.ts'
import { newWays } from './ways.ts'

/**
 * `gained`: somebody may read it who might not before, as it asked for more or was `@inaccessible` (an argument, a field of an input or a
 * value of an enum too); or a type without rules of its own, as another field leads there. `unruled`: it is new, and nobody wrote a rule
 * for it. `lost`: some may no longer read it. `changed`: some may and others may not. `added`, `removed`: the field itself.
 */
export type ChangeKind = 'gained' | 'changed' | 'unruled' | 'lost' | 'added' | 'removed'

export interface Change {
  readonly kind: ChangeKind
  /** `Type.field`, a type, or what `RevealedInput` names. */
  readonly coordinate: string
  readonly before: string | null
  readonly after: string | null
  /** Where the rules that are there now were written; of what is gone those of before. */
  readonly declarations: readonly Declaration[]
}

/** A graph as it is compared. */
export interface ComparedGraph extends NamedByClients {
  /** That clients see. */
  readonly fields: readonly FieldRule[]
}

/** What a check fails on. */
export const failing: ReadonlySet<ChangeKind> = new Set(['gained', 'changed', 'unruled'])

export interface CompareOptions {
  readonly nowSeconds: number
}

/** @returns the changes, the worst first */
export function compareAccess(
  before: ComparedGraph,
  after: ComparedGraph,
  options: CompareOptions,
): readonly Change[] {
  const old = new Map(before.fields.map((field) => [field.coordinate, field]))
  const now = new Map(after.fields.map((field) => [field.coordinate, field]))
  const isUndecided = undecidedTypes(before.fields, after.fields)
  const ruleOf = (field: FieldRule) => enforced(field, options)
  const changes = [
    ...after.fields.flatMap((field) =>
      changeOf(old.get(field.coordinate), field, {
        ...options,
        isUndecided,
        composed: before.composed,
      }),
    ),
    ...newWays(before.fields, after.fields, ruleOf).map(
      ({ type, field, ways, rules }): Change => ({
        kind: 'gained',
        coordinate: type,
        before: inWords(ways),
        after: `${inWords(rules)}, by ${field.coordinate}`,
        declarations: field.declarations,
      }),
    ),
    ...revealedInputs(before, after).map((input) => revealed(input, now.get(input.of), options)),
    ...before.fields
      .filter(({ coordinate }) => !now.has(coordinate))
      .map((field) => change('removed', [field, null], options)),
  ]
  const order = ['gained', 'changed', 'unruled', 'lost', 'added', 'removed']
  return changes.sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind))
}

/**
 * Fields of types that others lead to may have no rule. Of a new type somebody decided with the new field that leads there; of a field
 * that such a type gets, or of a new type at an old place, nobody did.
 */
function undecidedTypes(
  before: readonly FieldRule[],
  after: readonly FieldRule[],
): (type: string) => boolean {
  const old = new Set(before.map(({ coordinate }) => coordinate))
  const types = new Set(before.map(typeOf))
  const atOldPlaces = new Set(
    after.flatMap(({ coordinate, leadsTo }) => (old.has(coordinate) ? leadsTo : [])),
  )
  return (type) => types.has(type) || atOldPlaces.has(type)
}

function typeOf({ coordinate }: FieldRule): string {
  return coordinate.slice(0, coordinate.indexOf('.'))
}

function inWords(rules: readonly AccessRule[]): string {
  return [...new Set(rules.map(describeRule))].join(' or ') || 'out of reach'
}

function changeOf(
  before: FieldRule | undefined,
  after: FieldRule,
  options: CompareOptions & {
    isUndecided(type: string): boolean
    /** Before: to see one of these that no client saw is to gain it. */
    readonly composed: ReadonlySet<string>
  },
): Change[] {
  if (before === undefined) {
    if (options.composed.has(after.coordinate))
      return [{ ...change('gained', [null, after], options), before: '@inaccessible' }]
    const isUnruled =
      after.isDefault || (after.guards.length === 0 && options.isUndecided(typeOf(after)))
    return [change(isUnruled ? 'unruled' : 'added', [null, after], options)]
  }
  const [was, is] = [enforced(before, options), enforced(after, options)]
  const nobodyGained = was === null || (is !== null && implies(is, was))
  const nobodyLost = is === null || (was !== null && implies(was, is))
  if (nobodyGained && nobodyLost) return []
  const kind = nobodyGained ? 'lost' : nobodyLost ? 'gained' : 'changed'
  return [change(kind, [before, after], options)]
}

function change(
  kind: ChangeKind,
  [before, after]: readonly [FieldRule | null, FieldRule | null],
  options: CompareOptions,
): Change {
  const field = after ?? before
  if (field === null) throw new Error('a change of nothing')
  const words = (one: FieldRule | null) => one && describe(one, options)
  const { coordinate, declarations } = field
  return { kind, coordinate, before: words(before), after: words(after), declarations }
}

/** @param field That takes the argument; nothing stands on an input or an enum. */
function revealed(
  { coordinate }: RevealedInput,
  field: FieldRule | undefined,
  options: CompareOptions,
): Change {
  return {
    kind: 'gained',
    coordinate,
    before: '@inaccessible',
    after: field === undefined ? 'in what clients may send' : describe(field, options),
    declarations: field?.declarations ?? [],
  }
}

function describe(field: FieldRule, options: CompareOptions): string {
  const rule = enforced(field, options)
  const isDryRun = field.dryRunUntil !== null && field.dryRunUntil > options.nowSeconds * 1000
  const text = rule === null ? 'no rule' : describeRule(rule)
  return isDryRun
    ? `${text} (dry run until ${new Date(field.dryRunUntil ?? 0).toISOString()})`
    : text
}

/** Without what a dry run lets pass. Null: nothing is asked of anybody who gets there. */
function enforced({ guards }: FieldRule, { nowSeconds }: CompareOptions): AccessRule | null {
  const rules = guards
    .filter(({ dryRunUntil }) => dryRunUntil === null || nowSeconds * 1000 >= dryRunUntil)
    .map(({ rule }) => rule)
  if (rules.length === 0) return null
  return rules.length === 1 ? (rules[0] ?? emptyRule) : mergeRules(rules)
}

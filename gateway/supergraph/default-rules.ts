// Which rule a field has that declares none: composition carries only what stands in the SDL, so it is written there before.
//
//   @public on its type      -> @public
//   a key                    -> what another subgraph says of it; else the loosest `access` of those that answer it
//   `access: authenticated`  -> @authenticated
//   `access: public`         -> @public, for what is the subgraph's own to open; else what the others demand
//   `access: deny`           -> nobody
import { type AccessRule, emptyRule } from '@sallyport/claims/predicates'
import { type RulesOf, withRequiredRules } from './composition/required-rules.ts'
import type { DefaultAccess } from './config.ts'
import { demandsSomething } from './demands.ts'
import type { FieldSource, SubgraphDocument, TypeSource } from './subgraph-document.ts'

export interface Defaults {
  /** By subgraph and coordinate. */
  readonly rules: RulesOf
  /** What `access: public` opened, as `subgraph Type.field`. */
  readonly opened: readonly string[]
  /** What nobody can read because nobody wrote a rule, as `subgraph: Type.field`. */
  readonly denied: readonly string[]
}

/** As `opened` has it; `all` where somebody looks on. */
export type Accepted = ReadonlySet<string> | 'all'

/** @param accepted What `access: public` may open of an SDL that came by itself, as `opened` has it. */
export function defaultRules(all: readonly SubgraphDocument[], accepted: Accepted): Defaults {
  const opened: string[] = []
  const denied: string[] = []
  const rules = all.map((subgraph) => {
    const own = new Map<string, AccessRule>()
    for (const { field, type } of withoutRule(subgraph)) {
      const access = accessOf(field, type, { subgraph, all, accepted })
      if (access === null) continue
      own.set(field.coordinate, RULES[access])
      const isTypePublic = type.rule?.public === true
      if (access === 'public' && !isTypePublic)
        opened.push(`${subgraph.config.name} ${field.coordinate}`)
      if (access === 'deny') denied.push(`${subgraph.config.name}: ${field.coordinate}`)
    }
    return [subgraph.config.name, own] as const
  })
  return { rules: withRequiredRules(all, new Map(rules)), opened, denied }
}

export const RULES: Readonly<Record<DefaultAccess, AccessRule>> = {
  public: { ...emptyRule, public: true },
  authenticated: { ...emptyRule, authenticated: true },
  deny: { ...emptyRule, policies: [[['deny']]] },
}

const LOOSEST_FIRST: readonly DefaultAccess[] = ['public', 'authenticated', 'deny']

interface Place {
  readonly subgraph: SubgraphDocument
  readonly all: readonly SubgraphDocument[]
  readonly accepted: Accepted
}

/** Root fields and fields of entities that neither they nor their type say anything of. */
function* withoutRule(
  subgraph: SubgraphDocument,
): Generator<{ readonly field: FieldSource; readonly type: TypeSource }> {
  for (const type of subgraph.types.values()) {
    if (type.root === null && !type.isEntity) continue
    if (type.rule && demandsSomething(type.rule)) continue
    for (const field of type.fields.values()) {
      const isFederations = type.root === 'query' && field.name.startsWith('_')
      if (field.rule === null && !field.isExternal && !isFederations) yield { field, type }
    }
  }
}

/** `null`: it is left to the rule that another subgraph has for it. */
function accessOf(field: FieldSource, type: TypeSource, place: Place): DefaultAccess | null {
  if (type.rule?.public) return 'public'
  if (!isKeyAnywhere(field, type, place.all)) return ownAccess(field, type, place)
  if (isRuledElsewhere(field, type, place.all)) return null
  const answering = place.all.filter(({ types }) => {
    const same = types.get(type.name)?.fields.get(field.name)
    // In Federation 1 a type's key is external where the type is extended, and answered all the same.
    return same !== undefined && (same.isKey || !same.isExternal)
  })
  const found = answering.map((subgraph) => ownAccess(field, type, { ...place, subgraph }))
  return LOOSEST_FIRST.find((access) => found.includes(access)) ?? 'deny'
}

function ownAccess(field: FieldSource, type: TypeSource, place: Place): DefaultAccess {
  const { config } = place.subgraph
  if (config.access !== 'public') return config.access
  if (type.root === 'mutation' || type.root === 'subscription') return 'deny'
  const access = type.root === null ? strictestOfType(type, place.all) : 'public'
  // The lock has what is open to everybody, and says nothing of the rest.
  return access === 'public' && !mayOpen(field, place) ? 'deny' : access
}

/** A file is there because somebody put it there; what comes over the network may have new fields. */
function mayOpen({ coordinate }: FieldSource, { subgraph: { config }, accepted }: Place): boolean {
  if ('file' in config.schema || accepted === 'all') return true
  return accepted.has(`${config.name} ${coordinate}`)
}

/** A type of several subgraphs is nobody's alone to open. */
function strictestOfType(type: TypeSource, all: readonly SubgraphDocument[]): DefaultAccess {
  const found = all.filter(({ types }) => types.has(type.name)).map(({ config }) => config.access)
  return LOOSEST_FIRST.findLast((access) => found.includes(access)) ?? 'deny'
}

function isKeyAnywhere(
  field: FieldSource,
  type: TypeSource,
  all: readonly SubgraphDocument[],
): boolean {
  return all.some(({ types }) => types.get(type.name)?.fields.get(field.name)?.isKey === true)
}

function isRuledElsewhere(
  field: FieldSource,
  type: TypeSource,
  all: readonly SubgraphDocument[],
): boolean {
  return all.some(({ types }) => {
    const same = types.get(type.name)
    const sameField = same?.fields.get(field.name)
    return sameField !== undefined && (sameField.rule ?? same?.rule ?? null) !== null
  })
}

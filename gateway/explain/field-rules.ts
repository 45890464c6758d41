// Every field of a graph that clients see, with all that is asked of anybody who reads it.
import { type AccessRule, emptyRule, mergeRules } from '@sallyport/claims/predicates'
import {
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql'
import { withPossibleTypes } from '../authorize/coordinates.ts'
import { guardsOfField } from '../authorize/denied-fields.ts'
import type { GraphAccess } from '../supergraph/access.ts'
import type { Guard } from '../supergraph/guard.ts'
import type { Declaration, Declarations } from './declarations.ts'

export interface FieldRule {
  /** `Type.field` */
  readonly coordinate: string
  /** Subgraphs that answer it. */
  readonly subgraphs: readonly string[]
  /** All that a caller has to be: its own rule, and those of its type and of the type of its value. */
  readonly rule: AccessRule
  readonly guards: readonly Guard[]
  /** Where that was written. */
  readonly declarations: readonly Declaration[]
  /** What its value can be: objects, by their types. */
  readonly leadsTo: readonly string[]
  /** Nobody wrote a rule for it or its type: it has the `access` of its subgraph. */
  readonly isDefault: boolean
  /** Until when (ms since the epoch) some of it is logged and not enforced; null: always enforced. */
  readonly dryRunUntil: number | null
}

export interface FieldRulesOptions {
  readonly schema: GraphQLSchema
  readonly access: GraphAccess
  readonly declarations: Declarations
}

/** In the order of the alphabet. */
export function readFieldRules(options: FieldRulesOptions): readonly FieldRule[] {
  const { schema } = options
  const found: FieldRule[] = []
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || !(isObjectType(type) || isInterfaceType(type))) continue
    for (const field of Object.values(type.getFields())) {
      const guards = guardsOfField({ parent: type, field: field.name, output: field.type }, options)
      const leadsTo = withPossibleTypes(schema, getNamedType(field.type))
        .filter(isObjectType)
        .map(({ name }) => name)
      found.push({ ...describe(`${type.name}.${field.name}`, guards, options), leadsTo })
    }
  }
  return found.sort((one, other) => (one.coordinate < other.coordinate ? -1 : 1))
}

function describe(
  coordinate: string,
  guards: readonly Guard[],
  { access, declarations }: FieldRulesOptions,
): Omit<FieldRule, 'leadsTo'> {
  const [type = '', field = ''] = coordinate.split('.')
  const own = access.get(type)?.fields.get(field)
  const subgraphs = own?.owners ?? []
  // That a type is public opens fields of whoever says so, and of nobody else.
  const ofType = declarations.of(type, subgraphs).filter(({ text, subgraph }) => {
    const isOfOther = subgraph !== null && !subgraphs.includes(subgraph)
    return !(isOfOther && /^@?public\b/.test(text))
  })
  const written = [...declarations.of(coordinate, subgraphs), ...ofType]
  const isDefault = written.length === 0 && own?.guard != null
  const ends = guards.flatMap(({ dryRunUntil }) => dryRunUntil ?? [])
  return {
    coordinate,
    subgraphs,
    rule: guards.length === 0 ? emptyRule : mergeRules(guards.map(({ rule }) => rule)),
    guards,
    declarations: isDefault
      ? subgraphs.flatMap((name) => declarations.defaultOf(name) ?? [])
      : written,
    isDefault,
    dryRunUntil: ends.length === 0 ? null : Math.min(...ends),
  }
}

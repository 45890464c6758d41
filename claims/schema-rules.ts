// Collects, from the AST that a built subgraph schema keeps, which rule stands on each field.
import {
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isUnionType,
} from 'graphql'
import { type AccessRule, emptyRule, mergeRules } from './access-rule.ts'
import { type DirectiveNames, namesFromLinks, ruleFromDirectives } from './directives.ts'

/** What a root or entity field without a rule takes, as `access` in `supergraph.yaml`. */
export type DefaultAccess = 'authenticated' | 'deny'

export interface SchemaRules {
  /** The rule of each field that has one, by type and field; a field that is not here is free. */
  fields: ReadonlyMap<string, ReadonlyMap<string, AccessRule>>
  /** The rule on each type itself: what resolving a reference to it demands. */
  types: ReadonlyMap<string, AccessRule>
  /** Names of the root types. */
  roots: ReadonlySet<string>
}

type FieldsType = GraphQLObjectType | GraphQLInterfaceType

/** Federation's own root fields: guarded by a verified identity alone. */
export const FEDERATION_FIELDS: readonly string[] = ['_entities', '_service']

/** Reads every rule of a schema. Root and entity fields without one get the default. */
export function rulesOfSchema(schema: GraphQLSchema, access: DefaultAccess): SchemaRules {
  const names = namesFromLinks([
    ...(schema.astNode ? [schema.astNode] : []),
    ...schema.extensionASTNodes,
  ])
  const roots = rootNames(schema)
  const strict = new Set([...roots, ...entityNames(schema)])
  const fallback: AccessRule = { ...emptyRule, authenticated: access === 'authenticated' }
  const types = new Map<string, AccessRule>()
  const fields = new Map<string, Map<string, AccessRule>>()

  for (const type of Object.values(schema.getTypeMap())) {
    if (!isFieldsType(type) || isIntrospectionType(type)) continue
    const typeRules = rulesOnType(type, names)
    if (typeRules.length > 0) types.set(type.name, mergeRules(typeRules))
    if (!isObjectType(type)) continue
    const own = rulesOnFields(type, names, strict.has(type.name) ? fallback : null)
    if (own.size > 0) fields.set(type.name, own)
  }
  return { fields, types, roots }
}

function rulesOnFields(
  type: GraphQLObjectType,
  names: DirectiveNames,
  fallback: AccessRule | null,
): Map<string, AccessRule> {
  const rules = new Map<string, AccessRule>()
  const typeRules = rulesOnType(type, names)
  for (const field of Object.keys(type.getFields())) {
    if (FEDERATION_FIELDS.includes(field)) continue
    const declared = [...typeRules, ...rulesOnField(type, field, names)]
    if (declared.length > 0) rules.set(field, mergeRules(declared))
    else if (fallback) rules.set(field, fallback)
  }
  return rules
}

/** A rule on an interface is a rule on every type that implements it. */
function rulesOnType(type: FieldsType, names: DirectiveNames): AccessRule[] {
  return [type, ...type.getInterfaces()].flatMap((one) => {
    return [...(one.astNode ? [one.astNode] : []), ...one.extensionASTNodes].flatMap(
      (node) => ruleFromDirectives(node, names) ?? [],
    )
  })
}

function rulesOnField(type: FieldsType, field: string, names: DirectiveNames): AccessRule[] {
  return [type, ...type.getInterfaces()].flatMap((one) => {
    const node = one.getFields()[field]?.astNode
    return (node && ruleFromDirectives(node, names)) ?? []
  })
}

function rootNames(schema: GraphQLSchema): Set<string> {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  return new Set(roots.flatMap((type) => type?.name ?? []))
}

function entityNames(schema: GraphQLSchema): string[] {
  const entities = schema.getType('_Entity')
  return isUnionType(entities) ? entities.getTypes().map((type) => type.name) : []
}

function isFieldsType(type: unknown): type is FieldsType {
  return isObjectType(type) || isInterfaceType(type)
}

// Operations that Apollo's planner plans wrong in silence: two fields that require a third one with different arguments. It asks
// for that one once, and both are computed from the same value.
//
//   tax @requires(fields: "price(currency: \"USD\")")    duty @requires(fields: "price(currency: \"YEN\")")    { goods { tax duty } }
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  TypeInfo,
  type TypeNode,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { relatedTypes } from '../../operation/planner-fields.ts'
import { readArguments } from '../../supergraph/links.ts'

/** Whether two fields of this operation require another with different arguments. */
export type HasClash = (operation: DocumentNode) => boolean

/** The arguments with which a field is required, of which type. */
interface RequiredField {
  readonly type: string
  readonly name: string
  readonly args: string
}

type Required = readonly RequiredField[]

export function createHasClash(supergraph: DocumentNode, schema: GraphQLSchema): HasClash {
  const required = readRequired(supergraph)
  if (!mayClash(required)) return () => false
  return (operation) => {
    const known = new Map<string, RequiredField[]>()
    const seen = new Set<string>()
    return [...fieldsOf(operation, schema)].some((field) => {
      const [type = '', name] = field.split('.')
      return relatedTo(schema, type).some((one) => clashes(`${one}.${name}`))
    })

    function clashes(field: string): boolean {
      if (seen.has(field)) return false
      seen.add(field)
      return (required.get(field) ?? []).some((one) => {
        const others = known.get(one.name) ?? []
        known.set(one.name, [...others, one])
        if (others.some((other) => other.args !== one.args && mayBeOne(other, one))) return true
        return relatedTo(schema, one.type).some((type) => clashes(`${type}.${one.name}`))
      })
    }
  }

  /** Whether both may be asked of one object. */
  function mayBeOne(one: RequiredField, other: RequiredField): boolean {
    const objects = new Set(objectsOf(schema, one.type))
    return objectsOf(schema, other.type).some((type) => objects.has(type))
  }
}

function mayClash(required: ReadonlyMap<string, Required>): boolean {
  const known = new Map<string, string>()
  for (const { name, args } of [...required.values()].flat()) {
    const other = known.get(name)
    if (other !== undefined && other !== args) return true
    known.set(name, args)
  }
  return false
}

function objectsOf(schema: GraphQLSchema, name: string): readonly string[] {
  const type = schema.getType(name)
  return isAbstractType(type) ? schema.getPossibleTypes(type).map((one) => one.name) : [name]
}

function relatedTo(schema: GraphQLSchema, name: string): readonly string[] {
  const type = schema.getType(name)
  return type === undefined ? [name] : relatedTypes(schema, type)
}

/** Every field that an operation selects, of each object that may stand there. */
export function fieldsOf(operation: DocumentNode, schema: GraphQLSchema): ReadonlySet<string> {
  const found = new Set<string>()
  const typeInfo = new TypeInfo(schema)
  const Field = ({ name }: FieldNode) => {
    const type = typeInfo.getParentType()
    if (!type) return
    const objects = isAbstractType(type) ? schema.getPossibleTypes(type) : []
    for (const one of [type, ...objects]) found.add(`${one.name}.${name.value}`)
  }
  visit(operation, visitWithTypeInfo(typeInfo, { Field }))
  return found
}

function readRequired(supergraph: DocumentNode): ReadonlyMap<string, Required> {
  const types = new Map<string, string>()
  const required = new Map<string, Required>()
  const definitions = supergraph.definitions.flatMap((one) =>
    one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.INTERFACE_TYPE_DEFINITION
      ? [one]
      : [],
  )
  for (const { name, fields = [] } of definitions) {
    for (const one of fields) types.set(`${name.value}.${one.name.value}`, nameOf(one.type))
  }
  for (const { name, fields = [] } of definitions) {
    for (const { name: field, directives = [] } of fields) {
      const texts = directives
        .filter((one) => one.name.value === 'join__field')
        .map((one) => readArguments(one).requires)
        .filter((one) => typeof one === 'string')
      const all = texts.flatMap((text) => requiredOf(name.value, selectionOf(text), types))
      if (all.length > 0) required.set(`${name.value}.${field.value}`, all)
    }
  }
  return required
}

function requiredOf(
  type: string,
  { selections }: SelectionSetNode,
  types: ReadonlyMap<string, string>,
): RequiredField[] {
  return selections.flatMap((node) => {
    if (node.kind === Kind.INLINE_FRAGMENT) {
      return requiredOf(node.typeCondition?.name.value ?? type, node.selectionSet, types)
    }
    if (node.kind !== Kind.FIELD || node.name.value === '__typename') return []
    const field = `${type}.${node.name.value}`
    const args = (node.arguments ?? [])
      .map((one) => print(one))
      .sort()
      .join(',')
    const inner = node.selectionSet
      ? requiredOf(types.get(field) ?? '', node.selectionSet, types)
      : []
    return [{ type, name: node.name.value, args }, ...inner]
  })
}

function selectionOf(text: string): SelectionSetNode {
  const [definition] = parse(`{ ${text} }`).definitions
  if (definition?.kind === Kind.OPERATION_DEFINITION) return definition.selectionSet
  throw new Error('the supergraph has a field set that is none')
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type)
}

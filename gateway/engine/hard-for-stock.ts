// Operations that planner and executor of @apollo/gateway answer wrong in silence, by what they select; ours runs them.
//
//   a type behind @interfaceObject        the name of the interface stands where that of the object belongs
//   a key that a subgraph does not resolve   it is sent all the same, and the object is lost
//   a field narrower in an object          what fragments select of it further down is lost
import { type DocumentNode, type GraphQLSchema, getNamedType, isInterfaceType, Kind } from 'graphql'
import { readArguments } from '../supergraph/links.ts'
import { fieldsOf } from './planners/clashing-requires.ts'

export type IsHard = (operation: DocumentNode) => boolean

export function createIsHardForStock(supergraph: DocumentNode, schema: GraphQLSchema): IsHard {
  const types = readHardTypes(supergraph, schema)
  const fields = readNarrowedFields(schema)
  if (types.size === 0 && fields.size === 0) return () => false
  return (operation) =>
    [...fieldsOf(operation, schema)].some(
      (field) => fields.has(field) || types.has(field.slice(0, field.indexOf('.'))),
    )
}

function readHardTypes(supergraph: DocumentNode, schema: GraphQLSchema): ReadonlySet<string> {
  const found = new Set<string>()
  for (const definition of supergraph.definitions) {
    const isObject = definition.kind === Kind.OBJECT_TYPE_DEFINITION
    if (!isObject && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    const joined = (definition.directives ?? [])
      .filter(({ name }) => name.value === 'join__type')
      .map(readArguments)
    const isHard = joined.some((one) => one.isInterfaceObject === true || one.resolvable === false)
    if (!isHard) continue
    const type = schema.getType(definition.name.value)
    found.add(definition.name.value)
    const objects = isInterfaceType(type) ? schema.getPossibleTypes(type) : []
    for (const one of objects) found.add(one.name)
  }
  return found
}

/** `Interface.field` where an object of it has a field of another type. */
function readNarrowedFields(schema: GraphQLSchema): ReadonlySet<string> {
  const found = new Set<string>()
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isInterfaceType(type)) continue
    for (const [name, field] of Object.entries(type.getFields())) {
      const own = schema.getPossibleTypes(type).map((one) => one.getFields()[name]?.type)
      const isNarrowed = own.some(
        (one) => one !== undefined && getNamedType(one) !== getNamedType(field.type),
      )
      if (isNarrowed) found.add(`${type.name}.${name}`)
    }
  }
  return found
}

// Which breaking changes somebody would notice: those of fields, arguments and types that were asked for lately.
import {
  type BreakingChange,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql'

/** @param asked As `Type.field`; null: nobody counts, and every one may be noticed. */
export function isNoticed(
  { description }: BreakingChange,
  schema: GraphQLSchema,
  asked: ReadonlySet<string> | null,
): boolean {
  if (asked === null) return true
  const words = description.match(/[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?/g) ?? []
  const fields = words.filter((word) => word.includes('.') && isField(word, schema))
  if (fields.length > 0) return fields.some((field) => asked.has(field))
  const types = new Set(words.filter((word) => schema.getType(word) !== undefined))
  // What cannot be told apart is noticed.
  if (types.size === 0) return true
  return [...asked].some((field) => [...typesAt(field, schema)].some((name) => types.has(name)))
}

function isField(coordinate: string, schema: GraphQLSchema): boolean {
  const [type = '', field = ''] = coordinate.split('.')
  const found = schema.getType(type)
  return (isObjectType(found) || isInterfaceType(found)) && field in found.getFields()
}

/** The types that anyone who asks for a field has to do with: where it stands, what it answers, what it takes. */
function typesAt(coordinate: string, schema: GraphQLSchema): ReadonlySet<string> {
  const [type = '', name = ''] = coordinate.split('.')
  const parent = schema.getType(type)
  const names = new Set([type])
  if (!isObjectType(parent) && !isInterfaceType(parent)) return names
  const field = parent.getFields()[name]
  if (field === undefined) return names
  names.add(getNamedType(field.type).name)
  for (const argument of field.args) addInput(getNamedType(argument.type), names)
  return names
}

function addInput(type: GraphQLNamedType, names: Set<string>): void {
  if (names.has(type.name)) return
  names.add(type.name)
  if (!isInputObjectType(type)) return
  for (const field of Object.values(type.getFields())) addInput(getNamedType(field.type), names)
}

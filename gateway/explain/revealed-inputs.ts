// Arguments, fields of inputs and values of enums that no client could name, as they were `@inaccessible`, and every client can now:
// `orders(ofAnybody: Boolean @inaccessible)` opens as a field does, and no rule stands on it that could say so.
import {
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql'

export interface NamedByClients {
  /** What clients see. */
  readonly schema: GraphQLSchema
  /** With what they do not see, as `composedCoordinates` has it. */
  readonly composed: ReadonlySet<string>
}

export interface RevealedInput {
  /** `Type.field(argument:)`, `Input.field` or `Enum.VALUE`. */
  readonly coordinate: string
  /** The field, input or enum that it belongs to. */
  readonly of: string
}

/** @returns those of what clients saw before, in the order of the alphabet: a field or type that they see only now is told itself */
export function revealedInputs(
  before: NamedByClients,
  after: Pick<NamedByClients, 'schema'>,
): readonly RevealedInput[] {
  const seen = new Set(inputsOf(before.schema).map(({ coordinate }) => coordinate))
  return inputsOf(after.schema)
    .filter(
      ({ coordinate, of }) =>
        before.composed.has(coordinate) && !seen.has(coordinate) && isSeen(of, before.schema),
    )
    .sort((one, other) => (one.coordinate < other.coordinate ? -1 : 1))
}

function isSeen(coordinate: string, schema: GraphQLSchema): boolean {
  const [name = '', field] = coordinate.split('.')
  const type = schema.getType(name)
  if (type === undefined || field === undefined) return type !== undefined
  return (isObjectType(type) || isInterfaceType(type)) && field in type.getFields()
}

function inputsOf(schema: GraphQLSchema): readonly RevealedInput[] {
  return Object.values(schema.getTypeMap()).flatMap((type): readonly RevealedInput[] => {
    if (isIntrospectionType(type)) return []
    const { name } = type
    const below = (one: { readonly name: string }) => ({
      coordinate: `${name}.${one.name}`,
      of: name,
    })
    if (isInputObjectType(type)) return Object.values(type.getFields()).map(below)
    if (isEnumType(type)) return type.getValues().map(below)
    if (!isObjectType(type) && !isInterfaceType(type)) return []
    return Object.values(type.getFields()).flatMap((field) =>
      field.args.map((argument) => ({
        coordinate: `${name}.${field.name}(${argument.name}:)`,
        of: `${name}.${field.name}`,
      })),
    )
  })
}

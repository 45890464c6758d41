// What clients of one graph could no longer do in another: what graphql-js finds, and a default that goes. `first: Int! = 10` that becomes
// `first: Int!` refuses whoever left it out, and its type is the same.
import {
  type BreakingChange,
  BreakingChangeType,
  findBreakingChanges,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
} from 'graphql'

export function breakingChanges(
  before: GraphQLSchema,
  after: GraphQLSchema,
): readonly BreakingChange[] {
  return [...findBreakingChanges(before, after), ...lostDefaults(before, after)]
}

type Input = GraphQLArgument | GraphQLInputField

function lostDefaults(before: GraphQLSchema, after: GraphQLSchema): readonly BreakingChange[] {
  const inputs = inputsOf(after)
  return [...inputsOf(before)].flatMap(([coordinate, { input, type, place }]) => {
    const now = inputs.get(coordinate)?.input
    if (now === undefined || !hasDefault(input) || hasDefault(now)) return []
    // Where it was nullable before, that it is not any more is found already.
    if (!isNonNullType(input.type) || !isNonNullType(now.type)) return []
    return [{ type, description: `${place} has no default any more, and has to be given.` }]
  })
}

function hasDefault({ defaultValue }: Input): boolean {
  return defaultValue !== undefined
}

interface Placed {
  readonly input: Input
  readonly type: BreakingChangeType
  /** In words, as graphql-js has them: with the names that `isNoticed` looks for. */
  readonly place: string
}

/** By `Type.field(argument:)` and `Input.field`. */
function inputsOf(schema: GraphQLSchema): ReadonlyMap<string, Placed> {
  const found = new Map<string, Placed>()
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInputObjectType(type)) {
      for (const input of Object.values(type.getFields()))
        found.set(`${type.name}.${input.name}`, {
          input,
          type: BreakingChangeType.FIELD_CHANGED_KIND,
          place: `The field ${input.name} on input type ${type.name}`,
        })
    } else if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields()))
        for (const input of field.args)
          found.set(`${type.name}.${field.name}(${input.name}:)`, {
            input,
            type: BreakingChangeType.ARG_CHANGED_KIND,
            place: `${type.name}.${field.name} arg ${input.name}`,
          })
    }
  }
  return found
}

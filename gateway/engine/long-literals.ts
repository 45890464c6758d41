// Long numbers in literals of custom scalars travel as variables: a planner reads them into a number of its own, and rounds.
import {
  type ConstValueNode,
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  type OperationDefinitionNode,
  parseType,
  TypeInfo,
  type ValueNode,
  type VariableDefinitionNode,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { keepDigits } from '../long-numbers.ts'

/** Values of variables that stand for literals. */
export type Constants = Readonly<Record<string, unknown>>

const PREFIX = 'sallyport_literal_'

/** Long enough to lose digits. */
const LONG = 16

export function hoistLongLiterals(
  document: DocumentNode,
  schema: GraphQLSchema,
): { readonly document: DocumentNode; readonly constants: Constants } {
  const constants: Record<string, unknown> = {}
  const definitions: VariableDefinitionNode[] = []
  const typeInfo = new TypeInfo(schema)
  let isConstant = false
  const hoisted = visit(
    document,
    visitWithTypeInfo(typeInfo, {
      VariableDefinition: {
        enter() {
          isConstant = true
        },
        leave() {
          isConstant = false
        },
      },
      enter(node) {
        if (isConstant || !isValue(node) || !isLong(node)) return undefined
        const type = typeInfo.getInputType()
        const named = getNamedType(type)
        if (!type || !isScalarType(named) || isSpecifiedScalarType(named)) return undefined
        const name = { kind: Kind.NAME, value: `${PREFIX}${definitions.length}` } as const
        const variable = { kind: Kind.VARIABLE, name } as const
        constants[name.value] = plainValue(node)
        definitions.push({
          kind: Kind.VARIABLE_DEFINITION,
          variable,
          type: parseType(String(type), { noLocation: true }),
        })
        return variable
      },
    }),
  )
  return definitions.length === 0
    ? { document, constants: {} }
    : { document: withVariables(hoisted, definitions), constants }
}

function withVariables(
  document: DocumentNode,
  added: readonly VariableDefinitionNode[],
): DocumentNode {
  const definitions = document.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? ({
          ...definition,
          variableDefinitions: [...(definition.variableDefinitions ?? []), ...added],
        } satisfies OperationDefinitionNode)
      : definition,
  )
  return { ...document, definitions }
}

function isValue(node: { readonly kind: string }): node is ValueNode {
  return (
    node.kind === Kind.INT ||
    node.kind === Kind.FLOAT ||
    node.kind === Kind.LIST ||
    node.kind === Kind.OBJECT
  )
}

/** Whether it is, or has in it, a number that may lose digits, and no variable of the client's. */
function isLong(node: ValueNode): node is ConstValueNode {
  let isFound = false
  let isWhole = true
  const look = ({ value }: { readonly value: string }) => {
    if (value.length >= LONG) isFound = true
  }
  visit(node, {
    IntValue: look,
    FloatValue: look,
    Variable() {
      isWhole = false
    },
  })
  return isFound && isWhole
}

function plainValue(node: ConstValueNode): unknown {
  switch (node.kind) {
    case Kind.INT:
    case Kind.FLOAT:
      return keepDigits(node.value)
    case Kind.LIST:
      return node.values.map(plainValue)
    case Kind.OBJECT:
      return Object.fromEntries(
        node.fields.map(({ name, value }) => [name.value, plainValue(value)]),
      )
    case Kind.NULL:
      return null
    default:
      return node.value
  }
}

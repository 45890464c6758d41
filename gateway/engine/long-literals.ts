// Long numbers in literals travel as variables, and those of ids as text: a planner reads them into a number of its own, and rounds.
import {
  type ConstValueNode,
  type DocumentNode,
  type FloatValueNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  type IntValueNode,
  isListType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  parseType,
  type StringValueNode,
  TypeInfo,
  typeFromAST,
  type ValueNode,
  type VariableDefinitionNode,
  type VariableNode,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { keepDigits } from '../long-numbers.ts'
import { settleLongNumbers } from '../operation/long-numbers.ts'
import { toJson } from './data.ts'
import { PREFIX as LITERALS, type Literals, withVariables } from './shared-literals.ts'

/** Values of variables by their names in the plan. */
export type Defaults = Readonly<Record<string, unknown>>

export interface HoistedLiterals {
  readonly document: DocumentNode
  readonly literals: Literals
  /** Of the client's own variables, where nothing is sent for them. */
  readonly defaults: Defaults
}

const PREFIX = `${LITERALS}long_`

/** Long enough to lose digits. */
const LONG = 16

export function hoistLongLiterals(document: DocumentNode, schema: GraphQLSchema): HoistedLiterals {
  const literals: Record<string, string> = {}
  const defaults: Record<string, unknown> = {}
  const definitions: VariableDefinitionNode[] = []
  const typeInfo = new TypeInfo(schema)
  const hoisted = visit(
    document,
    visitWithTypeInfo(typeInfo, {
      VariableDefinition(node) {
        const { defaultValue, variable } = node
        const type = typeFromAST(schema, node.type) as GraphQLInputType | undefined
        if (defaultValue !== undefined && isLong(defaultValue) && type) {
          defaults[variable.name.value] = settleLongNumbers(plainValue(defaultValue), type)
        }
        return false
      },
      enter(node) {
        if (!isValue(node) || !isLong(node)) return undefined
        const isList = node.kind === Kind.LIST
        // In a list the type is that of its items already.
        const type = isList ? typeInfo.getParentInputType() : typeInfo.getInputType()
        const named = getNamedType(type)
        if (!type || !isScalarType(named)) return undefined
        if (isList && isListType(getNullableType(type))) return undefined
        if (named.name === 'ID') return isNumber(node) ? textOf(node) : undefined
        if (isSpecifiedScalarType(named)) return undefined
        return isWhole(node) ? hoist(node, type) : hoistNumbers(node, type)
      },
    }),
  )
  return {
    document: definitions.length === 0 ? hoisted : withVariables(hoisted, definitions),
    literals,
    defaults,
  }

  /** What has variables of the client's in it stays, but for its numbers. */
  function hoistNumbers(node: ValueNode, type: GraphQLInputType): ValueNode {
    const hoistOne = (one: IntValueNode | FloatValueNode) =>
      isLong(one) ? hoist(one, type) : undefined
    return visit(node, { IntValue: hoistOne, FloatValue: hoistOne })
  }

  function hoist(node: ConstValueNode, type: GraphQLInputType): VariableNode {
    const name = { kind: Kind.NAME, value: `${PREFIX}${definitions.length}` } as const
    const variable = { kind: Kind.VARIABLE, name } as const
    literals[name.value] = toJson(plainValue(node))
    definitions.push({
      kind: Kind.VARIABLE_DEFINITION,
      variable,
      type: parseType(String(type), { noLocation: true }),
    })
    return variable
  }
}

function isValue(node: { readonly kind: string }): node is ValueNode {
  return (
    node.kind === Kind.INT ||
    node.kind === Kind.FLOAT ||
    node.kind === Kind.LIST ||
    node.kind === Kind.OBJECT
  )
}

/** Whether it is, or has in it, a number that may lose digits. */
function isLong(node: ValueNode): boolean {
  let isFound = false
  const look = ({ value }: { readonly value: string }) => {
    if (value.length >= LONG) isFound = true
  }
  visit(node, { IntValue: look, FloatValue: look })
  return isFound
}

/** Whether it has no variable of the client's in it. */
function isWhole(node: ValueNode): node is ConstValueNode {
  let isFound = false
  visit(node, {
    Variable() {
      isFound = true
    },
  })
  return !isFound
}

function isNumber(node: ValueNode): node is IntValueNode | FloatValueNode {
  return node.kind === Kind.INT || node.kind === Kind.FLOAT
}

/** An id is text, however it is written. */
function textOf({ value }: IntValueNode | FloatValueNode): StringValueNode {
  return { kind: Kind.STRING, value }
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

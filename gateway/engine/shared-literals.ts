// Literals travel as variables, so that operations that differ in them alone are one to plan; see shared-steps.ts. Clients
// that write values into documents, as code generators and people at a terminal do, send another one with each value.
//
//   { product(upc: "7") { name } }  ─┐
//   { product(upc: "9") { name } }  ─┴► query($sallyport_literal_0: ID!) { product(upc: $sallyport_literal_0) { name } }
//
// Those whose type says how they are as JSON: of `String`, `ID`, `Int` and `Float`, and lists of them. The rest stays as it is written:
// of a custom scalar the subgraph alone knows what a literal means, and of enums and Booleans there are few.
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isListType,
  isSpecifiedScalarType,
  Kind,
  type OperationDefinitionNode,
  parseType,
  TypeInfo,
  type ValueNode,
  type VariableDefinitionNode,
  type VariableNode,
  visit,
} from 'graphql'
import type { PlannerFields } from '../operation/planner-fields.ts'
import { eachNode, visitAll } from '../operation/walk.ts'

/** JSON texts by the variables of the plan that stand for them. */
export type Literals = Readonly<Record<string, string>>

export interface WithoutLiterals {
  readonly document: DocumentNode
  readonly literals: Literals
}

/** Takes the literals out of an operation and its fragments. */
export type ShareLiterals = (document: DocumentNode) => WithoutLiterals

export const PREFIX = 'sallyport_literal_'

/** Whether a variable of a plan stands for a literal. Clients' variables of such names have others in a plan. */
export function isLiteralsName(variable: string): boolean {
  return variable.startsWith(PREFIX)
}

/** A document with more has another number of them the next time, as it lists what is written in one go. */
const MOST_LITERALS = 64

/** Equal texts at one argument are one variable: fields that are one in the answer have equal arguments. */
interface Found {
  readonly text: string
  readonly nodes: ValueNode[]
  readonly place: Place
}

/** An argument of fields of one name, or what lies below it. */
interface Place {
  readonly type: string
  /** Of fields of different types, where it is of different types, so that a variable would not fit. */
  isMixed: boolean
}

export function createShareLiterals({
  schema,
  plannerFields,
}: {
  schema: GraphQLSchema
  plannerFields: PlannerFields
}): ShareLiterals {
  const kept = fieldsWithArguments(plannerFields)

  return (document) => {
    if (!hasLiterals(document)) return { document, literals: {} }
    const found = findLiterals(document, { schema, kept })
    if (found.length > MOST_LITERALS) return { document, literals: {} }
    const literals: Record<string, string> = {}
    const variables = new Map<ValueNode, VariableNode>()
    const added: VariableDefinitionNode[] = []
    for (const { text, nodes, place } of found) {
      if (place.isMixed) continue
      const variable = variableOf(`${PREFIX}${added.length}`)
      literals[variable.name.value] = text
      for (const node of nodes) variables.set(node, variable)
      added.push({
        kind: Kind.VARIABLE_DEFINITION,
        variable,
        type: parseType(place.type, { noLocation: true }),
      })
    }
    if (added.length === 0) return { document, literals }
    return { document: withVariables(replaced(document, variables), added), literals }
  }
}

/** Planners ask for them by themselves, and see that a client's field is the same by its literals. */
function fieldsWithArguments(plannerFields: PlannerFields): ReadonlySet<string> {
  const fields = [...plannerFields.values()].flatMap((ofType) => [...ofType])
  return new Set(fields.flatMap(([name, given]) => ([...given].some(Boolean) ? [name] : [])))
}

function hasLiterals(document: DocumentNode): boolean {
  let isFound = false
  eachNode(document, (node) => {
    if (node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT)
      isFound = true
    return !isFound
  })
  return isFound
}

interface FindOptions {
  readonly schema: GraphQLSchema
  /** Names of fields whose arguments stay. */
  readonly kept: ReadonlySet<string>
}

function findLiterals(document: DocumentNode, { schema, kept }: FindOptions): readonly Found[] {
  const found = new Map<string, Found>()
  const places = new Map<string, Place>()
  const typeInfo = new TypeInfo(schema)
  visitAll(document, [{ Field: lookAtField }], typeInfo)
  return [...found.values()]

  function lookAtField({ name, arguments: given = [] }: FieldNode): void {
    if (given.length === 0 || kept.has(name.value)) return
    const { args = [] } = typeInfo.getFieldDef() ?? {}
    for (const argument of given) {
      const type = args.find((one) => one.name === argument.name.value)?.type
      if (type !== undefined) look(argument.value, type, `${name.value} ${argument.name.value}`)
    }
  }

  function look(node: ValueNode, given: GraphQLInputType, path: string): void {
    const type = getNullableType(given)
    const place = placeAt(path, `${type}!`)
    const text = jsonOf(node, type)
    if (text !== null) {
      const known = found.get(`${path} ${text}`)
      if (known === undefined) found.set(`${path} ${text}`, { text, nodes: [node], place })
      else known.nodes.push(node)
    } else if (node.kind === Kind.LIST && isListType(type)) {
      for (const item of node.values) look(item, type.ofType, `${path} []`)
    } else if (node.kind === Kind.OBJECT && isInputObjectType(type)) {
      const fields = type.getFields()
      for (const { name, value } of node.fields) {
        const field = fields[name.value]
        if (field !== undefined) look(value, field.type, `${path} ${name.value}`)
      }
    }
  }

  function placeAt(path: string, type: string): Place {
    const known = places.get(path) ?? { type, isMixed: false }
    if (known.type !== type) known.isMixed = true
    places.set(path, known)
    return known
  }
}

/** As a variable of this type is sent; null: it stays where it is. Numbers of GraphQL are written as JSON's are, to the digit. */
function jsonOf(node: ValueNode, type: GraphQLInputType): string | null {
  if (isListType(type)) {
    if (node.kind !== Kind.LIST) return null
    const items = node.values.map((item) => jsonOf(item, getNullableType(type.ofType)))
    return items.includes(null) ? null : `[${items.join(',')}]`
  }
  if (!('name' in type) || !isSpecifiedScalarType(type)) return null
  switch (node.kind) {
    case Kind.STRING:
      return type.name === 'String' || type.name === 'ID' ? JSON.stringify(node.value) : null
    case Kind.INT:
      // An id is text, however it is written.
      if (type.name === 'ID') return JSON.stringify(node.value)
      return type.name === 'Int' || type.name === 'Float' ? node.value : null
    case Kind.FLOAT:
      return type.name === 'Float' ? node.value : null
    default:
      return null
  }
}

function replaced(
  document: DocumentNode,
  variables: ReadonlyMap<ValueNode, VariableNode>,
): DocumentNode {
  const replace = (node: ValueNode) => variables.get(node)
  return visit(document, {
    StringValue: replace,
    IntValue: replace,
    FloatValue: replace,
    ListValue: replace,
  })
}

function variableOf(name: string): VariableNode {
  return { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } }
}

export function withVariables(
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

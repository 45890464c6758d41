// What a caller gets of an operation of which some fields are denied: an executor of its own over the monolith, written from the
// specification (section 6) and docs/subgraphs.md. It knows nothing of how the gateway does it.
import {
  type DocumentNode,
  type FieldNode,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFieldResolver,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  getVariableValues,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

/** `Type.field` of object types, and names of object types. */
export interface Denied {
  readonly fields: ReadonlySet<string>
  readonly types: ReadonlySet<string>
}

export interface WalkOptions {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly variables: Record<string, unknown>
  readonly denied: Denied
  resolve: GraphQLFieldResolver<never, never>
  readonly mood: unknown
}

type Path = readonly (string | number)[]

/** A null that takes its parent with it. */
class Climbs extends Error {}

interface Selected {
  readonly node: FieldNode
  readonly isDenied: boolean
}

interface Group {
  readonly set: SelectionSetNode
  readonly declared: string
  readonly isDenied: boolean
}

/** Whether the rule of docs/subgraphs.md leaves out a field, selected on this type. */
function isDenied(schema: GraphQLSchema, { fields, types }: Denied, at: [string, string]) {
  const [declared, field] = at
  const parents = objectsOf(schema, declared)
  const type = schema.getType(declared)
  const output = type && 'getFields' in type ? type.getFields()[field]?.type : undefined
  const outputs = output ? objectsOf(schema, getNamedType(output as GraphQLOutputType).name) : []
  return (
    parents.some((name) => fields.has(`${name}.${field}`)) ||
    [...parents, ...outputs].some((name) => types.has(name))
  )
}

export function walkDenied(options: WalkOptions): FormattedExecutionResult & { denied: string[] } {
  const { schema, document, mood } = options
  const errors: { message: string; path: (string | number)[] }[] = []
  const denied: string[] = []
  const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)
  const root = schema.getQueryType()
  if (operation?.kind !== Kind.OPERATION_DEFINITION || !root) throw new Error('no operation')
  const definitions = operation.variableDefinitions ?? []
  const { coerced: variables = {} } = getVariableValues(schema, definitions, options.variables)
  const groups = [{ set: operation.selectionSet, declared: root.name, isDenied: false }]
  let data: unknown = null
  try {
    data = object(root, { source: undefined, groups, path: [] })
  } catch (error) {
    if (!(error instanceof Climbs)) throw error
  }
  return { ...JSON.parse(JSON.stringify({ data, errors })), denied }

  function object(
    type: GraphQLObjectType,
    { source, groups, path }: { source: unknown; groups: readonly Group[]; path: Path },
  ): Record<string, unknown> {
    const fields = new Map<string, (Selected & { declared: string })[]>()
    for (const { set, declared, isDenied } of groups)
      collect(fields, set, { type, declared, isDenied })
    const result: [string, unknown][] = []
    // Every field is asked: siblings of one that climbs have their errors too.
    let climbed = false
    for (const [name, nodes] of fields) {
      try {
        result.push([name, field(type, { source, nodes, path: [...path, name] })])
      } catch (error) {
        if (!(error instanceof Climbs)) throw error
        climbed = true
      }
    }
    if (climbed) throw new Climbs()
    return Object.fromEntries(result)
  }

  function field(
    type: GraphQLObjectType,
    at: { source: unknown; nodes: readonly (Selected & { declared: string })[]; path: Path },
  ): unknown {
    const { source, nodes, path } = at
    const [first] = nodes
    if (!first) throw new Error('no node')
    const name = first.node.name.value
    if (name === '__typename') return type.name
    const definition = type.getFields()[name]
    if (!definition) throw new Error(`no field ${type.name}.${name}`)
    const isNonNull = isNonNullType(definition.type)
    if (nodes.every(({ isDenied }) => isDenied)) {
      denied.push(JSON.stringify(path))
      errors.push({ message: 'denied', path: [...path] })
      if (isNonNull) throw new Climbs()
      return null
    }
    // An object's own type may say more of the field than the type that it is selected on.
    const groups = nodes.flatMap(({ node, isDenied, declared }) => {
      const on = schema.getType(declared)
      const written = on && 'getFields' in on ? on.getFields()[name]?.type : undefined
      const below = getNamedType((written ?? definition.type) as GraphQLOutputType).name
      return node.selectionSet ? [{ set: node.selectionSet, declared: below, isDenied }] : []
    })
    try {
      const open = nodes.find((one) => !one.isDenied) ?? first
      const args = getArgumentValues(definition, open.node, variables)
      const info = { fieldName: name, parentType: type, returnType: definition.type, schema }
      const value = options.resolve(source as never, args, mood as never, info as never)
      return complete(definition.type, { value, groups, path })
    } catch (error) {
      if (error instanceof GraphQLError) errors.push({ message: error.message, path: [...path] })
      else if (!(error instanceof Climbs)) throw error
      if (isNonNull) throw new Climbs()
      return null
    }
  }

  function complete(
    type: GraphQLOutputType,
    at: { value: unknown; groups: readonly Group[]; path: Path },
  ): unknown {
    const { value, groups, path } = at
    if (isNonNullType(type)) {
      const completed = complete(type.ofType, at)
      if (completed !== null) return completed
      errors.push({ message: 'null where it may not be', path: [...path] })
      throw new Climbs()
    }
    if (value === null || value === undefined) return null
    if (isListType(type)) {
      let climbed = false
      const items = (value as unknown[]).map((item, index) => {
        try {
          return complete(type.ofType, { value: item, groups, path: [...path, index] })
        } catch (error) {
          if (!(error instanceof Climbs)) throw error
          if (isNonNullType(type.ofType)) climbed = true
          return null
        }
      })
      if (climbed) throw new Climbs()
      return items
    }
    if (isLeafType(type)) return type.serialize(value)
    const { __typename } = value as { __typename: string }
    const runtime = isAbstractType(type) ? schema.getType(__typename) : type
    return object(runtime as GraphQLObjectType, { source: value, groups, path })
  }

  function collect(
    fields: Map<string, (Selected & { declared: string })[]>,
    set: SelectionSetNode,
    at: { type: GraphQLObjectType; declared: string; isDenied: boolean },
  ): void {
    for (const selection of set.selections) {
      if (isSkipped(selection)) continue
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value
        const isOpen = selection.name.value === '__typename'
        const own = [at.declared, selection.name.value] as [string, string]
        const denied = !isOpen && (at.isDenied || isDenied(schema, options.denied, own))
        const all = fields.get(name) ?? []
        all.push({ node: selection, isDenied: denied, declared: at.declared })
        fields.set(name, all)
        continue
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection
          : document.definitions.find(
              (one) =>
                one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value,
            )
      if (!fragment || !('selectionSet' in fragment)) throw new Error('no fragment')
      const condition =
        ('typeCondition' in fragment ? fragment.typeCondition?.name.value : null) ?? at.declared
      if (!objectsOf(schema, condition).includes(at.type.name)) continue
      collect(fields, fragment.selectionSet, { ...at, declared: condition })
    }
  }

  function isSkipped(node: SelectionNode): boolean {
    const skip = getDirectiveValues(GraphQLSkipDirective, node, variables)
    const include = getDirectiveValues(GraphQLIncludeDirective, node, variables)
    return skip?.if === true || include?.if === false
  }
}

function objectsOf(schema: GraphQLSchema, name: string): readonly string[] {
  const type = schema.getType(name)
  if (!isCompositeType(type)) return []
  return isAbstractType(type) ? schema.getPossibleTypes(type).map((one) => one.name) : [name]
}

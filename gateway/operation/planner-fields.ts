// Fields that the query planner asks for by itself: keys of entities, and what subgraphs require of each other or provide.
//
// It merges them into what a client asked for by response name alone. `{ product { taxId: name stock } }`, where `taxId` is the key
// that leads to `stock`, would answer the key, past every rule and past @inaccessible, and `{ ownerId: echo(text: "me") notes }` would
// send the client's words to the subgraph whose `notes` requires `ownerId`. The engine gives such fields other names while it runs them.
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql'

/** By type and field: the arguments with which the planner asks for it, printed. */
export type PlannerFields = ReadonlyMap<string, FieldsOfPlanner>

type FieldsOfPlanner = ReadonlyMap<string, ReadonlySet<string>>

/** Reads them from the join directives of a supergraph. */
export function readPlannerFields(supergraph: DocumentNode): PlannerFields {
  const found = new Map<string, Map<string, Set<string>>>()
  const types = new Map<string, Map<string, string>>()
  for (const type of typesOf(supergraph)) {
    const fields = (type.fields ?? []).map(
      (field) => [field.name.value, nameOf(field.type)] as const,
    )
    types.set(type.name.value, new Map(fields))
  }
  for (const type of typesOf(supergraph)) {
    const name = type.name.value
    for (const text of textsOf(type.directives, 'join__type', 'key')) add(name, text)
    for (const field of type.fields ?? []) {
      for (const text of textsOf(field.directives, 'join__field', 'requires')) add(name, text)
      for (const text of textsOf(field.directives, 'join__field', 'provides')) {
        add(nameOf(field.type), text)
      }
    }
  }
  return found

  function add(type: string, fieldSet: string): void {
    const [definition] = parse(`{ ${fieldSet} }`).definitions
    if (definition?.kind === Kind.OPERATION_DEFINITION) addAll(type, definition.selectionSet)
  }

  function addAll(type: string, { selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        addAll(selection.typeCondition?.name.value ?? type, selection.selectionSet)
      } else if (selection.kind === Kind.FIELD) {
        const name = selection.name.value
        const fields = found.get(type) ?? new Map<string, Set<string>>()
        found.set(
          type,
          fields.set(name, (fields.get(name) ?? new Set()).add(argumentsOf(selection))),
        )
        const inner = types.get(type)?.get(name)
        if (selection.selectionSet && inner !== undefined) addAll(inner, selection.selectionSet)
      }
    }
  }
}

/** Names that planners make up for fields that would meet in the answer. */
const PLANNERS_ALIAS = /__alias_\d+$|^_internal_/

/** Whether a planner would take the name of a field in the answer for a field that it asks for by itself. For one document. */
export function createIsAmbiguousName({
  schema,
  plannerFields,
}: {
  schema: GraphQLSchema
  plannerFields: PlannerFields
}): (node: FieldNode, parent: GraphQLCompositeType) => boolean {
  const ofRelated = new Map<GraphQLCompositeType, readonly FieldsOfPlanner[]>()

  return (node, parent) => {
    const field = node.name.value
    const name = node.alias?.value ?? field
    if (name !== field && (name === '__typename' || PLANNERS_ALIAS.test(name))) return true
    return relatedFields(parent).some((fields) => {
      const known = fields.get(name)
      if (known === undefined) return false
      return name !== field || !known.has(argumentsOf(node)) || known.size > 1
    })
  }

  function relatedFields(parent: GraphQLCompositeType): readonly FieldsOfPlanner[] {
    const known = ofRelated.get(parent)
    if (known !== undefined) return known
    const related = relatedTypes(schema, parent).flatMap((type) => plannerFields.get(type) ?? [])
    ofRelated.set(parent, related)
    return related
  }
}

/**
 * Types whose objects may be selected together with those of this one: by @interfaceObject, what is an object's may be a field of its
 * interface.
 */
export function relatedTypes(schema: GraphQLSchema, type: GraphQLNamedType): readonly string[] {
  const objects = isAbstractType(type) ? schema.getPossibleTypes(type) : [type]
  const interfaces = objects.flatMap((one) => (isObjectType(one) ? one.getInterfaces() : []))
  return [...new Set([type, ...objects, ...interfaces].map(({ name }) => name))]
}

function typesOf({ definitions }: DocumentNode) {
  return definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
    definition.kind === Kind.INTERFACE_TYPE_DEFINITION
      ? [definition]
      : [],
  )
}

function textsOf(
  directives: readonly ConstDirectiveNode[] = [],
  directive: string,
  argument: string,
): string[] {
  return directives
    .filter(({ name }) => name.value === directive)
    .flatMap((one) => one.arguments ?? [])
    .flatMap(({ name, value }) =>
      name.value === argument && value.kind === Kind.STRING ? [value.value] : [],
    )
}

function argumentsOf({ arguments: all = [] }: FieldNode): string {
  return all
    .map((argument) => print(argument))
    .sort()
    .join(',')
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type)
}

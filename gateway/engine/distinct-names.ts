// Names of the answer stand under other names while an operation runs: those that a planner would take for fields of its own, and every
// alias, so that operations that differ in their aliases alone are one to plan; see shared-steps.ts.
//
// A planner merges what it needs itself, keys and required fields, into what a client asked for, and what a client asked for below
// objects of different types, by the name in the answer alone.
//
//   client                                      the planner adds      without this
//   { product { taxId: name stock } }           taxId                 the answer has the key
//   { goods { price(currency: "EUR") tax } }    price(currency: "USD")    tax is computed from the client's price
//   { shelf { ...on Box { item { x: size } } ...on Bag { item { x: price } } } }    x is the price of items in boxes too
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  print,
  type SelectionNode,
  type SelectionSetNode,
  TypeInfo,
} from 'graphql'
import { createIsAmbiguousName, type PlannerFields } from '../operation/planner-fields.ts'
import type { OperationDocument, PreparedOperation } from '../operation/prepared-operation.ts'
import { fragmentsOf } from '../operation/select.ts'
import { eachNode, visitAll } from '../operation/walk.ts'

/** The client's names, by those that stand for them. */
export type ClientNames = ReadonlyMap<string, string>

export interface DistinctOperation {
  /** What is planned, fetched and merged. */
  readonly prepared: PreparedOperation
  readonly clientNames: ClientNames
}

const PREFIX = 'sallyport_'

export function withDistinctNames(
  prepared: PreparedOperation,
  { schema, plannerFields }: { schema: GraphQLSchema; plannerFields: PlannerFields },
): DistinctOperation {
  const renamed = new Set([
    ...fieldsToRename(prepared.asked.document, schema, plannerFields),
    ...meetingFields(prepared.asked),
  ])
  if (renamed.size === 0) return { prepared, clientNames: new Map() }
  // Wherever such a field stands it is renamed: two places that are one in the answer must stay one.
  const names = new Map([...renamed].map((key, index) => [key, `${PREFIX}${index}`]))
  const clientNames = new Map<string, string>()
  const asked = rename(prepared.asked)
  const sent = prepared.document === prepared.asked.document ? asked : rename(prepared)
  return { prepared: { ...prepared, ...sent, asked }, clientNames }

  function rename({ document }: OperationDocument): OperationDocument {
    const definitions = document.definitions.map((one) =>
      'selectionSet' in one ? { ...one, selectionSet: renameIn(one.selectionSet) } : one,
    )
    const operation = definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)
    return {
      document: { ...document, definitions },
      operation: operation as OperationDefinitionNode,
    }
  }

  function renameIn(set: SelectionSetNode): SelectionSetNode {
    return { ...set, selections: set.selections.map(renameSelection) }
  }

  function renameSelection(node: SelectionNode): SelectionNode {
    if (node.kind === Kind.FRAGMENT_SPREAD) return node
    const below = node.selectionSet && { selectionSet: renameIn(node.selectionSet) }
    if (node.kind === Kind.INLINE_FRAGMENT) return { ...node, ...below }
    const name = names.get(keyOf(node))
    if (name === undefined) return { ...node, ...below }
    clientNames.set(name, responseName(node))
    return { ...node, alias: { kind: Kind.NAME, value: name }, ...below }
  }
}

/** The paths of errors as the client knows them. */
export function withClientNames(errors: readonly unknown[], names: ClientNames): unknown[] {
  if (names.size === 0) return [...errors]
  return errors.map((error) => {
    const { path } = error as GraphQLFormattedError
    if (error instanceof Error || path === undefined) return error
    return { ...(error as object), path: path.map((one) => names.get(String(one)) ?? one) }
  })
}

function fieldsToRename(
  document: DocumentNode,
  schema: GraphQLSchema,
  plannerFields: PlannerFields,
): ReadonlySet<string> {
  const found = new Set<string>()
  const typeInfo = new TypeInfo(schema)
  const isAmbiguous = createIsAmbiguousName({ schema, plannerFields })
  visitAll(document, [{ Field: look }], typeInfo)
  return found

  function look(node: FieldNode): void {
    const parent = typeInfo.getParentType()
    const isTaken = responseName(node).startsWith(PREFIX)
    const isRenamed = isTaken || isAliased(node) || (parent && isAmbiguous(node, parent))
    if (isRenamed) found.add(keyOf(node))
  }
}

/** So many selections are looked at place by place. */
const MAX_SELECTIONS = 20_000

/** Different fields that have one name at one place of the answer: of objects of different types they may. */
function meetingFields({ document, operation }: OperationDocument): ReadonlySet<string> {
  const suspects = fieldsOfOneName(document)
  if (suspects.size === 0) return suspects
  const fragments = fragmentsOf(document)
  const found = new Set<string>()
  let selections = 0
  lookIn([operation.selectionSet])
  return selections > MAX_SELECTIONS ? suspects : found

  function lookIn(sets: readonly SelectionSetNode[]): void {
    const byName = new Map<string, FieldNode[]>()
    const spread = new Set<string>()
    for (const set of sets) collect(set, { byName, spread })
    for (const nodes of byName.values()) {
      const keys = new Set(nodes.map(keyOf))
      if (keys.size > 1) for (const key of keys) found.add(key)
      const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? [])
      if (below.length > 0 && selections <= MAX_SELECTIONS) lookIn(below)
    }
  }

  function collect(
    set: SelectionSetNode,
    into: { readonly byName: Map<string, FieldNode[]>; readonly spread: Set<string> },
  ): void {
    for (const one of set.selections) {
      selections += 1
      if (one.kind === Kind.FIELD) {
        const known = into.byName.get(responseName(one))
        if (known === undefined) into.byName.set(responseName(one), [one])
        else known.push(one)
      } else if (one.kind === Kind.INLINE_FRAGMENT) collect(one.selectionSet, into)
      else if (!into.spread.has(one.name.value)) {
        into.spread.add(one.name.value)
        const fragment = fragments.get(one.name.value)
        if (fragment !== undefined) collect(fragment.selectionSet, into)
      }
    }
  }
}

/** Different fields that have one name, at whatever places. */
function fieldsOfOneName(document: DocumentNode): ReadonlySet<string> {
  const byName = new Map<string, Set<string>>()
  eachNode(document, (node) => {
    if (node.kind !== Kind.FIELD) return
    const name = responseName(node)
    byName.set(name, (byName.get(name) ?? new Set()).add(keyOf(node)))
  })
  return new Set([...byName.values()].filter(({ size }) => size > 1).flatMap((keys) => [...keys]))
}

/** Equal for fields that may be one in the answer. */
function keyOf(node: FieldNode): string {
  const { arguments: given = [] } = node
  if (given.length === 0) return `${responseName(node)}: ${node.name.value}`
  const args = given.map((one) => print(one)).sort()
  return `${responseName(node)}: ${node.name.value}(${args.join(', ')})`
}

/** What the gateway answers itself, and planners know by name, is left alone. */
function isAliased({ alias, name }: FieldNode): boolean {
  return alias !== undefined && alias.value !== name.value && !name.value.startsWith('__')
}

function responseName(node: FieldNode): string {
  return (node.alias ?? node.name).value
}

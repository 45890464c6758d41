// Names of the answer that a planner would take for fields of its own stand under other names while an operation runs.
//
// A planner merges the keys and required fields that it needs into what a client asked for, by the name in the answer alone.
//
//   client                                      the planner adds      without this
//   { product { taxId: name stock } }           taxId                 the answer has the key
//   { goods { price(currency: "EUR") tax } }    price(currency: "USD")    tax is computed from the client's price
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  print,
  TypeInfo,
  visit,
} from 'graphql'
import { createIsAmbiguousName, type PlannerFields } from '../operation/planner-fields.ts'
import type { OperationDocument, PreparedOperation } from '../operation/prepared-operation.ts'
import { visitAll } from '../operation/walk.ts'

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
  const ambiguous = ambiguousFields(prepared.asked.document, schema, plannerFields)
  if (ambiguous.size === 0) return { prepared, clientNames: new Map() }
  // Wherever such a field stands it is renamed: two places that are one in the answer must stay one.
  const names = new Map([...ambiguous].map((key, index) => [key, `${PREFIX}${index}`]))
  const clientNames = new Map<string, string>()
  return {
    prepared: { ...prepared, ...rename(prepared), asked: rename(prepared.asked) },
    clientNames,
  }

  function rename(source: OperationDocument): OperationDocument {
    const document: DocumentNode = visit(source.document, {
      Field(node) {
        const name = names.get(keyOf(node))
        if (name === undefined) return undefined
        clientNames.set(name, responseName(node))
        return { ...node, alias: { kind: Kind.NAME, value: name } } satisfies FieldNode
      },
    })
    const operation = document.definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)
    return { document, operation: operation as OperationDefinitionNode }
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

function ambiguousFields(
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
    if (isTaken || (parent && isAmbiguous(node, parent))) found.add(keyOf(node))
  }
}

/** Equal for fields that may be one in the answer. */
function keyOf(node: FieldNode): string {
  const args = (node.arguments ?? []).map((one) => print(one)).sort()
  return JSON.stringify([responseName(node), node.name.value, args])
}

function responseName(node: FieldNode): string {
  return (node.alias ?? node.name).value
}

// Picks the one operation of a document that runs, with the fragments it uses and nothing else.
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from 'graphql'
import { GatewayError } from '../errors.ts'
import type { OperationDocument } from './prepared-operation.ts'

/** @throws GatewayError BAD_REQUEST when the name fits no operation, or no kind that is supported. */
export function selectOperation(
  document: DocumentNode,
  operationName: string | null,
): OperationDocument {
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  )
  const named = operations.filter((candidate) => candidate.name?.value === operationName)
  const [operation, another] = operationName === null ? operations : named
  if (!operation) throw badRequest('The document has no operation of that name.')
  if (another) throw badRequest('The document has several operations: name one in operationName.')
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
    throw badRequest('Subscriptions are not supported.')
  }
  return { operation, document: reduceDocument(document, operation) }
}

/** The operation and the fragments that it uses. */
export function reduceDocument(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): DocumentNode {
  const fragments = fragmentsOf(document)
  const used = new Set<FragmentDefinitionNode>()
  const pending: (OperationDefinitionNode | FragmentDefinitionNode)[] = [operation]
  for (let node = pending.pop(); node; node = pending.pop()) {
    eachSpread(node.selectionSet, ({ name }) => {
      const fragment = fragments.get(name.value)
      if (!fragment || used.has(fragment)) return
      used.add(fragment)
      pending.push(fragment)
    })
  }
  return { kind: Kind.DOCUMENT, definitions: [operation, ...used] }
}

function eachSpread(set: SelectionSetNode, see: (spread: FragmentSpreadNode) => void): void {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) see(selection)
    else if (selection.selectionSet) eachSpread(selection.selectionSet, see)
  }
}

/** The fragments of a document, by name. */
export function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, definition)
  }
  return fragments
}

function badRequest(message: string): GatewayError {
  return new GatewayError('BAD_REQUEST', { message })
}

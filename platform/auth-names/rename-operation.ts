// An operation that is written in auth's own names, as a deployment's graph knows it.
import { type DocumentNode, Kind, type OperationDefinitionNode, visit } from 'graphql'
import type { AuthNames } from './auth-names.ts'

const ROOT_OF = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const

/** The same question: answers come under auth's own names, because renamed root fields get them as aliases. */
export function renameOperation(document: DocumentNode, { names }: AuthNames): DocumentNode {
  const renamed = visit(document, {
    NamedType(node) {
      const value = names.get(node.name.value)
      return value === undefined ? undefined : { ...node, name: { ...node.name, value } }
    },
  })
  const definitions = renamed.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? renameRootFields(definition, names)
      : definition,
  )
  return { ...renamed, definitions }
}

function renameRootFields(
  operation: OperationDefinitionNode,
  names: AuthNames['names'],
): OperationDefinitionNode {
  const selections = operation.selectionSet.selections.map((selection) => {
    if (selection.kind !== Kind.FIELD) return selection
    const value = names.get(`${ROOT_OF[operation.operation]}.${selection.name.value}`)
    if (value === undefined) return selection
    const alias = selection.alias ?? selection.name
    return { ...selection, alias, name: { ...selection.name, value } }
  })
  return { ...operation, selectionSet: { ...operation.selectionSet, selections } }
}

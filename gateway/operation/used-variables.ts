// A variable that nothing uses any more would make a document invalid.
import { type DocumentNode, type OperationDefinitionNode, visit } from 'graphql'
import { reduceDocument } from './select.ts'

/** The operation without the definitions of variables that neither it nor its fragments use. */
export function onlyUsedVariables(
  operation: OperationDefinitionNode,
  document: DocumentNode,
): OperationDefinitionNode {
  const used = new Set<string>()
  for (const definition of reduceDocument(document, operation).definitions) {
    visit(definition, {
      VariableDefinition: () => false,
      Variable: ({ name }) => void used.add(name.value),
    })
  }
  const { variableDefinitions = [] } = operation
  return {
    ...operation,
    variableDefinitions: variableDefinitions.filter(({ variable }) =>
      used.has(variable.name.value),
    ),
  }
}

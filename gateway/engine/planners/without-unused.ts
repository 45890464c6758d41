// Of an operation from which selections were taken: the fragments and variables that nothing uses any more go too. A subgraph
// refuses a document that has them (GraphQL, sections 5.5.1.4 and 5.8.4).
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql'
import { fragmentsOf } from '../../operation/select.ts'

export function withoutUnused(document: DocumentNode): DocumentNode {
  const used = usedBy(document)
  return visit(document, {
    FragmentDefinition: (one) => (used.fragments.has(one) ? false : null),
    VariableDefinition: ({ variable }) => (used.variables.has(variable.name.value) ? false : null),
  })
}

function usedBy(document: DocumentNode) {
  const known = fragmentsOf(document)
  const fragments = new Set<FragmentDefinitionNode>()
  const variables = new Set<string>()
  for (const one of document.definitions) {
    if (one.kind === Kind.OPERATION_DEFINITION) read(one)
  }
  return { fragments, variables }

  function read(definition: OperationDefinitionNode | FragmentDefinitionNode): void {
    visit(definition, {
      VariableDefinition: () => false,
      Variable: ({ name }) => void variables.add(name.value),
      FragmentSpread({ name }) {
        const fragment = known.get(name.value)
        if (fragment === undefined || fragments.has(fragment)) return
        fragments.add(fragment)
        read(fragment)
      },
    })
  }
}

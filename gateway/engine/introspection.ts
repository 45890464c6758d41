// `__schema` and `__type`: answered from the schema that clients see, by graphql-js itself.
import {
  type DocumentNode,
  executeSync,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
} from 'graphql'
import type { Write } from './response.ts'

export interface IntrospectionOptions {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
}

/** Compiles the nodes that select one introspection field under one name. */
export function compileIntrospection({
  schema,
  document,
  operation,
}: IntrospectionOptions): (nodes: readonly FieldNode[]) => Write {
  return (nodes) => {
    const [first] = nodes
    const name = (first?.alias ?? first?.name)?.value ?? ''
    const selectionSet = { kind: Kind.SELECTION_SET, selections: nodes } as const
    const alone: OperationDefinitionNode = { ...operation, selectionSet, directives: [] }
    const definitions = document.definitions.map((definition) =>
      definition === operation ? alone : definition,
    )
    return (_, { variables }) => {
      const { data, errors } = executeSync({
        schema,
        document: { kind: Kind.DOCUMENT, definitions },
        rootValue: {},
        variableValues: { ...variables },
      })
      if (errors !== undefined) throw errors[0]
      return JSON.stringify(data?.[name] ?? null)
    }
  }
}

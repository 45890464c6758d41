// The query planner of Apollo over one supergraph: an operation in, a plan out.
import { operationFromDocument, type Schema, Supergraph } from '@apollo/federation-internals'
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner'
import type { GraphQLSchema } from 'graphql'
import type { PreparedOperation } from '../operation/prepared-operation.ts'

export interface Planner {
  /** What clients see. */
  readonly schema: GraphQLSchema
  /** The same in Apollo's own form. */
  readonly apiSchema: Schema
  /** With what is inaccessible to clients: subgraphs may require it of each other. */
  readonly supergraphSchema: GraphQLSchema
  readonly subgraphs: readonly string[]
  /** Synchronous, and far from free: once for each operation. */
  plan(prepared: PreparedOperation): QueryPlan
}

/** @throws Error when the supergraph is not valid, or asks for what the planner does not know. */
export function createPlanner(supergraphSdl: string): Planner {
  const supergraph = Supergraph.build(supergraphSdl, { validateSupergraph: true })
  const planner = new QueryPlanner(supergraph)
  const apiSchema = supergraph.apiSchema()
  return {
    schema: apiSchema.toGraphQLJSSchema(),
    apiSchema,
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
    subgraphs: supergraph.subgraphsMetadata().map(({ name }) => name),
    plan({ document, operation, operationName }) {
      // Nothing is left to ask when all it selects is nobody's viewer.
      if (operation.selectionSet.selections.length === 0) return { kind: 'QueryPlan' }
      const options = operationName === null ? {} : { operationName }
      return planner.buildQueryPlan(operationFromDocument(apiSchema, document, options))
    },
  }
}

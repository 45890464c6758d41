// The stock executor over a plan that is there already: for operations that the compiled executor does not know.
import { buildOperationContext, executeQueryPlan, type GraphQLDataSource } from '@apollo/gateway'
import type { QueryPlan } from '@apollo/query-planner'
import type { FormattedExecutionResult } from 'graphql'
import type { EngineOptions, ExecuteOptions } from '../engine.ts'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import { failedResult, maskedResult } from '../subgraph-errors.ts'
import { apolloLogger, apolloRequest, asApolloDataSource } from './apollo-request.ts'
import type { Planner } from './planner.ts'

export type ExecuteStockPlan = (
  prepared: PreparedOperation,
  options: ExecuteOptions,
  plan: QueryPlan,
) => Promise<FormattedExecutionResult>

export function createStockPlanExecutor(
  { schema, apiSchema, supergraphSchema, subgraphs }: Planner,
  options: EngineOptions,
): ExecuteStockPlan {
  const logger = apolloLogger(options.logger)
  const services: Record<string, GraphQLDataSource> = Object.create(null)
  for (const name of subgraphs) services[name] = asApolloDataSource(options.dataSource(name))

  return async function executeStockPlan(prepared, run, plan) {
    const { requestId } = run.context
    try {
      const result = await executeQueryPlan(
        plan,
        services,
        apolloRequest(prepared, run, { schema, logger }) as Parameters<typeof executeQueryPlan>[2],
        buildOperationContext({ schema, operationDocument: prepared.asked.document }),
        supergraphSchema,
        apiSchema,
      )
      return maskedResult(result as FormattedExecutionResult, requestId, options.logger)
    } catch (error) {
      return failedResult(error, requestId, options.logger)
    }
  }
}

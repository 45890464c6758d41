// Nobody's `viewer` in the stock engine: what is planned is less than what is answered.
import type { QueryPlan } from '@apollo/query-planner'
import type { FormattedExecutionResult } from 'graphql'
import type { EngineOptions, ExecuteOptions } from '../engine.ts'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import { failedResult } from '../subgraph-errors.ts'
import { createPlanner } from './planner.ts'
import { createStockPlanExecutor } from './stock-plan.ts'

/**
 * Apollo's gateway plans and answers one and the same document. Where `viewer` was taken out, its planner and its executor
 * are called one after the other.
 */
export function createViewerlessExecutor(
  options: EngineOptions,
): (prepared: PreparedOperation, run: ExecuteOptions) => Promise<FormattedExecutionResult> {
  const planner = createPlanner(options.supergraphSdl)
  const executeStockPlan = createStockPlanExecutor(planner, options)
  // Goes when the operation goes. One that cannot be planned is tried once.
  const plans = new WeakMap<PreparedOperation, QueryPlan | Error>()

  return async (prepared, run) => {
    const plan = plans.get(prepared) ?? planOrError(prepared)
    plans.set(prepared, plan)
    if (!(plan instanceof Error)) return executeStockPlan(prepared, run, plan)
    return failedResult(plan, run.context.requestId, options.logger)
  }

  function planOrError(prepared: PreparedOperation): QueryPlan | Error {
    try {
      return planner.plan(prepared)
    } catch (error) {
      return error as Error
    }
  }
}

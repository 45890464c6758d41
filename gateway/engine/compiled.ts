// The compiled engine: each operation is planned and compiled once; what is not known here stays with the stock executor.
import type { QueryPlan } from '@apollo/query-planner'
import type { FormattedExecutionResult } from 'graphql'
import { createBoundedCache } from '../bounded-cache.ts'
import type { EngineOptions, ExecuteOptions, LoadedEngine } from '../engine.ts'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import { failedResult, maskedErrors } from '../subgraph-errors.ts'
import { readConditions } from './conditions.ts'
import { createCounters } from './counters.ts'
import { compilePlan, NotCompiled } from './plan.ts'
import { createPlanner } from './planner.ts'
import { compileResponse } from './response.ts'
import { WrittenResult } from './result.ts'
import { type Condition, Run } from './run.ts'
import type { Step } from './step.ts'
import { createStockPlanExecutor } from './stock-plan.ts'
import { createIsOfType } from './types.ts'

type Execute = (options: ExecuteOptions) => Promise<FormattedExecutionResult>

/** Answers of one operation differ in shape by what its Boolean variables say; so many are kept compiled. */
const SHAPES_PER_OPERATION = 16

export function createCompiledEngine(options: EngineOptions): LoadedEngine {
  const { dataSource, logger } = options
  const planner = createPlanner(options.supergraphSdl)
  const { schema } = planner
  const isOfType = createIsOfType(planner.supergraphSchema)
  const executeStockPlan = createStockPlanExecutor(planner, options)
  const counters = createCounters()
  // Goes when the operation goes.
  const compiled = new WeakMap<PreparedOperation, Execute>()

  return {
    schema,
    engine: {
      counters,
      async execute(prepared, run) {
        let execute = compiled.get(prepared)
        if (execute === undefined) {
          execute = compile(prepared)
          compiled.set(prepared, execute)
        }
        return execute(run)
      },
      stop: async () => undefined,
    },
  }

  /** Which executor runs an operation is decided here, and never again: a mutation must not run twice. */
  function compile(prepared: PreparedOperation): Execute {
    const plan = planOrError(prepared)
    if (plan instanceof Error) return async (run) => fail(run, plan)
    try {
      const conditions = readConditions(prepared)
      const isMutation = prepared.kind === 'mutation'
      const step = compilePlan(plan, { isMutation, conditions, isOfType, dataSource })
      return compileExecute(prepared, { step, conditions: [...conditions.values()] })
    } catch (error) {
      const reason = error instanceof NotCompiled ? error.reason : 'error'
      counters.notCompiled[reason] = (counters.notCompiled[reason] ?? 0) + 1
      if (reason === 'error') logger.error({ err: error }, 'an operation could not be compiled')
      return (run) => {
        counters.stock += 1
        return executeStockPlan(prepared, run, plan)
      }
    }
  }

  // The planner has its own bugs: an operation that it cannot plan is tried once, not with every request.
  function planOrError(prepared: PreparedOperation): QueryPlan | Error {
    try {
      return planner.plan(prepared)
    } catch (error) {
      return error as Error
    }
  }

  function fail({ context }: ExecuteOptions, error: unknown): FormattedExecutionResult {
    return failedResult(error, context.requestId, logger)
  }

  function compileExecute(
    prepared: PreparedOperation,
    { step, conditions }: { step: Step | null; conditions: readonly Condition[] },
  ): Execute {
    const writers = createBoundedCache<(run: Run) => string>({
      maxEntries: SHAPES_PER_OPERATION,
    })

    function writerFor(run: Run): (run: Run) => string {
      let key = ''
      for (const condition of conditions) key += run.isOn(condition) ? '1' : '0'
      const known = writers.get(key)
      if (known !== undefined) return known
      const on = new Set(conditions.filter((one) => run.isOn(one)).map(({ name }) => name))
      const writer = compileResponse({ prepared, schema, isOn: (name) => on.has(name) })
      writers.set(key, writer)
      return writer
    }

    return async (executeOptions) => {
      counters.compiled += 1
      const run = new Run(executeOptions)
      try {
        const write = writerFor(run)
        const pending = step?.(run)
        if (pending !== undefined) await pending
        const text = write(run)
        return new WrittenResult(text, maskedErrors(run.errors, run.context.requestId, logger))
      } catch (error) {
        return fail(executeOptions, error)
      } finally {
        run.release()
      }
    }
  }
}

// The compiled engine: each operation is planned and compiled once, and run as often as it comes.
//
//   prepared operation ──► variant: what its conditions and overrides say; 32 of one operation are kept
//                            │  planOperation     names that cannot meet the planner's own
//                            │  shared steps      what was planned for another document, where they differ in names and literals alone
//                            │  planner.plan      off the event loop
//                            │  compilePlan       a tree of fetches becomes a tree of functions
//                            │  compileResponse   a selection becomes a writer of JSON
//                            ▼
//   each request             Run { data, errors } ──► step(run): fetch and merge ──► write(run) ──► release
//
//   once        however many requests wait for a variant, it is planned once; a failed plan is not tried again
//   own data    a fetch merges what it asked for, at its place, and nothing else that came along
//   explained   a null where the schema forbids it has an error with its path, else it is a fault of the subgraph
//   released    whatever happens, the run lets go of its data
import {
  type DocumentNode,
  type FormattedExecutionResult,
  Kind,
  type OperationDefinitionNode,
} from 'graphql'
import type { BoundedCache } from '../bounded-cache.ts'
import type { EngineOptions, LoadedEngine } from '../engine.ts'
import { publicMessage } from '../errors.ts'
import { readPlannerFields } from '../operation/planner-fields.ts'
import { SHORT_DOCUMENT } from '../operation/prepare-operation.ts'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import { failedResult, maskedErrors } from '../subgraph/errors.ts'
import { parseSupergraph } from '../supergraph/parse-supergraph.ts'
import { inSlices, nextTurn } from '../supergraph/slices.ts'
import { createCounters } from './counters.ts'
import { compileDeniedErrors } from './denied-errors.ts'
import { withClientNames } from './distinct-names.ts'
import { findFaults, INVALID_RESPONSE, logFaults } from './faults.ts'
import { readFieldOwners } from './field-owners.ts'
import { createKeptOperations, type Execute, type KeptOperation } from './kept-operation.ts'
import { createMerge } from './merge.ts'
import { createOverrideShares } from './override-shares.ts'
import { compilePlan } from './plan.ts'
import { unmeasuredPlans } from './plan-measures.ts'
import { type PlannedOperation, planOperation } from './planned-operation.ts'
import { UnknownPlan } from './planners/plan.ts'
import { type Planner, UnsupportedOperation } from './planners/planner.ts'
import { compileResponse } from './response.ts'
import { WrittenResult } from './result.ts'
import { type Condition, Run } from './run.ts'
import { createShareLiterals } from './shared-literals.ts'
import { createSharedSteps } from './shared-steps.ts'
import type { Step } from './step.ts'
import { readTypes } from './types.ts'
import { dropUnaskedErrors } from './unasked-errors.ts'

/**
 * Each outcome of the conditions has a plan of its own, which fetches nothing for what is left out, and has no conditions, with
 * which planners lose fields. With more conditions than this a client could ask for another plan with each request.
 */
const MAX_CONDITIONS_PLANNED = 8

export async function createCompiledEngine(
  options: EngineOptions,
  planner: Planner,
): Promise<LoadedEngine> {
  const { dataSource, logger, planMeasures = unmeasuredPlans() } = options
  const { schema } = planner
  const document = await inSlices(parseSupergraph(options.supergraphSdl))
  const { isOfType, isObjectType } = readTypes(document)
  const merge = createMerge(isObjectType)
  const plannerFields = readPlannerFields(document)
  const shareLiterals = createShareLiterals({ schema, plannerFields })
  const owners = await inSlices(readFieldOwners(document))
  const shares = createOverrideShares(planner.overridePercentages)
  const counters = createCounters()
  const steps = createSharedSteps()
  const find = createKeptOperations(planner.overridePercentages.length === 0)

  return {
    schema,
    engine: {
      counters,
      execute(prepared, options) {
        const run = new Run(options)
        const operation = find(prepared)
        const execute =
          operation.variants === null
            ? (operation.only ?? compileOnly(prepared, operation))
            : compileVariant(prepared, operation, operation.variants, run)
        if (execute instanceof Promise) return planned(execute, run).then((found) => found(run))
        planMeasures.hits += 1
        return execute(run)
      },
      async warm(prepared) {
        const operation = find(prepared)
        if (operation.variants === null && operation.only === null)
          await compileOnly(prepared, operation)
      },
      stop: () => planner.stop(),
    },
  }

  async function planned(execute: Promise<Execute>, { context }: Run): Promise<Execute> {
    const span = context.trace?.begin('plan')
    try {
      return await execute
    } finally {
      span?.end()
    }
  }

  /** However many wait for it: planned once, and with one outcome for good, as a mutation must not run in two ways. */
  function compileOnly(prepared: PreparedOperation, operation: KeptOperation): Promise<Execute> {
    const pending = compile(prepared, { share: 0, conditions: [], on: new Set() })
    operation.only = pending
    void pending.then((execute) => {
      operation.only = execute
    })
    return pending
  }

  function compileVariant(
    prepared: PreparedOperation,
    { conditions }: KeptOperation,
    variants: BoundedCache<Execute | Promise<Execute>>,
    run: Run,
  ): Execute | Promise<Execute> {
    const share = shares.draw()
    let key = `${share} `
    for (const condition of conditions) key += run.isOn(condition) ? '1' : '0'
    const known = variants.get(key)
    if (known !== undefined) return known
    const on = new Set(conditions.filter((one) => run.isOn(one)).map(({ name }) => name))
    const pending = compile(prepared, { share, conditions, on })
    variants.set(key, pending)
    void pending.then((execute) => variants.set(key, execute))
    return pending
  }

  /** Never rejects: an operation that cannot be planned is tried once, not with every request. */
  async function compile(
    prepared: PreparedOperation,
    { share, conditions, on }: Variant,
  ): Promise<Execute> {
    const isOn = (name: string) => on.has(name)
    const isDecided = conditions.length <= MAX_CONDITIONS_PLANNED
    const isLong = prepared.query.length > SHORT_DOCUMENT
    try {
      const planned = planOperation(prepared, {
        schema,
        plannerFields,
        shareLiterals,
        isOn: isDecided ? isOn : null,
        isNamed: planner.namesFetches,
      })
      const found = steps.find(planned, share, planStep)
      if (found.isKnown) planMeasures.hits += 1
      else planMeasures.misses += 1
      const step = await found.step
      if (isLong) await nextTurn()
      return compileExecute(planned, { step, isOn })

      async function planStep(document: DocumentNode, text: string): Promise<Step | null> {
        const percentage = shares.percentageOf(share)
        const { operationName, variables } = planned
        const { node } = await planner.plan({ document, text, operationName }, percentage)
        if (isLong) await nextTurn()
        return compilePlan(node, {
          isMutation: prepared.kind === 'mutation',
          conditions: new Map(conditions.map((one) => [one.name, one])),
          isOfType,
          variables,
          merge,
          dataSource,
        })
      }
    } catch (error) {
      const isNamed = error instanceof UnknownPlan || error instanceof UnsupportedOperation
      const reason = isNamed ? error.reason : 'error'
      counters.notCompiled[reason] = (counters.notCompiled[reason] ?? 0) + 1
      logger.error({ err: error, hash: prepared.queryHash }, 'an operation could not be planned')
      const failure = failureOf(error)
      return async (run) => fail(run, failure)
    }
  }

  function fail({ context }: Run, error: unknown): FormattedExecutionResult {
    return failedResult(error, context.requestId, logger)
  }

  function compileExecute(
    { answered: prepared, clientNames, literals }: PlannedOperation,
    { step, isOn }: { step: Step | null; isOn: (variable: string) => boolean },
  ): Execute {
    const options = { prepared, clientNames, schema, isOn }
    const nobodys = nobodysFields(prepared)
    const write = compileResponse(options)
    const addDenied = compileDeniedErrors(options)

    return async (run) => {
      counters.compiled += 1
      run.literals = literals
      for (const name of nobodys) run.data[name] = null
      try {
        const pending = step?.(run)
        if (pending !== undefined) await pending
        const written = write(run)
        const text = typeof written === 'string' ? written : await written
        if (run.errors.length > 0) dropUnaskedErrors(run, options)
        if (run.isFaulty) reportFaults(run)
        addDenied?.(run)
        const errors = withClientNames(run.errors, clientNames)
        return new WrittenResult(text, maskedErrors(errors, run.context.requestId, logger))
      } catch (error) {
        return fail(run, error)
      } finally {
        run.release()
      }
    }

    function reportFaults(run: Run): void {
      const faults = findFaults(run, options)
      logFaults(faults, { owners, logger, requestId: run.context.requestId })
      for (const { path, message } of faults) {
        run.addError({ message, path, extensions: { code: INVALID_RESPONSE } })
      }
    }
  }
}

/** What is known to be wrong is said; a planner's own codes are in no table of ours. */
function failureOf(error: unknown): unknown {
  if (!(error instanceof UnsupportedOperation)) return new Error('no plan', { cause: error })
  const code = 'OPERATION_UNSUPPORTED'
  return { message: publicMessage(code), extensions: { code, reason: error.reason } }
}

interface Variant {
  readonly share: number
  readonly conditions: readonly Condition[]
  /** Names of the conditions' variables that are true. */
  readonly on: ReadonlySet<string>
}

/** Root fields that are answered, and were left out of the plan: null for nobody, or denied. */
function nobodysFields({ operation, asked }: PreparedOperation): readonly string[] {
  if (operation === asked.operation) return []
  const namesOf = ({ selectionSet }: OperationDefinitionNode) =>
    selectionSet.selections.flatMap((one) =>
      one.kind === Kind.FIELD ? [(one.alias ?? one.name).value] : [],
    )
  const planned = new Set(namesOf(operation))
  return namesOf(asked.operation).filter((name) => !planned.has(name))
}

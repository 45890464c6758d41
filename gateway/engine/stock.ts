// The planner and executor of @apollo/gateway, as they come; ours runs what they cannot answer right.
import { ApolloGateway } from '@apollo/gateway'
import { type FormattedExecutionResult, parse } from 'graphql'
import type { Engine, EngineOptions, ExecuteOptions, LoadedEngine } from '../engine.ts'
import { readPlannerFields } from '../operation/planner-fields.ts'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import { failedResult, maskedResult } from '../subgraph/errors.ts'
import { apolloLogger, apolloRequest, asApolloDataSource } from './apollo-request.ts'
import { createCompiledEngine } from './compiled.ts'
import { createCounters } from './counters.ts'
import { withDistinctNames } from './distinct-names.ts'
import { createIsHardForStock } from './hard-for-stock.ts'
import { createApolloPlanner } from './planners/apollo.ts'
import { createHasClash } from './planners/clashing-requires.ts'

/** The gateway of Apollo behind our interface. */
export async function createStockEngine(options: EngineOptions): Promise<LoadedEngine> {
  const logger = apolloLogger(options.logger)
  const counters = createCounters()
  const gateway = new ApolloGateway({
    supergraphSdl: options.supergraphSdl,
    buildService: ({ name }) => asApolloDataSource(options.dataSource(name)),
    logger,
    validateSupergraph: true,
    __exposeQueryPlanExperimental: false,
  })
  const { schema, executor } = await gateway.load()
  const document = parse(options.supergraphSdl)
  const plannerFields = readPlannerFields(document)
  const hasClash = createHasClash(document, schema)
  const isHard = createIsHardForStock(document, schema)
  // Goes when the operation goes.
  const ours = new WeakMap<PreparedOperation, boolean>()
  let compiled: Promise<Engine> | null = null

  return {
    schema,
    engine: {
      counters,
      // Apollo's executor plans when it is asked.
      warm: async () => {},
      async execute(prepared, run) {
        if (isOurs(prepared)) return (await compiledEngine()).execute(prepared, run)
        counters.stock += 1
        return executeStock(prepared, run)
      },
      async stop() {
        await gateway.stop()
        await (await compiled)?.stop()
      },
    },
  }

  async function executeStock(
    prepared: PreparedOperation,
    run: ExecuteOptions,
  ): Promise<FormattedExecutionResult> {
    const { requestId } = run.context
    try {
      const requestContext = apolloRequest(prepared, run, { schema, logger })
      const result = await executor(requestContext as Parameters<typeof executor>[0])
      return maskedResult(result as FormattedExecutionResult, requestId, options.logger)
    } catch (error) {
      return failedResult(error, requestId, options.logger)
    }
  }

  /**
   * Apollo's gateway plans and answers one and the same document: it can neither leave nobody's `viewer` out of the plan alone,
   * nor keep a client's names apart from its planner's own.
   */
  function isOurs(prepared: PreparedOperation): boolean {
    if (prepared.document !== prepared.asked.document) return true
    const known = ours.get(prepared)
    if (known !== undefined) return known
    const { clientNames } = withDistinctNames(prepared, { schema, plannerFields })
    // Ours refuses what this planner plans wrong.
    const isOwn = clientNames.size > 0 || hasClash(prepared.document) || isHard(prepared.document)
    ours.set(prepared, isOwn)
    return isOwn
  }

  function compiledEngine(): Promise<Engine> {
    compiled ??= createApolloPlanner(options.supergraphSdl).then(
      async (planner) => (await createCompiledEngine(options, planner)).engine,
    )
    return compiled
  }
}

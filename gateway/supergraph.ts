// The graph that is served: rules, schema, engine and prepared operations, loaded together, swapped as one.
import { createHash } from 'node:crypto'
import type { CustomPolicy } from '@sallyport/claims/predicates'
import type { GraphQLSchema } from 'graphql'
import { parse } from 'graphql'
import { createDataSources, type DataSources } from './data-source.ts'
import {
  createEngine,
  defaultEngineSettings,
  type Engine,
  type EngineLogger,
  type EngineSettings,
} from './engine.ts'
import { createOperationCache } from './operation/cache.ts'
import { defaultOperationLimits, type OperationLimits } from './operation/limits.ts'
import { readPlannerFields } from './operation/planner-fields.ts'
import type { OperationCache } from './operation/prepared-operation.ts'
import { readAccess } from './supergraph/access.ts'
import type { SubgraphConfig, SupergraphConfig } from './supergraph/config.ts'
import { stripAuthDirectives } from './supergraph/strip.ts'

/** One version of the graph. Requests keep the one they began with. */
export interface Graph {
  /** SHA-256 of the supergraph. */
  readonly version: string
  /** What clients see. */
  readonly schema: GraphQLSchema
  readonly subgraphs: readonly SubgraphConfig[]
  readonly operations: OperationCache
  readonly engine: Engine
}

export interface Supergraph {
  /** `null` until a graph with rules is loaded: then the gateway is not ready. */
  current(): Graph | null
  /**
   * Loads another supergraph and swaps it in.
   *
   * @throws Error when it is broken; the graph before it stays.
   */
  load(supergraphSdl: string): Promise<Graph>
  stop(): Promise<void>
}

export interface SupergraphOptions {
  readonly config: SupergraphConfig
  readonly logger: EngineLogger
  /** Default: `defaultOperationLimits`. */
  readonly limits?: Partial<OperationLimits>
  /** A deployment's own policies. */
  readonly policies?: Readonly<Record<string, CustomPolicy>> | undefined
  /** Whether validation errors may name what the schema has. Default: false. */
  readonly showSchemaDetails?: boolean
  /** Whether clients read what a subgraph said where they are told less: in development alone. Default: false. */
  readonly showSubgraphErrors?: boolean
  /** Default: `defaultEngineSettings`. */
  readonly engine?: EngineSettings | undefined
}

/** An empty supergraph: `load` gives it its first graph. */
export function createSupergraph(options: SupergraphOptions): Supergraph {
  const { config, logger } = options
  const dataSources = createDataSources({
    subgraphs: config.subgraphs,
    logger,
    showSubgraphErrors: options.showSubgraphErrors ?? false,
  })
  let graph: Graph | null = null

  return {
    current: () => graph,
    async load(supergraphSdl) {
      const next = await buildGraph(supergraphSdl, options, dataSources)
      const previous = graph
      graph = next
      logger.info({ graphVersion: next.version }, 'graph loaded')
      await previous?.engine.stop()
      return next
    },
    async stop() {
      await graph?.engine.stop()
      await dataSources.stop()
    },
  }
}

async function buildGraph(
  supergraphSdl: string,
  options: SupergraphOptions,
  dataSources: DataSources,
): Promise<Graph> {
  const { config, logger, policies, showSchemaDetails = false } = options
  const document = parse(supergraphSdl)
  const access = readAccess(document, { subgraphs: config.subgraphs, policies })
  const { engine, schema } = await createEngine(
    { supergraphSdl: stripAuthDirectives(document), dataSource: dataSources.get, logger },
    options.engine ?? defaultEngineSettings,
  )
  const limits = { ...defaultOperationLimits, ...options.limits }
  return {
    version: createHash('sha256').update(supergraphSdl).digest('base64url'),
    schema,
    subgraphs: config.subgraphs,
    operations: createOperationCache({
      schema,
      access,
      plannerFields: readPlannerFields(document),
      limits,
      logger,
      showSchemaDetails,
    }),
    engine,
  }
}

// The graph that is served. It owns all that it stands on, is built whole, swapped whole and drained whole:
//
//   build    config, rules, policies, schema, prepared operations, connections and engine; what fails leaves the old one
//   serve    a request begins on the graph that is current, and keeps it to its end
//   drain    the old one takes no new request; when its last one has ended, engine and connections go
import { createHash } from 'node:crypto'
import { type GraphQLSchema, parse } from 'graphql'
import { gatewaySdl } from './administration/sdl.ts'
import type { AutomaticDocuments } from './documents/automatic-documents.ts'
import { createDocuments, type Documents } from './documents/documents.ts'
import type { AutomaticSettings } from './documents/settings.ts'
import type { PlanMeasures } from './engine/plan-measures.ts'
import {
  createEngine,
  defaultEngineSettings,
  type Engine,
  type EngineLogger,
  type EngineSettings,
} from './engine.ts'
import { type Execute, type Execution, executeInEngine } from './execution.ts'
import type { Cors } from './http/cors.ts'
import { createOperationCache } from './operation/cache.ts'
import { type CostRules, costRulesInPieces } from './operation/cost/rules.ts'
import { limitsOf, type OperationLimits } from './operation/limits.ts'
import type { OperationCache } from './operation/prepared-operation.ts'
import { createRateLimits, type RateLimits } from './rate-limits/rate-limits.ts'
import { createDataSources, type DataSource } from './subgraph/data-source.ts'
import type { MeasureSubgraph } from './subgraph/measures.ts'
import type { Traffic } from './subgraph/post.ts'
import type { NameServices } from './subgraph/resolve.ts'
import { accessInPieces, type GraphAccess } from './supergraph/access.ts'
import { refuseChangedAuth, refuseChangedGateway } from './supergraph/auth-as-printed.ts'
import { isOwnSubgraph, type SubgraphConfig, type SupergraphConfig } from './supergraph/config.ts'
import { createDrain } from './supergraph/drain.ts'
import { parseSupergraph } from './supergraph/parse-supergraph.ts'
import type { CustomPolicies } from './supergraph/policies.ts'
import { inSlices } from './supergraph/slices.ts'
import { stripInPieces } from './supergraph/strip.ts'

/** One version of the graph. Requests keep the one they began with. */
export interface Graph {
  /** SHA-256 of the supergraph and of what its configuration says of each subgraph, addresses apart. */
  readonly version: string
  /** What clients see. */
  readonly schema: GraphQLSchema
  readonly config: SupergraphConfig
  readonly subgraphs: readonly SubgraphConfig[]
  readonly operations: OperationCache
  readonly engine: Engine
  readonly execute: Execute
  readonly cors: Cors
  readonly rateLimits: RateLimits
  readonly documents: Documents
  /** What it demands, and what its fields cost: for those who explain it. */
  readonly access: GraphAccess
  readonly costRules: CostRules
  /** A request begins on it, and `end` has to follow: until then it is not taken down. */
  begin(): void
  end(): void
}

/** All that a graph is made from. */
export interface GraphSource {
  readonly sdl: string
  readonly config: SupergraphConfig
  /** A deployment's own. Default: none. */
  readonly policies?: CustomPolicies
  /** Of its manifest, by id. Default: none. */
  readonly trusted?: ReadonlyMap<string, string>
  /** Auth's SDL as this deployment has it, which the supergraph has to have unchanged. Default: not compared. */
  readonly authSdl?: string
}

export interface Supergraph {
  /** `null` until a graph with rules is loaded: then the gateway is not ready. */
  current(): Graph | null
  /**
   * Builds another graph and swaps it in. One after the other: anyone who asks last is served last.
   *
   * @throws Error when it cannot be built; the graph before it stays.
   */
  load(source: GraphSource): Promise<Graph>
  /** Takes down all that there is, whoever is still under way. */
  stop(): Promise<void>
}

export interface SupergraphOptions {
  readonly logger: EngineLogger
  /** Of the gateway that serves it. */
  readonly traffic: Traffic
  /** Where hashes of clients find their documents. Default: a hash stands for nothing. */
  readonly createAutomatic?: (settings: AutomaticSettings) => AutomaticDocuments
  /** The gateway's own subgraph, where the file has it. Default: it answers that it is unavailable. */
  readonly administration?: DataSource
  /** Default: the system's. */
  readonly names?: NameServices
  /** Default: nothing is measured. */
  readonly measureSubgraph?: MeasureSubgraph
  /** Default: the same. */
  readonly planMeasures?: PlanMeasures
  readonly createCors: (config: SupergraphConfig) => Cors
  /** Does what has to be done before a graph takes another's place. Default: nothing. */
  readonly warm?: (before: Graph, next: Graph) => Promise<void>
  /** Told of each graph once it is served. */
  readonly onLoaded?: (graph: Graph) => void
  /** Default: straight in the engine. */
  readonly createExecution?: ((graph: Pick<Graph, 'schema'>) => Promise<Execution>) | undefined
  /** Default: `defaultOperationLimits`. */
  readonly limits?: Partial<OperationLimits>
  /** Whether validation errors may name what the schema has. Default: false. */
  readonly showSchemaDetails?: boolean
  /** Whether clients read what a subgraph said where they are told less: in development alone. Default: false. */
  readonly showSubgraphErrors?: boolean
  /** Default: `defaultEngineSettings`. */
  readonly engine?: EngineSettings | undefined
}

interface Built extends Graph {
  /** Resolves when its last request has ended and all that it owns is gone. */
  drain(): Promise<void>
  /** The same, whoever is still under way. */
  close(): Promise<void>
}

/** An empty supergraph: `load` gives it its first graph. */
export function createSupergraph(options: SupergraphOptions): Supergraph {
  const { logger } = options
  /** The current one, and those before it that are not drained. */
  const standing = new Set<Built>()
  let graph: Built | null = null
  let loading: Promise<unknown> = Promise.resolve()

  async function swap(source: GraphSource): Promise<Graph> {
    const next = await buildGraph(source, options)
    standing.add(next)
    if (graph !== null) await options.warm?.(graph, next)
    const previous = graph
    graph = next
    logger.info({ graphVersion: next.version }, 'graph loaded')
    options.onLoaded?.(next)
    if (previous !== null) void takeDown(previous)
    return next
  }

  async function takeDown(previous: Built): Promise<void> {
    try {
      await previous.drain()
      logger.info({ graphVersion: previous.version }, 'graph drained')
    } catch (error) {
      logger.error({ err: error }, 'a graph could not be taken down')
    } finally {
      standing.delete(previous)
    }
  }

  return {
    current: () => graph,
    load(source) {
      const loaded = loading.then(() => swap(source))
      loading = loaded.catch(() => undefined)
      return loaded
    },
    async stop() {
      await loading
      await Promise.all([...standing].map((one) => one.close()))
    },
  }
}

async function buildGraph(source: GraphSource, options: SupergraphOptions): Promise<Built> {
  const { config, policies } = source
  const { automatic } = config.documents
  const { logger, traffic, showSchemaDetails = false, showSubgraphErrors = false } = options
  const dataSources = createDataSources({
    subgraphs: config.subgraphs,
    logger,
    traffic,
    showSubgraphErrors,
    ...(options.measureSubgraph && { measure: options.measureSubgraph }),
    ...(options.names && { names: options.names }),
    ...(options.administration && { own: options.administration }),
  })
  const owned = [() => dataSources.stop()]
  const closeAll = async () => {
    for (const close of owned.splice(0).reverse()) await close()
  }
  try {
    const document = await inSlices(parseSupergraph(source.sdl))
    if (source.authSdl !== undefined)
      refuseChangedAuth(document, await inSlices(parseSupergraph(source.authSdl)))
    const own = config.subgraphs.find(isOwnSubgraph)
    if (own !== undefined) refuseChangedGateway(document, parse(gatewaySdl), own.name)
    const access = await inSlices(accessInPieces(document, { ...config, policies }))
    const supergraphSdl = await inSlices(stripInPieces(document))
    const costRules = await inSlices(costRulesInPieces(document))
    const { engine, schema } = await createEngine(
      {
        supergraphSdl,
        dataSource: dataSources.get,
        logger,
        planMeasures: options.planMeasures,
      },
      options.engine ?? defaultEngineSettings,
    )
    owned.push(() => engine.stop())
    const execution = await options.createExecution?.({ schema })
    if (execution !== undefined) owned.push(() => execution.stop())
    return {
      version: versionOf(source),
      schema,
      config,
      subgraphs: config.subgraphs,
      operations: createOperationCache({
        schema,
        access,
        authNames: config.authNames,
        limits: limitsOf(costRules, { ...options.limits, ...config.operationLimits }),
        costRules,
        logger,
        showSchemaDetails,
        denied: config.denied,
      }),
      engine,
      access,
      costRules,
      execute: execution?.execute ?? executeInEngine,
      cors: options.createCors(config),
      rateLimits: createRateLimits(config.limits, { document, schema }),
      documents: createDocuments(config.documents, {
        trusted: source.trusted ?? new Map(),
        automatic: automatic && (options.createAutomatic?.(automatic) ?? null),
      }),
      ...createDrain(closeAll),
    }
  } catch (error) {
    await closeAll()
    throw error
  }
}

const ADDRESSES = new Set(['url', 'urls'])

/** Identity tokens are kept by it: they say what the configuration grants. */
function versionOf({ sdl, config }: GraphSource): string {
  const said = JSON.stringify(config, (key, value) => (ADDRESSES.has(key) ? undefined : value))
  return createHash('sha256').update(`${sdl}\0${said}`).digest('base64url')
}

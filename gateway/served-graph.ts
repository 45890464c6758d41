// The graph that one gateway serves: opened from its YAML, with what looks for changes of it and what runs its operations.
import type { ApolloServerPlugin } from '@apollo/server'
import type { Redis } from 'ioredis'
import type { JSONWebKeySet } from 'jose'
import type { Log } from '../platform/log.ts'
import { createAdministration } from './administration/data-source.ts'
import type { ApolloContext } from './apollo.ts'
import type { Clocks } from './auth-connection.ts'
import type { Principal } from './authenticate/principal.ts'
import { warm } from './changes/warm.ts'
import type { GatewayConfig } from './config.ts'
import type { createCorsFactory } from './cors-of-graph.ts'
import { createAutomaticDocuments } from './documents/automatic-documents.ts'
import { openFollowing } from './following.ts'
import type { Identity } from './identity.ts'
import type { Metrics } from './metrics.ts'
import { cacheLimits } from './operation/limits.ts'
import type { Traffic } from './subgraph/post.ts'
import { systemNames } from './subgraph/resolve.ts'
import { type FoundSupergraph, type GraphPlace, openSupergraph } from './supergraph/open.ts'
import type { Graph } from './supergraph.ts'

interface ServedGraphParts {
  readonly config: GatewayConfig
  readonly place: GraphPlace
  readonly clocks: Clocks
  readonly logger: Log
  readonly metrics: Metrics
  readonly traffic: Traffic
  readonly redis: Redis | null
  readonly identity: Identity
  readonly identityKeys: JSONWebKeySet
  readonly anonymous: Principal
  readonly corsOf: ReturnType<typeof createCorsFactory>
  /** The first graph, composed already. */
  readonly found: FoundSupergraph | undefined
  /** Whether it serves what changes. */
  readonly isFollowing: boolean
  /** With any, operations run through Apollo Server. */
  readonly plugins: readonly ApolloServerPlugin<ApolloContext>[]
  readonly onLoaded: (graph: Graph) => void
}

/** @throws SupergraphConfigError when the YAML is wrong; a graph that cannot be loaded leaves `current()` null. */
export async function openServedGraph(parts: ServedGraphParts) {
  const { config, place, clocks, logger, metrics, redis } = parts
  const following = await openFollowing({
    config,
    clocks,
    place,
    identity: parts.identity,
    identityKeys: parts.identityKeys,
    anonymous: parts.anonymous,
    logger,
    isFollowing: parts.isFollowing,
    countSwap: metrics.countSwap,
    currentGraph: () => supergraph.current(),
    load: (source) => supergraph.load(source),
  })
  const { changes, usage } = following
  const { supergraph, config: firstConfig } = await openSupergraph({
    ...place,
    found: parts.found,
    ...(changes && { find: following.first }),
    warm,
    names: { ...systemNames(), announced: following.endpointsOf },
    administration: createAdministration({
      ...clocks,
      changes,
      usage,
      currentGraph: () => supergraph.current(),
      logger,
    }),
    ...graphOptions(config, logger),
    traffic: parts.traffic,
    measureSubgraph: metrics.measureSubgraph,
    planMeasures: metrics.planMeasures,
    createAutomatic: (settings) => createAutomaticDocuments({ ...settings, redis, logger }),
    createCors: parts.corsOf,
    onLoaded: parts.onLoaded,
    createExecution: executionWith(parts.plugins, logger),
  })
  return { supergraph, firstConfig, following }
}

function graphOptions(config: GatewayConfig, logger: Log) {
  return {
    logger,
    // Anyone who may introspect the schema learns nothing new from an error.
    showSchemaDetails: !config.isProduction && config.introspection === 'development',
    showSubgraphErrors: !config.isProduction,
    engine: config.engine,
    limits: cacheLimits(config.caches.operations),
  }
}

function executionWith(plugins: readonly ApolloServerPlugin<ApolloContext>[], logger: Log) {
  if (plugins.length === 0) return undefined
  return async (graph: Pick<Graph, 'schema'>) => {
    // Apollo Server takes longer to load than all of ours.
    const { createApolloExecution } = await import('./apollo.ts')
    return createApolloExecution(graph, { plugins, logger })
  }
}

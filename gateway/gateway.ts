// The gateway, put together: config in, two listeners out. Nothing here decides anything about a request.

import type { ApolloServerPlugin } from '@apollo/server'
import type { CustomPolicy } from '@sallyport/claims/predicates'
import { createIdentitySigner } from '@sallyport/claims/sign'
import type { JSONWebKeySet } from 'jose'
import { Agent } from 'undici'
import { createLog, type Log } from '../platform/log.ts'
import { connectToRedis } from '../platform/redis.ts'
import { readRelease } from '../platform/release.ts'
import { openTracing } from '../platform/tracing/tracing.ts'
import { createMetricsPage, listenForAdmins } from './admin.ts'
import { type Admission, createAdmission } from './admission.ts'
import type { ApolloContext } from './apollo.ts'
import type { ForApolloServer } from './apollo-server/for-apollo-server.ts'
import { type Clocks, connectToAuth } from './auth-connection.ts'
import { createAnonymous } from './authenticate/principal.ts'
import { createProofReplay } from './authenticate/proof-replay.ts'
import type { GatewayConfig } from './config.ts'
import { createCorsFactory, createCurrentCors } from './cors-of-graph.ts'
import { createDeadlines } from './deadlines.ts'
import { createWaysIn } from './deployment/ways-in.ts'
import { createDoors, type Doors } from './doors.ts'
import { createFront } from './front.ts'
import { createHealth, type Health } from './health.ts'
import type { Hooks } from './hooks/hooks.ts'
import { loadHooks, readyHooks } from './hooks/load-hooks.ts'
import { createLoadMonitor } from './http/load-monitor.ts'
import { listen } from './http/server.ts'
import { createIdentity } from './identity.ts'
import { developmentIdentityKeys } from './identity-keys.ts'
import { createMetrics } from './metrics.ts'
import { type PassedPath, passedPaths } from './passed/paths.ts'
import { providerPaths } from './passed/provider-paths.ts'
import { createRateCounter } from './rate-limits/counter.ts'
import { createOpenTrace } from './request-trace.ts'
import { openServedGraph } from './served-graph.ts'
import { type FoundSupergraph, readGraphSource } from './supergraph/open.ts'

export interface Gateway {
  readonly url: string
  readonly adminUrl: string
  /** Resolves when graph, rules, keys and a revocation snapshot are there; rejects without a graph, or when stopped before. */
  ready(): Promise<void>
  /**
   * Reads configuration, policies and supergraph anew, and serves them from now on; requests under way end on what they
   * began with.
   *
   * @param found a supergraph that was composed already, instead of the file beside the YAML
   * @throws Error when they cannot be used: then what was served before still is.
   */
  reloadGraph(found?: FoundSupergraph): Promise<void>
  /** This gateway inside a team's own Apollo Server, beside its own listener. */
  readonly forApolloServer: Pick<ForApolloServer, 'gateway' | 'context'>
  /** Takes no more requests, finishes those in flight, lets go of everything. */
  stop(): Promise<void>
}

export interface GatewayDeps {
  readonly logger?: Log
  /** Wall clock in milliseconds. Default `Date.now`. */
  readonly now?: () => number
  /** Milliseconds that never jump. Default `performance.now`. */
  readonly monotonic?: () => number
  readonly random?: () => number
  /** With plugins, operations run through Apollo Server instead of straight in the engine. */
  readonly plugins?: readonly ApolloServerPlugin<ApolloContext>[]
  /** Policies beside those of the module that `supergraph.yaml` names; the same name here counts. */
  readonly policies?: Readonly<Record<string, CustomPolicy>>
  /** The first graph, composed already. Default: the file beside the YAML, else it is composed here. */
  readonly found?: FoundSupergraph | undefined
  /** Whether it serves what changes in its files, at addresses and in running subgraphs. Default: when it is told to. */
  readonly followsGraph?: boolean
  /** Instead of those of `sallyport.config.ts` beside the YAML. */
  readonly hooks?: Hooks
  /** The line in which new requests wait. Default: one of its own. */
  readonly admission?: Admission
  /** Whether it is one of several processes of a gateway, whose primary counts for them. Default: false. */
  readonly isWorker?: boolean
  /** What passes to auth. Default: the list of `passed/paths.ts`. */
  readonly passedPaths?: readonly PassedPath[]
}

/** Starts a gateway: it listens when this resolves, and answers operations once `ready()`. */
export async function createGateway(
  config: GatewayConfig,
  deps: GatewayDeps = {},
): Promise<Gateway> {
  const logger = deps.logger ?? createLog({ part: 'gateway', level: config.logLevel })
  const clocks: Clocks = {
    now: deps.now ?? Date.now,
    monotonic: deps.monotonic ?? (() => performance.now()),
    random: deps.random ?? Math.random,
  }
  const traffic = { deadlines: createDeadlines(), admission: deps.admission ?? createAdmission() }
  const metrics = createMetrics()
  const tracing = await openTracing(config.tracing, 'sallyport-gateway')
  const openTrace = createOpenTrace(tracing)
  const corsOf = createCorsFactory(config, logger)
  const place = {
    configPath: config.supergraphPath,
    variables: config.variables,
    policies: deps.policies,
  }
  const hooks = deps.hooks
    ? readyHooks(deps.hooks, logger)
    : await loadHooks(config.supergraphPath, logger)
  const redis = config.redisUrl === null ? null : await connectToRedis(config.redisUrl, { logger })
  const startedAt = clocks.monotonic()
  const identityKeys =
    config.identityKeys?.release() ?? (await developmentIdentityKeys(config.dataDir))
  const identity = await createIdentityOf(identityKeys, config, clocks)
  const anonymous = createAnonymous()
  let doors: Doors | null = null
  const { supergraph, firstConfig, following } = await openServedGraph({
    config,
    place,
    clocks,
    logger,
    metrics,
    traffic,
    redis,
    identity,
    identityKeys,
    anonymous,
    corsOf,
    found: deps.found,
    isFollowing: deps.followsGraph ?? false,
    plugins: deps.plugins ?? [],
    onLoaded: (graph) => doors?.forApolloServer.graphLoaded(graph),
  })
  const { changes, usage } = following
  const dispatcher = new Agent({ connect: { timeout: 3000 } })
  const auth = connectToAuth({ config, clocks, logger, identity, dispatcher })
  const cors = createCurrentCors(supergraph, corsOf(firstConfig))
  const load = createLoadMonitor(config.limits.maxLagMs, {
    ...clocks,
    ...traffic,
    recordLag: metrics.recordLag,
  })
  const { checks } = metrics
  const counting = {
    redis,
    isWorker: deps.isWorker ?? false,
    logger,
    monotonic: clocks.monotonic,
  }
  const rateCounter = createRateCounter(counting)
  const replay = createProofReplay(counting)
  const pipelineParts = {
    ...config,
    binding: { publicUrl: config.publicUrl, replay, now: clocks.now },
    ...clocks,
    ...auth,
    ...traffic,
    identity,
    anonymous,
    usage,
    checks,
    metrics,
    hooks,
    rateCounter,
    currentGraph: supergraph.current,
    isOverloaded: load.isOverloaded,
    isHttpsRequired: config.isProduction,
    isTraced: tracing !== null,
  }
  metrics.watch({
    plans: () => supergraph.current()?.operations.use.operations.entries ?? 0,
    // Before the first snapshot: since the start.
    revocationAgeMs: () => Math.min(auth.feed.ageMs(), clocks.monotonic() - startedAt),
    changesHeld: () => changes?.status().held.filter(({ kind }) => kind !== 'broken').length ?? 0,
  })
  doors = createDoors({ config, pipelineParts, metrics, openTrace, logger })
  const { pipeline, forApolloServer } = doors
  let isStopping = false
  const health = createHealth({
    currentGraph: supergraph.current,
    feed: auth.feed,
    hasKeys: auth.keys.hasKeys,
    caches: () => ({
      ...supergraph.current()?.operations.use,
      tokens: auth.accessTokens.use,
      apiKeys: auth.apiKeys.use,
    }),
    checks: checks.read,
    isStopping: () => isStopping,
    runningMs: () => clocks.monotonic() - startedAt,
    readyWithoutAuthMs: config.limits.readyWithoutAuthMs,
  })
  const handle = createFront({
    config,
    pipeline,
    pass: {
      ...pipelineParts,
      authUrl: config.authUrl,
      dispatcher,
      logger,
      executionTimeoutMs: config.limits.executionTimeoutMs,
    },
    passedPaths: deps.passedPaths ?? [...passedPaths, ...providerPaths(config.providers)],
    health,
    cors,
    metrics,
    openTrace,
    logger,
    clocks,
    deadlines: traffic.deadlines,
    identity,
    auth,
    authNames: () => (supergraph.current()?.config ?? firstConfig).authNames,
    deployment: {
      publicUrl: config.publicUrl,
      release: readRelease(),
      currentConfig: () => supergraph.current()?.config ?? null,
      waysIn: createWaysIn({ ...clocks, ...auth }),
    },
  })
  const { host, tls, limits } = config
  const { headersFor } = cors
  const front = await listen({ host, port: config.port, tls, limits, handle, headersFor })
  const routes = {
    live: health.live,
    ready: health.detail,
    metrics: createMetricsPage(metrics),
    ...following.routes,
  }
  const admin = await listenForAdmins(config, routes, logger).catch(async (error: unknown) => {
    await front.stop()
    throw error
  })
  changes?.begin(supergraph.current())
  logger.info(
    { url: front.url, adminUrl: admin.url, publicUrl: config.publicUrl },
    'gateway listens',
  )

  return {
    url: front.url,
    adminUrl: admin.url,
    forApolloServer,
    async ready() {
      // Nothing loads another one by itself: waiting would be waiting for ever.
      if (supergraph.current() === null && !changes?.isWaiting())
        throw new Error('There is no graph: see the error above.')
      await becomesReady(health, () => isStopping)
    },
    async reloadGraph(found) {
      try {
        await supergraph.load(await readGraphSource(place, found))
        metrics.countSwap('swapped')
      } catch (error) {
        metrics.countSwap('refused')
        throw error
      }
    },
    async stop() {
      if (isStopping) return
      isStopping = true
      await following.stopChanges()
      await front.stop()
      load.stop()
      auth.keys.stop()
      rateCounter.stop()
      await Promise.all([auth.feed.stop(), supergraph.stop(), admin.stop()])
      await following.stop()
      await dispatcher.destroy()
      await tracing?.stop()
    },
  }
}

async function createIdentityOf(
  keys: JSONWebKeySet,
  { publicUrl }: GatewayConfig,
  { now, monotonic }: Clocks,
) {
  const signer = await createIdentitySigner({ keys, issuer: publicUrl, now })
  return createIdentity({ signer, now, monotonic })
}

async function becomesReady(health: Health, isStopping: () => boolean): Promise<void> {
  while (!health.isReady()) {
    if (isStopping()) throw new Error('the gateway was stopped before it was ready')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

// The parts of a graph that changes while it serves: what is looked at, what subgraphs announce, what is asked, and who is told.
import cluster from 'node:cluster'
import { inTime } from '../platform/in-time.ts'
import type { Log } from '../platform/log.ts'
import { keepAnnouncements } from './announcements/kept.ts'
import { createRegistry } from './announcements/registry.ts'
import { createAnnouncementRoute } from './announcements/route.ts'
import { shareAnnouncements } from './announcements/shared.ts'
import type { Clocks } from './auth-connection.ts'
import type { createAnonymous } from './authenticate/principal.ts'
import { createGraphChanges, type GraphChangesOptions } from './changes/changes.ts'
import { createJudgeApart, memoryForComposing } from './changes/judge-apart.ts'
import { createLook } from './changes/look.ts'
import { openStore } from './changes/open-store.ts'
import { createGraphRoute } from './changes/route.ts'
import type { GatewayConfig } from './config.ts'
import type { createIdentity } from './identity.ts'
import type { IdentityTarget } from './request-context.ts'
import type { Graph } from './supergraph.ts'
import { createUsageRoute } from './usage/route.ts'
import { createUsageStore } from './usage/store.ts'
import { createUsage } from './usage/usage.ts'

interface FollowingParts extends Pick<GraphChangesOptions, 'place' | 'load' | 'countSwap'> {
  readonly config: GatewayConfig
  readonly clocks: Clocks
  readonly identity: Awaited<ReturnType<typeof createIdentity>>
  readonly identityKeys: Parameters<typeof openStore>[0]['keys']
  readonly anonymous: ReturnType<typeof createAnonymous>
  readonly logger: Log
  /** Whether it serves what changes; else announcements alone are heard. */
  readonly isFollowing: boolean
  readonly currentGraph: () => Graph | null
}

/** How often what other gateways have heard is read. */
const FOLLOW_MS = 1000
/** Nobody waits for NATS at the start. */
const FIRST_HEARING_MS = 2000

export async function openFollowing(parts: FollowingParts) {
  const { config, clocks, place, identity, identityKeys, anonymous, logger } = parts
  const { isFollowing, currentGraph, load, countSwap } = parts
  const opened = isFollowing
    ? await openStore({
        ...clocks,
        config,
        keys: identityKeys,
        publicKeys: identity.publicJwks,
        logger,
      })
    : null
  const registry = createRegistry({ ...clocks, audience: config.publicUrl })
  const announcements = shareAnnouncements(registry, opened?.bucket ?? null, {
    ...clocks,
    logger,
    kept: isFollowing ? keepAnnouncements(config.graph.dir) : undefined,
  })
  const warn = (error: unknown) => logger.warn({ err: error }, 'announcements cannot be read')
  let hearing: NodeJS.Timeout | undefined
  const usage = opened
    ? createUsage({
        ...clocks,
        currentGraph,
        store: createUsageStore({
          ...clocks,
          folder: config.graph.dir,
          bucket: opened.bucket,
          id: String(cluster.worker?.id ?? 'gateway'),
          windowMs: config.graph.usageMs,
        }),
        windowMs: config.graph.usageMs,
        knownAfterMs: config.graph.usageKnownAfterMs,
        logger,
      })
    : null
  const changes =
    opened && usage
      ? createGraphChanges({
          ...clocks,
          place,
          look: createLook({
            ...place,
            ...clocks,
            identityFor: async (name) =>
              await identity.headerFor(anonymous, askedForSdl(name), 'its SDL'),
            announcements: registry,
            logger,
          }),
          store: opened.store,
          ...config.graph,
          judgeApart: createJudgeApart({
            memoryMb: memoryForComposing(process.constrainedMemory(), config.workers),
          }),
          load,
          asked: usage.asked,
          countSwap,
          logger,
        })
      : null
  const routes = {
    ...(changes && {
      graph: createGraphRoute({
        ...clocks,
        changes,
        issuer: config.publicUrl,
        jwks: identity.publicJwks,
      }),
    }),
    ...(usage && {
      usage: createUsageRoute(usage, clocks.monotonic),
      announcements: createAnnouncementRoute(announcements.take, { isPassedOn: cluster.isWorker }),
    }),
  }

  return {
    changes,
    usage,
    endpointsOf: registry.endpointsOf,
    routes,
    /** The graph to begin with, and where those of it are that announced themselves before. */
    async first() {
      try {
        return (await changes?.first())?.source ?? null
      } finally {
        await inTime(announcements.follow(), FIRST_HEARING_MS).catch(warn)
        hearing = setInterval(() => void announcements.follow().catch(warn), FOLLOW_MS).unref()
      }
    },
    /** Nothing is swapped in any more. */
    async stopChanges() {
      clearInterval(hearing)
      await changes?.stop()
    },
    /** When the last request has ended, and was counted. */
    async stop() {
      await usage?.stop()
      await opened?.stop()
    },
  }
}

/** As nobody in particular, by a gateway that has our keys. */
function askedForSdl(name: string): IdentityTarget {
  return { name, identity: { grants: [], header: 'sallyport-identity' } }
}

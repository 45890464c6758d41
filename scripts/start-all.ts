// Every part in one process, as `npm start` does: settings first, then database, subgraphs and gateway.
import { createIdentitySigner } from '@sallyport/claims/sign'
import type { Logger } from 'pino'
import { type GatewayConfig, readGatewayConfig } from '../gateway/config.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { developmentIdentityKeys } from '../gateway/identity-keys.ts'
import type { FoundSupergraph } from '../gateway/supergraph/open.ts'
import { REVIEWS_SCHEMA } from '../migrations/reviews/index.ts'
import { databaseLog } from '../platform/database-log.ts'
import { hasTwoDatabases, openOneForAll } from '../platform/embedded/one-for-all.ts'
import { explainTakenPort } from '../platform/taken-port.ts'
import { type AuthConfig, readAuthConfig } from '../subgraphs/auth/config.ts'
import { withDevelopmentSecrets } from '../subgraphs/auth/development-secrets.ts'
import { type ReviewsConfig, readReviewsConfig } from '../subgraphs/reviews/config.ts'

export interface StartOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly log: (part: string) => Logger
  /** Hears what is being done, for anyone who waits. */
  readonly tell: (step: string) => void
  /** Whether the sample subgraph runs too. */
  readonly hasSample: boolean
  /** The first graph, where it is not the one beside the YAML. */
  readonly found?: FoundSupergraph | undefined
}

interface Configs {
  readonly auth: AuthConfig
  readonly reviews: ReviewsConfig
  readonly gateway: GatewayConfig
}

export interface Everything {
  readonly publicUrl: string
  readonly isEmbedded: boolean
  readonly gateway: {
    reloadGraph(found?: FoundSupergraph): Promise<void>
    /** Ends it and starts another on the same graph; auth and its database stay. */
    restart(): Promise<void>
  }
  stop(): Promise<void>
}

/** @throws Error in a sentence that names the setting, where one is wrong or its port is taken */
export async function startAll({
  env: given,
  log,
  tell,
  hasSample,
  found,
}: StartOptions): Promise<Everything> {
  // Every setting is read before anything starts, so that a mistake leaves nothing half up.
  const { configs, isElsewhere } = readConfigs(given)
  const ports = {
    PORT: configs.gateway.port,
    ADMIN_PORT: configs.gateway.adminPort,
    AUTH_PORT: configs.auth.port,
    AUTH_ADMIN_PORT: configs.auth.admin?.port,
    ...(hasSample && { REVIEWS_PORT: configs.reviews.port }),
  }
  const parts = await startParts(configs, { log, tell, isElsewhere, hasSample, found }).catch(
    (error: unknown) => {
      throw nameTakenPort(ports, error)
    },
  )
  return {
    publicUrl: configs.gateway.publicUrl,
    isEmbedded: configs.auth.databaseUrl === null,
    ...parts,
  }
}

async function startParts(
  configs: Configs,
  {
    log,
    tell,
    isElsewhere,
    hasSample,
    found,
  }: Omit<StartOptions, 'env'> & { readonly isElsewhere: boolean },
): Promise<Pick<Everything, 'gateway' | 'stop'>> {
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const stopPart of stops.reverse()) await stopPart()
  }
  try {
    const keys = isElsewhere ? {} : { identityKeys: await publicKeys(configs.gateway) }
    tell('opening the database')
    const opening = (hasSample ? openShared(configs, log) : Promise.resolve(null)).then(
      (database) => {
        if (database !== null) stops.push(database.stop)
        return database
      },
    )
    // Its code is compiled in other threads meanwhile.
    const [shared, { createReviews }, { createAuth }, { createGateway }] = await Promise.all([
      opening,
      import('../subgraphs/reviews/server.ts'),
      import('../subgraphs/auth/auth.ts'),
      import('../gateway/gateway.ts'),
    ])
    if (hasSample) tell('starting reviews')
    // Who takes events is there before anyone who sends them.
    const reviews = hasSample
      ? await createReviews({
          config: configs.reviews,
          logger: log('reviews'),
          ...keys,
          ...(shared === null ? {} : { database: { db: shared.reviews, stop: async () => {} } }),
        })
      : null
    if (reviews !== null) stops.push(reviews.stop)
    tell('starting auth')
    const auth = await createAuth(configs.auth, {
      log: log('auth'),
      consumers: reviews === null ? [] : [reviews.consumer],
      ...keys,
      ...(shared === null
        ? {}
        : { database: { db: shared.auth, stop: async () => {} }, takesCommands: true }),
    })
    stops.push(auth.stop)
    tell('loading the graph')
    const logger = log('gateway')
    const gateway = replaceable(
      await createGateway(configs.gateway, { logger, found }),
      (latest = found) => createGateway(configs.gateway, { logger, found: latest }),
    )
    stops.push(gateway.stop)
    tell('waiting for keys and revocations')
    await gateway.ready()
    return { gateway, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A gateway that another can stand in for, with the graph that was served last. */
function replaceable(first: Gateway, create: (latest?: FoundSupergraph) => Promise<Gateway>) {
  let gateway = first
  let latest: FoundSupergraph | undefined
  return {
    ready: () => gateway.ready(),
    async reloadGraph(found?: FoundSupergraph) {
      await gateway.reloadGraph(found)
      latest = found
    },
    async restart() {
      await gateway.stop()
      gateway = await create(latest)
      await gateway.ready()
    },
    stop: () => gateway.stop(),
  }
}

/** One database for both, unless one of them has a server, or DATA_DIR is from before. */
async function openShared({ auth, reviews }: Configs, log: StartOptions['log']) {
  if (auth.databaseUrl !== null || reviews.databaseUrl !== null) return null
  if (hasTwoDatabases(auth.dataDir)) {
    const folder = `${auth.dataDir}/reviews`
    log('reviews').info(
      { folder },
      `${folder} is from before there was one database for both: it is used as it is`,
    )
    return null
  }
  return await openOneForAll(auth.dataDir, {
    schema: REVIEWS_SCHEMA,
    log: databaseLog(log('main')),
  })
}

/** In hand, instead of asked for over whatever port, address and certificate the gateway has. */
async function publicKeys({ identityKeys, dataDir, publicUrl }: GatewayConfig) {
  const keys = identityKeys?.release() ?? (await developmentIdentityKeys(dataDir))
  const { publicJwks } = await createIdentitySigner({ keys, issuer: publicUrl })
  return publicJwks
}

function readConfigs(environment: StartOptions['env']) {
  const port = environment.PORT || '4000'
  const env: Record<string, string | undefined> = {
    ...withDevelopmentSecrets(environment),
    ...developmentAddress(environment, port),
  }
  const auth = readAuthConfig(env)
  const reviews = readReviewsConfig(env)
  const gateway = readGatewayConfig({
    ...env,
    AUTH_URL: env.AUTH_URL || `http://${localHost(env.HOST)}:${auth.port}/graphql`,
    REVIEWS_URL: env.REVIEWS_URL || `http://${localHost(env.HOST)}:${reviews.port}/graphql`,
  })
  return { configs: { auth, reviews, gateway }, isElsewhere: Boolean(env.IDENTITY_JWKS_URL) }
}

/** One address for all parts: reviews does not know the gateway's port. Production says it itself. */
function developmentAddress(
  environment: StartOptions['env'],
  port: string,
): Record<string, string> {
  if (environment.NODE_ENV === 'production' || environment.PUBLIC_URL) return {}
  const scheme = environment.TLS_CERT_FILE ? 'https' : 'http'
  const host = environment.HOST === '::1' ? '[::1]' : 'localhost'
  return { PUBLIC_URL: `${scheme}://${host}:${port}` }
}

function localHost(host: string | undefined): string {
  if (host === undefined || host === '' || host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

function nameTakenPort(
  ports: Readonly<Record<string, number | undefined>>,
  error: unknown,
): unknown {
  const said = explainTakenPort(ports, error)
  return said === null ? error : new Error(said)
}

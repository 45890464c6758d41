// Puts the auth subgraph together and takes it apart again.
import { mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createIdentityReader, type IdentityReaderOptions } from '@sallyport/claims'
import type { EventConsumer } from '@sallyport/claims/events'
import { createNetworkMatcher } from '@sallyport/claims/networks'
import type { Logger } from 'pino'
import { migrate } from '../../migrations/index.ts'
import { describeDatabaseFailure } from '../../platform/database-failure.ts'
import { createLog } from '../../platform/log.ts'
import { openTracing } from '../../platform/tracing/tracing.ts'
import { createPlaces } from './anomalies/places.ts'
import { startChaining } from './audit/extend-chain.ts'
import { startAuditMonths } from './audit/months.ts'
import type { AuthConfig } from './config.ts'
import { connectPostgres, type Database, openEmbedded } from './core/database.ts'
import type { AuthDeps } from './core/dependencies.ts'
import { createOutgoingFetch, type OutgoingFetch } from './core/outgoing-fetch.ts'
import { createThrottle } from './core/throttling/throttle.ts'
import { startErasureSupervision } from './erasure/supervise.ts'
import { startEventDelivery } from './events/start-delivery.ts'
import type { Factors } from './factors/factor.ts'
import { factors } from './factors/factors.ts'
import { createHashAdmission } from './factors/password/hash-admission.ts'
import { createHashThreads } from './factors/password/hash-threads.ts'
import { createPasswordHasher } from './factors/password/hasher.ts'
import { createProviders } from './factors/provider/providers.ts'
import type { AuthHooks } from './hooks/hooks.ts'
import { loadAuthHooks, readyAuthHooks } from './hooks/load-hooks.ts'
import { startSweeping } from './housekeeping/sweep.ts'
import { createCheckCounts } from './introspection/check-counts.ts'
import { startMailSender } from './mail/sender.ts'
import { createMailTexts } from './mail/templates.ts'
import { createMailTransport, type MailTransport } from './mail/transport.ts'
import { syncFileClients } from './oauth-clients/sync-file.ts'
import { createOAuthProvider } from './oauth-provider/oauth-provider.ts'
import { listenForCommands } from './operator/socket.ts'
import { startRevocationFeed } from './revocation/feed.ts'
import { createAuthServer } from './server.ts'
import {
  readAuthNames,
  readDescribedScopes,
  readGatewayTimeout,
  readParticipants,
} from './supergraph-file.ts'
import { createKeyring } from './tokens/keyring.ts'
import { createRequestTracing } from './tracing/trace-requests.ts'
import { waitForDatabase } from './wait-for-database.ts'

export interface Auth {
  /** `http://host:port`, without a path. */
  readonly url: string
  /** Where its metrics are. */
  readonly adminUrl: string
  readonly deps: AuthDeps
  stop(): Promise<void>
}

/** What a test or the one-process start brings along; by default everything is made from the settings. */
export interface AuthParts {
  readonly database?: Database
  readonly mail?: MailTransport
  readonly log?: Logger
  /** Who takes events in this process. With `NATS_URL` they get them from there instead. */
  readonly consumers?: readonly EventConsumer[]
  /** Default: those of this folder. */
  readonly factors?: Factors
  /** Instead of those of `sallyport.config.ts` beside the YAML. */
  readonly hooks?: AuthHooks
  /** The gateway's public keys, where it is in this process. Default: fetched from `identityJwksUrl`. */
  readonly identityKeys?: IdentityReaderOptions['jwks'] | undefined
  /** How other services are asked. Default: over HTTPS, within bounds. */
  readonly outgoingFetch?: OutgoingFetch
  /** Whether commands come through the socket in `DATA_DIR`. Default: with an embedded database that is opened here. */
  readonly takesCommands?: boolean
}

/** Migrates, starts every loop and listens. Refuses to start rather than to run half. */
export async function createAuth(config: AuthConfig, parts: AuthParts = {}): Promise<Auth> {
  const log = parts.log ?? createLog({ part: 'auth', level: config.logLevel })
  const participants = readParticipants(config.supergraphPath)
  const names = readAuthNames(config.supergraphPath)
  const describedScopes = readDescribedScopes(config.supergraphPath)
  const hooks = parts.hooks
    ? readyAuthHooks(parts.hooks, log)
    : await loadAuthHooks(config.supergraphPath, log)
  const texts = createMailTexts(config.mail)
  const database = parts.database ?? (await openDatabase(config))
  await waitForDatabase(() => migrate(database.db), { config, log }).catch(
    async (error: unknown) => {
      if (parts.database === undefined) await database.stop()
      const { databaseUrl } = config
      throw databaseUrl === null ? error : describeDatabaseFailure(error, databaseUrl)
    },
  )
  await syncFileClients({ db: database.db, config, describedScopes, log })
  const threads = createHashThreads({ cost: config.passwordHashCost, log })
  const hasher = createPasswordHasher({
    threads,
    pepper: config.secrets.passwordPepper,
    cost: config.passwordHashCost,
  })
  const keyring = await createKeyring({ db: database.db, config, log })
  const throttle = await createThrottle({ db: database.db, redisUrl: config.redisUrl, log })
  const isThrottleExempt = createNetworkMatcher(config.throttleExempt)
  const bounded = createOutgoingFetch(config.providerAllow, 'PROVIDER_ALLOW')
  const places = createPlaces(config.geoipFile, { log })
  const outgoingFetch = parts.outgoingFetch ?? bounded.fetch
  const providers = createProviders(config.providers, {
    fetch: outgoingFetch,
    isProduction: config.isProduction,
  })
  const deps: AuthDeps = {
    db: database.db,
    config,
    log,
    factors: parts.factors ?? factors,
    findPlace: places.find,
    outgoingFetch,
    providers,
    hasher,
    admitHash: createHashAdmission(),
    keyring,
    throttle,
    isThrottleExempt,
    checks: createCheckCounts(),
    hooks,
    gatewayTimeoutMs: readGatewayTimeout(config.supergraphPath),
    participants,
    describedScopes,
  }
  const feed = startRevocationFeed(deps)
  const sender = startMailSender({
    ...deps,
    transport: parts.mail ?? createMailTransport(config, log),
    texts,
  })
  const delivery = await startEventDelivery({ ...deps, consumers: parts.consumers ?? [] })
  const months = await startAuditMonths(deps)
  const chaining = startChaining(deps)
  const supervision = startErasureSupervision(deps)
  const sweeper = startSweeping(deps)
  const identity = createIdentityReader({
    subgraph: 'auth',
    issuer: config.publicUrl,
    ...(parts.identityKeys === undefined
      ? { jwksUrl: config.identityJwksUrl }
      : { jwks: parts.identityKeys }),
  })
  const otel = await openTracing(config.tracing, 'sallyport-auth')
  const tracing = otel && createRequestTracing(otel, database.db)
  const oauth = await createOAuthProvider(deps)
  const { hasTakers } = delivery
  const http = await createAuthServer({ deps, identity, feed, oauth, names, tracing, hasTakers })
  await new Promise<void>((resolve, reject) => {
    http.server.once('error', reject)
    http.server.listen(config.port, config.host, () => resolve())
  })
  const { port } = http.server.address() as AddressInfo
  const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`
  log.info({ url, adminUrl: http.adminUrl }, 'auth subgraph is listening')
  const isEmbedded = parts.database === undefined && config.databaseUrl === null
  const operator = (parts.takesCommands ?? isEmbedded) ? await listenForCommands(deps) : null

  return {
    url,
    adminUrl: http.adminUrl ?? url,
    deps,
    stop: async () => {
      await operator?.stop()
      await http.stop()
      await oauth.stop()
      await bounded.stop()
      places.stop()
      await tracing?.stop()
      sweeper.stop()
      supervision.stop()
      months.stop()
      await chaining.stop()
      keyring.stop()
      await delivery.stop()
      await sender.stop()
      await threads.stop()
      await throttle.stop()
      await database.stop()
    },
  }
}

export async function openDatabase(config: AuthConfig): Promise<Database> {
  if (config.databaseUrl !== null)
    return connectPostgres(config.databaseUrl, config.databasePoolSize)
  const folder = join(config.dataDir, 'auth')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return await openEmbedded(folder)
}

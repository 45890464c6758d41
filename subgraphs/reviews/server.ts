// The reviews subgraph as a server: identity first, then GraphQL; health for anyone who runs it.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApolloServer } from '@apollo/server'
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled'
import { createIdentityReader, type IdentityReaderOptions } from '@sallyport/claims'
import type { EventConsumer } from '@sallyport/claims/events'
import type { Logger } from 'pino'
import { inTime } from '../../platform/in-time.ts'
import { prepareStop } from '../../platform/stop-server.ts'
import type { ReviewsConfig } from './config.ts'
import { createContext, type ReviewsContext } from './context.ts'
import { type Database, openDatabase } from './database.ts'
import { createEventConsumer } from './erasure/consumer.ts'
import { formatError } from './errors.ts'
import { createHandler } from './http.ts'
import { createSchema } from './subgraph.ts'

export interface ReviewsDeps {
  readonly config: ReviewsConfig
  readonly logger: Logger
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number
  /** Default: the one that the settings name. */
  readonly database?: Database
  /** The gateway's public keys, where it is in this process. Default: fetched from `identityJwksUrl`. */
  readonly identityKeys?: IdentityReaderOptions['jwks'] | undefined
}

export interface Reviews {
  /** Where it listens, without a path. */
  readonly url: string
  /** Takes events from an auth subgraph in this process, where there is no NATS. */
  readonly consumer: EventConsumer
  /** Lets open requests end, then closes the database. */
  stop(): Promise<void>
}

/** The subgraph's name in `supergraph.yaml`: what its identity tokens are made out to. */
const SUBGRAPH_NAME = 'reviews'
const REQUEST_TIMEOUT_MS = 15_000
/** Longer than a gateway keeps an idle connection, so that it is the gateway who closes. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000
/** Of a database that takes questions and answers none. */
const READY_MS = 2_000

const LONGEST_STOP_MS = 10_000

/** Opens the database, brings it to the newest schema, and listens. */
export async function createReviews(deps: ReviewsDeps): Promise<Reviews> {
  const database = await openDatabase(deps.config, { logger: deps.logger, shared: deps.database })
  try {
    return await serve(deps, database)
  } catch (error) {
    await database.stop()
    throw error
  }
}

async function serve(
  { config, logger, now = Date.now, identityKeys }: ReviewsDeps,
  database: Database,
): Promise<Reviews> {
  const { db } = database
  const consumer = createEventConsumer(db, SUBGRAPH_NAME)
  const apollo = createApollo(config, logger)
  await apollo.start()
  const identity = createIdentityReader({
    subgraph: SUBGRAPH_NAME,
    issuer: config.publicUrl,
    ...(identityKeys === undefined ? { jwksUrl: config.identityJwksUrl } : { jwks: identityKeys }),
    now,
  })
  const handler = createHandler({
    apollo,
    identify: (headers) => identity.read(headers),
    contextOf: (claims) => createContext(db, now, claims),
    isReady: () =>
      inTime(
        db.raw('select 1').then(() => true),
        READY_MS,
      ).catch(() => false),
    logger,
  })
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS },
    handler,
  )
  const stopServer = prepareStop(server, LONGEST_STOP_MS)
  await listen(server, config)
  const url = urlOf(server, config)
  logger.info({ url }, 'reviews subgraph listening')
  const events = await consumeFromNats(config, consumer, logger)

  return {
    url,
    consumer,
    async stop() {
      await stopServer()
      await events.stop()
      await apollo.stop()
      await database.stop()
    },
  }
}

/** Only who has NATS loads what speaks to it. */
async function consumeFromNats(
  { nats: settings }: ReviewsConfig,
  consumer: EventConsumer,
  log: Logger,
): Promise<{ stop(): Promise<void> }> {
  if (settings === null) return { stop: async () => {} }
  const { connectNats, consumeEvents } = await import('@sallyport/claims/nats')
  const nats = connectNats({ ...settings, name: `sallyport-${SUBGRAPH_NAME}`, log })
  const subscription = consumeEvents(nats, consumer)
  return {
    async stop() {
      await subscription.stop()
      await nats.stop()
    },
  }
}

function createApollo(config: ReviewsConfig, logger: Logger): ApolloServer<ReviewsContext> {
  return new ApolloServer<ReviewsContext>({
    schema: createSchema(),
    introspection: !config.isProduction,
    hideSchemaDetailsFromClientErrors: config.isProduction,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    logger,
    plugins: [ApolloServerPluginInlineTraceDisabled()],
    formatError: (formatted, error) =>
      formatError(formatted, error, (err) => logger.error({ err }, 'unexpected error')),
  })
}

function listen(server: Server, { port, host }: ReviewsConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve)
  })
}

function urlOf(server: Server, { host }: ReviewsConfig): string {
  const { port } = server.address() as AddressInfo
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

// The whole of Sallyport for a test: real gateway, real subgraphs, real database and hashing, all over HTTP on loopback.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventConsumer } from '@sallyport/claims/events'
import { generateIdentityKey } from '@sallyport/claims/sign'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { readGatewayConfig } from '../gateway/config.ts'
import { createGateway, type Gateway, type GatewayDeps } from '../gateway/gateway.ts'
import { type Auth, createAuth } from '../subgraphs/auth/auth.ts'
import { readAuthConfig } from '../subgraphs/auth/config.ts'
import type { OutgoingFetch } from '../subgraphs/auth/core/outgoing-fetch.ts'
import type { Factors } from '../subgraphs/auth/factors/factor.ts'
import type { AuthHooks } from '../subgraphs/auth/hooks/hooks.ts'
import { readReviewsConfig } from '../subgraphs/reviews/config.ts'
import { createReviews, type Reviews } from '../subgraphs/reviews/server.ts'
import { createClient, type GraphqlClient } from './client.ts'
import { createTestDatabase } from './database.ts'
import type { TestDatabase } from './database-on-server.ts'
import { freePorts } from './free-ports.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'
import { createWatchedLog } from './watched-log.ts'

export interface StackOptions {
  /** Settings beyond those of the harness. PASSWORD_HASH_COST is one where it matters what a hash costs. */
  readonly env?: Readonly<Record<string, string>>
  /** Auth instances, default 1. Each has its own pool. */
  readonly auths?: number
  /** Gateways, default 1; the nth talks to the nth auth instance. */
  readonly gateways?: number
  /** Default false. */
  readonly reviews?: boolean
  readonly gatewayDeps?: GatewayDeps
  /** Runs before anything connects, and says how to: as another role, for instance. */
  readonly prepare?: (database: TestDatabase) => Promise<TestDatabase>
  /** Who takes events in auth's process. Default: nobody, or reviews when it runs. */
  readonly consumers?: readonly EventConsumer[]
  /** What can prove who somebody is. Default: what ships. */
  readonly factors?: Factors
  /** Code of the deployment's own at auth. Default: none. */
  readonly hooks?: AuthHooks
  /** How auth asks other services. Default: over HTTP. */
  readonly outgoingFetch?: OutgoingFetch
  /** Default: one of its own. */
  readonly database?: TestDatabase
  /** Default: nobody's, or printed at the level of TEST_LOG; a credential in it fails the test file. */
  readonly log?: Logger
}

export interface Stack {
  readonly env: Readonly<Record<string, string>>
  readonly auths: readonly Auth[]
  readonly gateways: readonly Gateway[]
  readonly db: Knex
  readonly database: TestDatabase
  readonly mailbox: Mailbox
  /** A client of the first gateway. */
  readonly client: GraphqlClient
  clientOf(gateway: number): GraphqlClient
  stop(): Promise<void>
}

type Cleanup = () => unknown

/** bcrypt's own least, 64 times less work than the least that the settings accept: the suite makes hundreds of hashes. */
const LEAST_HASH_COST = 4

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const cleanups: Cleanup[] = []
  const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-test-'))
  cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }))
  const created = options.database ?? (await createTestDatabase())
  cleanups.push(created.drop)
  const database = (await options.prepare?.(created)) ?? created
  const ports = await freePorts(options.gateways ?? 1)
  const env = await environment({ dataDir, port: ports[0] ?? 0, database, options })
  const mailbox = createMailbox()
  const watched = createWatchedLog(process.env.TEST_LOG)
  const log = options.log ?? watched.log

  const reviews = options.reviews ? await startReviews(cleanups, env, log) : null
  const consumers = options.consumers ?? (reviews === null ? [] : [reviews.consumer])
  const auths: Auth[] = []
  for (let index = 0; index < (options.auths ?? 1); index += 1) {
    const { factors, hooks, outgoingFetch } = options
    const connected = await database.connect()
    const parts = {
      database: connected,
      mail: mailbox,
      log,
      consumers,
      ...(factors && { factors }),
      ...(hooks && { hooks }),
      ...(outgoingFetch && { outgoingFetch }),
    }
    const config = readAuthConfig(env)
    const isCostTested = options.env?.PASSWORD_HASH_COST !== undefined
    const auth = await createAuth(
      isCostTested ? config : { ...config, passwordHashCost: LEAST_HASH_COST },
      parts,
    )
    cleanups.push(() => auth.stop())
    auths.push(auth)
  }
  const reviewsUrl = reviews?.url ?? 'http://127.0.0.1:9'
  const gateways = await Promise.all(
    ports.map(async (port, index) => {
      const authUrl = (auths[index % auths.length] ?? auths[0])?.url ?? ''
      const config = readGatewayConfig({
        ...env,
        PORT: String(port),
        AUTH_URL: `${authUrl}/graphql`,
        REVIEWS_URL: `${reviewsUrl}/graphql`,
      })
      const gateway = await createGateway(config, { logger: log, ...options.gatewayDeps })
      cleanups.push(() => gateway.stop())
      await gateway.ready()
      return gateway
    }),
  )
  const { db } = await database.connect()
  const clientOf = (index: number) => createClient(gateways[index]?.url ?? '')
  return {
    env,
    auths,
    gateways,
    db,
    database,
    mailbox,
    client: clientOf(0),
    clientOf,
    stop: async () => {
      for (const cleanup of cleanups.reverse()) await cleanup()
      watched.expectNoCredentials()
    },
  }
}

async function environment({
  dataDir,
  port,
  database,
  options,
}: {
  readonly dataDir: string
  readonly port: number
  readonly database: TestDatabase
  readonly options: StackOptions
}): Promise<Record<string, string>> {
  const secret = () => `1:${randomBytes(32).toString('base64')}`
  return {
    DATA_DIR: dataDir,
    PUBLIC_URL: `http://localhost:${port}`,
    IDENTITY_JWKS_URL: `http://127.0.0.1:${port}/.well-known/identity-jwks.json`,
    IDENTITY_KEYS: JSON.stringify({ keys: [await generateIdentityKey()] }),
    AUTH_PORT: '0',
    REVIEWS_PORT: '0',
    ADMIN_PORT: '0',
    LOG_LEVEL: 'silent',
    PASSWORD_PEPPER: secret(),
    CODE_KEY: secret(),
    API_KEY_PEPPER: secret(),
    KEY_ENCRYPTION_KEY: secret(),
    ...(database.url === null ? {} : { DATABASE_URL: database.url }),
    ...options.env,
  }
}

async function startReviews(
  cleanups: Cleanup[],
  env: Readonly<Record<string, string>>,
  logger: Logger,
): Promise<Reviews> {
  const reviews = await createReviews({ config: readReviewsConfig(env), logger })
  cleanups.push(() => reviews.stop())
  return reviews
}

// The reviews database: PostgreSQL, or PGlite embedded. The same dialect, types and errors on both.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import knex, { type Knex } from 'knex'
import { migrateReviews, REVIEWS_SCHEMA } from '../../migrations/reviews/index.ts'
import { describeDatabaseFailure } from '../../platform/database-failure.ts'
import { databaseLog } from '../../platform/database-log.ts'
import { SHARED_MARK } from '../../platform/embedded/one-for-all.ts'
import type { Log } from '../../platform/log.ts'
import type { ReviewsConfig } from './config.ts'

export interface Database {
  readonly db: Knex
  stop(): Promise<void>
}

const ACQUIRE_TIMEOUT_MS = 2_000
const STATEMENT_TIMEOUT_MS = 10_000

/** Opens the configured database and brings it to the newest schema. */
export async function openDatabase(
  config: ReviewsConfig,
  { logger, shared }: { readonly logger: Log; readonly shared?: Database | undefined },
): Promise<Database> {
  const database = shared ?? (await openOwn(config, logger))
  try {
    await migrateReviews(database.db)
    return database
  } catch (error) {
    await database.stop()
    const { databaseUrl } = config
    throw databaseUrl === null
      ? error
      : describeDatabaseFailure(error, databaseUrl, 'REVIEWS_DATABASE_URL or DATABASE_URL')
  }
}

async function openOwn(config: ReviewsConfig, logger: Log): Promise<Database> {
  if (config.databaseUrl) return connectPostgres(config.databaseUrl, logger)
  const folder = join(config.dataDir, 'reviews')
  if (!existsSync(join(folder, 'pg')) && existsSync(join(config.dataDir, SHARED_MARK))) {
    throw new Error(
      `DATA_DIR: the reviews of ${config.dataDir} are in the one embedded database of \`npm start\`. Use that, or set REVIEWS_DATABASE_URL or another DATA_DIR.`,
    )
  }
  return await openEmbedded(folder, logger)
}

/** Whether an error means that the database is unavailable or overloaded, which says nothing about the request. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = sqlState(error)
  if (/^(08|53|57P0|57014|40001|40P01)/.test(code)) return true
  if (['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND'].includes(code)) return true
  return error.name === 'KnexTimeoutError' || /Connection terminated/.test(error.message)
}

/** Whether PostgreSQL could not take a value as it came, for example text with a NUL in it (class 22). */
export function isUnstorable(error: unknown): boolean {
  return error instanceof Error && sqlState(error).startsWith('22')
}

/** PostgreSQL's SQLSTATE or the socket's code; objection keeps the error that had it as `nativeError`. */
function sqlState(error: Error & { code?: unknown; nativeError?: { code?: unknown } }): string {
  const code = error.code ?? error.nativeError?.code
  return typeof code === 'string' ? code : ''
}

function connectPostgres(url: string, logger: Log): Database {
  const db = knex({
    client: 'pg',
    searchPath: [REVIEWS_SCHEMA],
    connection: {
      connectionString: url,
      application_name: 'sallyport-reviews',
      connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
    },
    pool: { min: 0, max: 10 },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    log: databaseLog(logger),
  })
  return { db, stop: () => db.destroy() }
}

async function openEmbedded(folder: string, logger: Log): Promise<Database> {
  const embedded = await import('../../platform/embedded/open.ts')
  const { ownerIn, stop } = await embedded.openEmbedded({ folder, log: databaseLog(logger) })
  return { db: ownerIn(REVIEWS_SCHEMA), stop }
}

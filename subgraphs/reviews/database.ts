// The reviews database: PostgreSQL, or PGlite embedded. The same dialect, types and errors on both.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import knex, { type Knex } from 'knex'
import { migrateReviews, REVIEWS_SCHEMA } from '../../migrations/reviews/index.ts'
import { databaseLog } from '../../platform/database-log.ts'
import type { Log } from '../../platform/log.ts'
import type { ReviewsConfig } from './config.ts'
import { lockDataFolder } from './data-folder.ts'

export interface Database {
  readonly db: Knex
  stop(): Promise<void>
}

const ACQUIRE_TIMEOUT_MS = 2_000
const STATEMENT_TIMEOUT_MS = 10_000

/** Opens the configured database and brings it to the newest schema. */
export async function openDatabase(config: ReviewsConfig, logger: Log): Promise<Database> {
  const database = config.databaseUrl
    ? connectPostgres(config.databaseUrl, logger)
    : await openEmbedded(join(config.dataDir, 'reviews'), logger)
  try {
    await migrateReviews(database.db)
    return database
  } catch (error) {
    await database.stop()
    throw error
  }
}

/** Whether an error means that the database is away or overloaded, which says nothing about the request. */
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
  const { PGlite } = await import('@electric-sql/pglite')
  const { createPgConfig } = await import('@electric-sql/pglite/node-postgres')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const unlock = lockDataFolder(folder)
  const pglite = await PGlite.create({ dataDir: join(folder, 'pg') })
  const db = knex({
    client: 'pg',
    searchPath: [REVIEWS_SCHEMA],
    // The adapter stands in for pg's own connection, which is not how knex types it.
    connection: createPgConfig(pglite) as unknown as Knex.PgConnectionConfig,
    // One connection is all that PGlite has. A query outside an open transaction waits for it.
    pool: { min: 1, max: 1 },
    acquireConnectionTimeout: 30_000,
    log: databaseLog(logger),
  })
  return {
    db,
    async stop() {
      await db.destroy()
      await pglite.close()
      unlock()
    },
  }
}

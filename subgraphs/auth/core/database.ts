// The auth subgraph's database: PostgreSQL, or PGlite embedded. The same dialect and types on both.
import { setTimeout as sleep } from 'node:timers/promises'
import knex, { type Knex } from 'knex'

export interface Database {
  readonly db: Knex
  stop(): Promise<void>
}

const ACQUIRE_TIMEOUT_MS = 2_000
/** No statement and no idle transaction outlives this. */
const TRANSACTION_TIMEOUT_MS = 10_000

/** What knex would print is thrown as well, and logged as JSON where it is caught. */
const SILENT = { debug() {}, deprecate() {}, error() {}, warn() {} }

/** @param url `postgresql://…` */
export function connectPostgres(url: string, poolSize: number): Database {
  const db = knex({
    client: 'pg',
    connection: {
      connectionString: url,
      application_name: 'sallyport-auth',
      connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
      statement_timeout: TRANSACTION_TIMEOUT_MS,
      idle_in_transaction_session_timeout: TRANSACTION_TIMEOUT_MS,
      keepAlive: true,
    },
    pool: { min: 0, max: poolSize, acquireTimeoutMillis: ACQUIRE_TIMEOUT_MS },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    log: SILENT,
  })
  return { db, stop: async () => await db.destroy() }
}

/**
 * Opens the embedded database in a folder, or in memory when `folder` is null.
 * @throws Error when another process holds the folder: two would corrupt it.
 */
export async function openEmbedded(folder: string | null, contents?: Blob): Promise<Database> {
  const embedded = await import('../../../platform/embedded/open.ts')
  const { owner, stop } = await embedded.openEmbedded({ folder, contents })
  return { db: owner, stop }
}

/** SQLSTATE of a serialization failure and of a deadlock: the one cure is to try again. */
const RETRYABLE = new Set(['40001', '40P01'])
const MAX_ATTEMPTS = 3

/**
 * Runs `work` in one transaction, at most three times when PostgreSQL asks for a retry. Within another transaction it is a
 * savepoint: the outermost one tries again.
 * Only this form commits: `await trx.commit()` resolves even when COMMIT failed (knex 3.3).
 * @throws what a statement failed with, even where `work` caught it and went on
 */
export async function transact<T>(
  db: Knex,
  work: (trx: Knex.Transaction) => Promise<T>,
  config?: Knex.TransactionConfig,
): Promise<T> {
  const attempts = db.isTransaction ? 1 : MAX_ATTEMPTS
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction(async (trx) => await inWholeTransaction(trx, work), config)
    } catch (error) {
      if (!RETRYABLE.has(sqlState(error)) || attempt >= attempts) throw error
      await sleep(10 * 2 ** attempt * (0.5 + Math.random()))
    }
  }
}

/**
 * After a failed statement PostgreSQL answers COMMIT with ROLLBACK, and calls that a success. A failure within a
 * savepoint that was rolled back costs the transaction nothing.
 */
async function inWholeTransaction<T>(
  trx: Knex.Transaction,
  work: (trx: Knex.Transaction) => Promise<T>,
): Promise<T> {
  const failures: unknown[] = []
  trx.on('query-error', (error: unknown) => failures.push(error))
  const result = await work(trx)
  if (failures.length === 0) return result
  try {
    await trx.raw('select 1')
  } catch {
    throw failures[0]
  }
  return result
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
])

/** Whether an error means "the database is unavailable or overloaded", so that the answer is 503 and not 500. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = sqlState(error)
  if (/^53/.test(code) || RETRYABLE.has(code) || code === '57014') return true
  return isConnectionLost(error) || error.name === 'KnexTimeoutError'
}

/** Whether the server may have gone, and perhaps come back as another: not so for one that is merely slow. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = sqlState(error)
  if (/^(08|57P0)/.test(code) || UNREACHABLE.has(code)) return true
  return /Connection terminated|timeout expired|Client has encountered a connection error/.test(
    error.message,
  )
}

/** Whether PostgreSQL could not take a value as it came, for example a time beyond its calendar (class 22). */
export function isUnstorable(error: unknown): boolean {
  return error instanceof Error && sqlState(error).startsWith('22')
}

/** PostgreSQL's SQLSTATE or the socket's code; objection keeps the error that had it as `nativeError`. */
function sqlState(error: unknown): string {
  const { code, nativeError } = (error ?? {}) as {
    code?: unknown
    nativeError?: { code?: unknown }
  }
  const found = code ?? nativeError?.code
  return typeof found === 'string' ? found : ''
}

// The database itself: its version, and transactions that hold it up.
import type { DoctorDeps } from './examine.ts'
import { type Observation, ok, warning } from './finding.ts'

const OLDEST_VERSION = 15
const LONG_TRANSACTION_SECONDS = 600

export async function observeDatabase(
  { db, config }: DoctorDeps,
  longSeconds: number = LONG_TRANSACTION_SECONDS,
): Promise<Observation[]> {
  const { rows } = await db.raw<{
    rows: { version: string; number: number; bytes: string; oldest: number | null }[]
  }>(
    `select current_setting('server_version') as version,
      current_setting('server_version_num')::integer as number,
      pg_database_size(current_database()) as bytes,
      (select extract(epoch from now() - min(xact_start))::float8 from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()) as oldest`,
  )
  const { version = 'unknown', number = 0, bytes = '0', oldest = null } = rows[0] ?? {}
  const megabytes = Math.ceil(Number(bytes) / 1024 / 1024)
  const kind = config.databaseUrl === null ? ' (embedded)' : ''
  const said = `database: PostgreSQL ${version}${kind}, ${megabytes} MB`
  return [
    number < OLDEST_VERSION * 10_000
      ? warning(`${said}; it should be ${OLDEST_VERSION} or later`)
      : ok(said),
    ...(oldest !== null && oldest > longSeconds
      ? [
          warning(
            `database: a transaction has been open for ${Math.round(oldest)} s: it holds up the audit trail and what is cleaned up`,
          ),
        ]
      : []),
  ]
}

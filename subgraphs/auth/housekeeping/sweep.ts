// Removes what has served its time. Nothing depends on it for correctness: every check compares with the clock itself.
import type { Knex } from 'knex'
import type { AuthDeps } from '../core/dependencies.ts'
import { reencryptSecrets } from '../factors/totp/totp-secret.ts'
import { GRACE_SECONDS } from '../sessions/rotate-refresh-token.ts'

const SWEEP_MS = 10_000
/** Ended sessions stay in the list of sessions for a while. */
const ENDED_SESSION_DAYS = 30

type SweepDeps = Pick<AuthDeps, 'db' | 'log' | 'config'>

export function startSweeping({ db, log, config }: SweepDeps): { stop(): void } {
  const timer = setInterval(() => {
    sweep(db).catch((error: unknown) => log.warn({ err: error }, 'old rows could not be removed'))
    reencryptSecrets(db, config.secrets.keyEncryptionKey).catch((error: unknown) =>
      log.warn({ err: error }, 'secrets of authenticator apps could not be encrypted anew'),
    )
  }, SWEEP_MS)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

export async function sweep(db: Knex): Promise<void> {
  // An encrypted successor is worth something to anyone who holds its predecessor: wiped when the grace is over.
  await db('sessions')
    .whereNotNull('sealed_successor')
    .whereRaw("rotated_at < now() - ? * interval '1 second'", [GRACE_SECONDS])
    .update({ sealed_successor: null })
  await db('oauth_refresh_families')
    .whereNotNull('sealed_successor')
    .whereRaw("rotated_at < now() - ? * interval '1 second'", [GRACE_SECONDS])
    .update({ sealed_successor: null })
  await sweepOAuth(db)
  await removeOld(db, 'revocations', 'expires_at < now()')
  await removeOld(db, 'verifications', "expires_at < now() - interval '1 day'")
  await removeOld(db, 'sessions', "expires_at < now() - ? * interval '1 day'", [ENDED_SESSION_DAYS])
  await removeOld(db, 'throttles', 'expire < ?', [Date.now()])
  await db('api_keys').where('status', 'PENDING').whereRaw('pending_expires_at < now()').delete()
}

/** In one statement: where auth was down for long there are more than one could delete in its time. */
const ROWS_AT_ONCE = 5_000
/** In one sweep: more than come in ten seconds, and what is left is for the next. */
const STATEMENTS = 20

async function removeOld(
  db: Knex,
  table: string,
  condition: string,
  values: readonly number[] = [],
): Promise<void> {
  for (let count = 0; count < STATEMENTS; count += 1) {
    const removed = await db(table)
      .whereRaw(`ctid = any (array(select ctid from ?? where ${condition} limit ?))`, [
        table,
        ...values,
        ROWS_AT_ONCE,
      ])
      .delete()
    if (removed < ROWS_AT_ONCE) return
  }
}

/** So many at a time that nobody waits for it, however many there are. */
const OAUTH_ROWS = 5_000
/** A device or an app that comes too late is told so for a while; what ended is shown no longer. */
const OAUTH_KEPT_HOURS = 24

async function sweepOAuth(db: Knex): Promise<void> {
  // Nobody let in what registered itself and was never used.
  await db('oauth_clients')
    .whereRaw(
      // A document is read again, and noted, whenever somebody goes on with it.
      `case source when 'REGISTRATION' then created_at when 'DOCUMENT' then updated_at end
         < now() - ? * interval '1 hour'`,
      [OAUTH_KEPT_HOURS],
    )
    .whereNotExists(db('oauth_grants').whereRaw('oauth_grants.client_id = oauth_clients.id'))
    .delete()
  // Anybody makes these, and nobody is told of them afterwards: a minute is for clocks that differ.
  await db('oauth_objects')
    .whereRaw(
      `ctid = any (array(select ctid from oauth_objects
         where model in ('Interaction', 'PushedAuthorizationRequest', 'ReplayDetection', 'Request')
           and expires_at < now() - interval '1 minute' order by expires_at limit ?))`,
      [OAUTH_ROWS],
    )
    .delete()
  const old = "expires_at < now() - ? * interval '1 hour'"
  for (const table of ['oauth_objects', 'oauth_refresh_families', 'oauth_grants']) {
    await db(table)
      // The oldest first, by the index: a scan of the table would pass all that was deleted before, and all that stays.
      .whereRaw(
        `ctid = any (array(select ctid from ?? where ${old} order by expires_at limit ?))`,
        [table, OAUTH_KEPT_HOURS, OAUTH_ROWS],
      )
      .delete()
  }
}

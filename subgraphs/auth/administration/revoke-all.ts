// Ends every session and refuses every token made so far: after a restore, or when nobody knows what leaked.
import type { Knex } from 'knex'
import { recordAudit } from '../core/audit/record.ts'
import { transact } from '../core/database.ts'
import { KEPT_PURPOSES } from '../verifications/void-verifications.ts'

/** Tokens carry the clock of the instance that signed them. Anyone who signs in within it refreshes once more. */
const CLOCK_LEEWAY_SECONDS = 5

/** API keys stay: they are checked against the database, and a restore cannot revive a revoked one unseen. */
export async function revokeAll(db: Knex): Promise<{ sessions: number; users: number }> {
  return await transact(db, async (trx) => {
    // Too many users for a lock on each one's order of events: all others wait for this one.
    await trx.raw('lock table outbox_events in share row exclusive mode')
    const { rowCount: sessions } = await trx.raw<{ rowCount: number }>(`
      with ended as (
        update sessions set status = 'REVOKED', revoked_at = now(), revoked_reason = 'revoke-all',
          sealed_successor = null, family_sealed = null
        where status <> 'REVOKED' returning id, user_id)
      insert into outbox_events (type, user_id, data)
      select 'session.revoked', user_id, jsonb_build_object('sessionId', id, 'reason', 'revoke-all') from ended`)
    await trx('oauth_grants')
      .whereNull('revoked_at')
      .update({ revoked_at: trx.fn.now(), revoked_reason: 'revoke-all' })
    await trx('oauth_refresh_families').delete()
    await trx('oauth_objects').delete()
    await trx('verifications')
      .whereNotIn('purpose', [...KEPT_PURPOSES])
      .whereNull('consumed_at')
      .update({ consumed_at: trx.fn.now() })
    // A device that somebody made known with what leaked would need no code.
    await trx('known_devices').delete()
    const users = await trx('users').update({ token_version: trx.raw('token_version + 1') })
    // One entry however many users and sessions; it covers tokens that a restored database knows nothing of, too.
    await trx.raw(
      `insert into revocations (kind, ref, expires_at)
       select 'issued-before', (ceil(extract(epoch from clock_timestamp()))::bigint + ?)::text, now() + interval '2 hours'`,
      [CLOCK_LEEWAY_SECONDS],
    )
    await recordAudit(trx, null, {
      action: 'session.revoked-all',
      actor: { kind: 'operator' },
      detail: { sessions, users },
    })
    return { sessions, users }
  })
}

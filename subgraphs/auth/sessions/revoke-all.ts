// Ends every session and refuses every token made so far: after a restore, or when nobody knows what leaked.
import type { Knex } from 'knex'
import { recordAudit } from '../audit/record.ts'

/** Tokens carry the clock of the instance that signed them. Whoever signs in within it refreshes once more. */
const CLOCK_LEEWAY_SECONDS = 5

/** API keys stay: they are checked against the database, and a restore cannot revive a revoked one unseen. */
export async function revokeAll(db: Knex): Promise<{ sessions: number; users: number }> {
  return await db.transaction(async (trx) => {
    const sessions = await trx('sessions').whereNot('status', 'REVOKED').update({
      status: 'REVOKED',
      revoked_at: trx.fn.now(),
      revoked_reason: 'revoke-all',
      sealed_successor: null,
      family_sealed: null,
    })
    await trx('verifications').whereNull('consumed_at').update({ consumed_at: trx.fn.now() })
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

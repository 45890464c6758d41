// Which session a further factor was enrolled in goes along with the session that it signs in.
import type { Knex } from 'knex'
import type { Verification } from '../../verifications/verification.ts'

/** @param enrolledIn id of a session */
export async function noteLineage(
  trx: Knex,
  challenge: Verification | null,
  enrolledIn: string,
): Promise<void> {
  if (challenge === null || challenge.session_id === null) return
  await trx('sessions').where('id', challenge.session_id).update({ factor_session_id: enrolledIn })
}

// Which session a further factor was enrolled in goes along with the session that it signs in: "this was not me" finds it by that.
import type { Knex } from 'knex'

export async function noteLineage(
  trx: Knex,
  { sessionId, enrolledIn }: { readonly sessionId: string; readonly enrolledIn: string },
): Promise<void> {
  await trx('sessions').where('id', sessionId).update({ factor_session_id: enrolledIn })
}

// A known device on which the further factor is not asked for at sign-in, for some days. It proves nothing: what it signs in is
// a session without a further factor.
import type { Knex } from 'knex'
import { newId } from '../core/identifiers.ts'
import { deviceOf } from './device-of.ts'
import type { Session } from './session.ts'

/** The device of this session. Call it once the session has its device. */
export async function rememberFor(
  trx: Knex,
  session: Session,
  days: number,
): Promise<string | null> {
  const id = newId('dev')
  const remembered = await trx('known_devices')
    .where('user_id', session.user_id)
    .where('secret_hash', trx('sessions').where('id', session.id).select('device_hash'))
    .update({
      remembered_id: id,
      remembered_name: deviceOf(session),
      remembered_at: trx.fn.now(),
      remembered_until: trx.raw("now() + ? * interval '1 day'", [days]),
    })
  return remembered === 1 ? id : null
}

/** With another password or other factors it is asked for everywhere again. */
export async function forgetRemembered(trx: Knex, userId: string): Promise<void> {
  await trx('known_devices')
    .where('user_id', userId)
    .whereNotNull('remembered_id')
    .update({ remembered_id: null, remembered_until: null })
}

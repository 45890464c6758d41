// Writes a new passkey, with its row among the factors.
import type { Knex } from 'knex'
import { newId } from '../../core/identifiers.ts'
import type { User } from '../../users/user.ts'
import { EnrolledFactor } from '../enrolled/enrolled-factor.ts'
import { authenticatorName } from './known-authenticators.ts'
import type { NewPasskey } from './read-registration.ts'

export interface PasskeyOwner {
  readonly user: User
  readonly sessionId: string
  /** null: by where it is kept. */
  readonly name: string | null
}

/** It does not count before it is confirmed (`addFactor`). @returns null when somebody has it already */
export async function insertPasskey(
  trx: Knex,
  passkey: NewPasskey,
  { user, sessionId, name }: PasskeyOwner,
): Promise<EnrolledFactor | null> {
  const factor = await EnrolledFactor.query(trx)
    .insert({
      id: newId('fac'),
      user_id: user.id,
      kind: 'PASSKEY',
      name: name ?? authenticatorName(passkey.aaguid),
      session_id: sessionId,
    })
    .returning('*')
  const [inserted] = await trx('passkeys')
    .insert({ ...passkey, transports: [...passkey.transports], factor_id: factor.id })
    .onConflict('credential_id')
    .ignore()
    .returning('factor_id')
  if (inserted !== undefined) return factor
  await trx('factors').where('id', factor.id).delete()
  return null
}

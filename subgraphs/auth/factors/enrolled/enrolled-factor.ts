// A further factor that a person has enrolled: what is common to all kinds. Each kind keeps its own beside it.
import type { Knex } from 'knex'
import { Model } from 'objection'
import { AuthError } from '../../core/errors.ts'

export class EnrolledFactor extends Model {
  static override readonly tableName = 'factors'

  declare id: string
  declare user_id: string
  declare kind: 'TOTP'
  declare name: string | null
  /** In which it was enrolled: "this was not me" takes away what an intruder enrolled, and nothing else. */
  declare session_id: string
  declare created_at: Date
  /** null: begun, and worth nothing yet. */
  declare confirmed_at: Date | null
  declare last_used_at: Date | null
}

export async function factorsOf(db: Knex, userId: string): Promise<EnrolledFactor[]> {
  return await EnrolledFactor.query(db)
    .where('user_id', userId)
    .whereNotNull('confirmed_at')
    .orderBy('created_at')
    .orderBy('id')
}

/** @throws AuthError NOT_FOUND for anybody else's too */
export async function findOwnFactor(
  trx: Knex,
  userId: string,
  factorId: string,
): Promise<EnrolledFactor> {
  const factor = await EnrolledFactor.query(trx)
    .findOne({ id: factorId, user_id: userId })
    .whereNotNull('confirmed_at')
  if (factor === undefined) throw new AuthError('NOT_FOUND')
  return factor
}

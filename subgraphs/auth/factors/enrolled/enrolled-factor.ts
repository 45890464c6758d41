// A further factor that a person has enrolled: what is common to all kinds. Each kind keeps its own beside it.
import type { Knex } from 'knex'
import { Model } from 'objection'
import { AuthError } from '../../core/errors.ts'

export class EnrolledFactor extends Model {
  static override readonly tableName = 'factors'

  declare id: string
  declare user_id: string
  declare kind: 'TOTP' | 'PASSKEY'
  declare name: string | null
  /** In which it was enrolled: "this was not me" takes away what an intruder enrolled, and nothing else. */
  declare session_id: string
  declare created_at: Date
  /** null: begun, and worth nothing yet. */
  declare confirmed_at: Date | null
  declare last_used_at: Date | null
  /** Of a passkey: whether it is kept beyond one device. */
  declare is_backed_up: boolean | null
}

export async function factorsOf(db: Knex, userId: string): Promise<EnrolledFactor[]> {
  return await shown(db).where('user_id', userId).orderBy('created_at').orderBy('id')
}

/** @throws AuthError NOT_FOUND for anybody else's too */
export async function findOwnFactor(
  trx: Knex,
  userId: string,
  factorId: string,
): Promise<EnrolledFactor> {
  const factor = await shown(trx).findOne({ id: factorId, user_id: userId })
  if (factor === undefined) throw new AuthError('NOT_FOUND')
  return factor
}

function shown(db: Knex) {
  return EnrolledFactor.query(db)
    .leftJoin('passkeys', 'passkeys.factor_id', 'factors.id')
    .select('factors.*', 'passkeys.is_backed_up')
    .whereNotNull('confirmed_at')
}

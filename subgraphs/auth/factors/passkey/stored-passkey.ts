// A passkey as it is kept, beside its row among the factors.
import type { Knex } from 'knex'

export interface StoredPasskey {
  readonly factor_id: string
  readonly credential_id: string
  /** COSE, base64url. */
  readonly public_key: string
  /** PostgreSQL's bigint comes as text. */
  readonly sign_count: string | number
  /** Whether it may ever be kept elsewhere too. It never changes. */
  readonly is_backup_eligible: boolean
  readonly is_backed_up: boolean
  readonly transports: string[]
  readonly user_id: string
  /** In which it was enrolled. */
  readonly session_id: string
}

/** Those that count. */
export function passkeysOf(db: Knex, userId: string) {
  return confirmed(db).where('factors.user_id', userId).orderBy('factors.created_at')
}

export async function findPasskey(db: Knex, credentialId: string): Promise<StoredPasskey | null> {
  return (await confirmed(db).where('passkeys.credential_id', credentialId).first()) ?? null
}

function confirmed(db: Knex) {
  return db('passkeys')
    .join('factors', 'factors.id', 'passkeys.factor_id')
    .whereNotNull('factors.confirmed_at')
    .select<StoredPasskey[]>('passkeys.*', 'factors.user_id', 'factors.session_id')
}

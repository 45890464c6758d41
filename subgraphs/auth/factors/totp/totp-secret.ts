// The secrets of authenticator apps: encrypted at rest, and with each the last step that was accepted.
import type { Knex } from 'knex'
import { decrypt, encrypt } from '../../core/encryption.ts'
import type { VersionedSecret } from '../../core/secret.ts'
import { stepOf } from './totp-code.ts'

interface Row {
  readonly factor_id: string
  readonly encrypted_secret: string
  readonly key_version: number
  /** PostgreSQL's bigint comes as text. */
  readonly last_step: string | number
}

export interface AcceptableStep {
  readonly factorId: string
  readonly step: number
  /** Id of a session. */
  readonly enrolledIn: string
}

/** @param factorId one that is not confirmed yet; default: those that are */
export async function findStep(
  db: Knex,
  keys: VersionedSecret,
  { userId, code, factorId }: { userId: string; code: string; factorId?: string },
): Promise<AcceptableStep | null> {
  const rows: (Row & { readonly session_id: string })[] = await db('totp_secrets')
    .join('factors', 'factors.id', 'totp_secrets.factor_id')
    .where('factors.user_id', userId)
    .modify((query) => {
      if (factorId === undefined) query.whereNotNull('factors.confirmed_at')
      else query.where('factors.id', factorId)
    })
    .select('totp_secrets.*', 'factors.session_id')
  for (const row of rows) {
    const step = stepOf(openSecret(keys, row), code)
    if (step !== null && step > Number(row.last_step))
      return { factorId: row.factor_id, step, enrolledIn: row.session_id }
  }
  return null
}

/** @returns false when this step, or a later one, was accepted before: of parallel uses of one code one is */
export async function acceptStep(trx: Knex, { factorId, step }: AcceptableStep): Promise<boolean> {
  const accepted = await trx('totp_secrets')
    .where('factor_id', factorId)
    .where('last_step', '<', step)
    .update({ last_step: step })
  if (accepted !== 1) return false
  await trx('factors').where('id', factorId).update({ last_used_at: trx.fn.now() })
  return true
}

export function encryptedSecret(keys: VersionedSecret, factorId: string, secret: string) {
  return {
    factor_id: factorId,
    encrypted_secret: encrypt(keys.current().release(), purposeOf(factorId), secret),
    key_version: keys.currentVersion,
  }
}

/** So that an old version of KEY_ENCRYPTION_KEY may go: nobody can be asked to scan a code again. */
export async function reencryptSecrets(db: Knex, keys: VersionedSecret): Promise<void> {
  const rows: Row[] = await db('totp_secrets')
    .where('key_version', '<', keys.currentVersion)
    .limit(200)
  for (const row of rows.filter(({ key_version }) => keys.has(key_version))) {
    const { factor_id, encrypted_secret } = row
    await db('totp_secrets')
      .where({ factor_id, encrypted_secret })
      .update(encryptedSecret(keys, factor_id, openSecret(keys, row)))
  }
}

function openSecret(keys: VersionedSecret, { factor_id, encrypted_secret, key_version }: Row) {
  return decrypt(keys.version(key_version).release(), purposeOf(factor_id), encrypted_secret)
}

/** Bound to its factor: a box that is copied to another row opens for nobody. */
function purposeOf(factorId: string): string {
  return `totp ${factorId}`
}

// Moves signing keys along their life. Any instance may do it at any time: one does, under an advisory lock.
import type { Knex } from 'knex'
import { lock } from '../core/advisory-lock.ts'
import { recordAudit } from '../core/audit/record.ts'
import { transact } from '../core/database.ts'
import { revoke } from '../core/revoke.ts'
import type { VersionedSecret } from '../core/secret.ts'
import { createSigningKey } from './signing-key.ts'

/** Published this long before use, so that every gateway (which refetches each 30 s) has it in time. */
const PUBLISHED_AHEAD_SECONDS = 120
/** The longest access token (60 minutes) and the leeway, with room. */
const RETIRING_SECONDS = 4_000

export interface RotateOptions {
  /** How long a key signs before the next one is made. */
  readonly signingKeyDays: number
  readonly keyEncryptionKey: VersionedSecret
  /** Make the next key now, whatever the age of the active one. Default false. */
  readonly isForced?: boolean
  /** A key that somebody else may hold: it stops verifying everywhere, and a new one signs at once. */
  readonly compromisedKid?: string
}

/** @returns the kids that were made and that became active */
export async function rotateKeys(
  db: Knex,
  options: RotateOptions,
): Promise<{ created: string[]; activated: string[] }> {
  return await transact(db, async (trx) => {
    await lock(trx, 'keyRotation')
    const result = { created: [] as string[], activated: [] as string[] }
    if (options.compromisedKid !== undefined) await withdraw(trx, options.compromisedKid)
    await activatePending(trx, result)
    await createNext(trx, options, result)
    await trx('signing_keys')
      .where('status', 'retiring')
      .whereRaw("retiring_at < now() - ? * interval '1 second'", [RETIRING_SECONDS])
      .update({ status: 'retired' })
    return result
  })
}

async function withdraw(trx: Knex, kid: string): Promise<void> {
  const changed = await trx('signing_keys')
    .where({ kid })
    .update({ status: 'retired', compromised: true, private_jwk_sealed: '' })
  if (changed === 0) throw new Error(`There is no signing key ${kid}`)
  await revoke(trx, [{ kind: 'signing-key', id: kid }])
  await recordAudit(trx, null, {
    action: 'signing_key.withdrawn',
    actor: { kind: 'operator' },
    detail: { kid },
  })
}

async function activatePending(trx: Knex, result: { activated: string[] }): Promise<void> {
  const active = await trx('signing_keys').where('status', 'active').first('kid')
  const due = await trx('signing_keys')
    .where('status', 'pending')
    .modify((query) => {
      if (active === undefined) return
      query.whereRaw("created_at < now() - ? * interval '1 second'", [PUBLISHED_AHEAD_SECONDS])
    })
    .orderBy('created_at')
    .first('kid')
  if (due === undefined) return
  await trx('signing_keys')
    .where('status', 'active')
    .update({ status: 'retiring', retiring_at: trx.fn.now() })
  await trx('signing_keys')
    .where('kid', due.kid)
    .update({ status: 'active', activated_at: trx.fn.now() })
  result.activated.push(due.kid)
}

async function createNext(
  trx: Knex,
  options: RotateOptions,
  result: { created: string[]; activated: string[] },
): Promise<void> {
  const active = await trx('signing_keys')
    .where('status', 'active')
    .first(
      'kid',
      trx.raw("activated_at < now() - ? * interval '1 day' as is_due", [options.signingKeyDays]),
    )
  if (active === undefined) {
    const kid = await createSigningKey(trx, 'active', options.keyEncryptionKey)
    result.created.push(kid)
    result.activated.push(kid)
    return
  }
  const pending = await trx('signing_keys').where('status', 'pending').first('kid')
  if (pending !== undefined || !(active.is_due || options.isForced)) return
  result.created.push(await createSigningKey(trx, 'pending', options.keyEncryptionKey))
}

// A known device shows a secret of ours: user agent and address are anybody's to copy.
import type { Knex } from 'knex'
import { randomText, sha256 } from '../identifiers.ts'

const FORMAT = /^dvt_[A-Za-z0-9_-]{43}$/
const MAX_DEVICES = 50

export async function isKnownDevice(
  trx: Knex,
  userId: string,
  deviceToken: string | null,
): Promise<boolean> {
  if (deviceToken === null || !FORMAT.test(deviceToken)) return false
  const seen = await trx('known_devices')
    .where({ user_id: userId, secret_hash: sha256(deviceToken) })
    .update({ last_seen_at: trx.fn.now() })
  return seen === 1
}

/** Remembers the device after a proof that its user controls the mailbox. @returns the token to keep on it */
export async function rememberDevice(trx: Knex, userId: string): Promise<string> {
  const deviceToken = `dvt_${randomText(32)}`
  await trx('known_devices').insert({ user_id: userId, secret_hash: sha256(deviceToken) })
  await trx.raw(
    `delete from known_devices where user_id = ? and secret_hash in
       (select secret_hash from known_devices where user_id = ? order by last_seen_at desc offset ?)`,
    [userId, userId, MAX_DEVICES],
  )
  return deviceToken
}

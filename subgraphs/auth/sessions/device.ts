// A known device shows a secret of ours: user agent and address are anybody's to copy.
import type { Knex } from 'knex'
import { randomText, sha256 } from '../core/identifiers.ts'
import type { Session } from './session.ts'

const FORMAT = /^dvt_[A-Za-z0-9_-]{43}$/
const MAX_DEVICES = 50

export interface KnownDevice {
  /** SHA-256 of its token. */
  readonly hash: string
  /** Its user proved the mailbox on it: not so for one that was met with SESSION_VERIFICATION=off. */
  readonly isProven: boolean
  /** The further factor is not asked for on it. */
  readonly isRemembered: boolean
}

/** @returns null for a token that this user's devices do not include; an unknown user has none */
export async function findDevice(
  db: Knex,
  userId: string,
  deviceToken: string | null,
): Promise<KnownDevice | null> {
  return await findDeviceByHash(db, userId, deviceHashOf(deviceToken))
}

/** null for what is not a token of a device; whose it is, the hash does not tell. */
export function deviceHashOf(deviceToken: string | null): string | null {
  return deviceToken !== null && FORMAT.test(deviceToken) ? sha256(deviceToken) : null
}

/** @returns null for a device that is not this user's */
export async function findDeviceByHash(
  db: Knex,
  userId: string,
  deviceHash: string | null,
): Promise<KnownDevice | null> {
  const hash = deviceHash ?? ''
  const [row]: { proven: boolean; is_remembered: boolean }[] = await db('known_devices')
    .where({ user_id: userId, secret_hash: hash })
    .update({ last_seen_at: db.fn.now() })
    .returning([
      'proven',
      db.raw('coalesce(remembered_until > now(), false) as is_remembered'),
    ] as string[])
  if (row === undefined) return null
  return { hash, isProven: row.proven, isRemembered: row.is_remembered }
}

/** Remembers the device of a session that has just begun. @returns the token to keep on it */
export async function rememberDevice(
  trx: Knex,
  {
    user,
    session,
    isProven,
  }: { readonly user: { readonly id: string }; session: Session; isProven: boolean },
): Promise<string> {
  const deviceToken = `dvt_${randomText(32)}`
  const secret_hash = sha256(deviceToken)
  await trx('known_devices').insert({ user_id: user.id, secret_hash, proven: isProven })
  await trx('sessions').where('id', session.id).update({ device_hash: secret_hash })
  await trx.raw(
    `delete from known_devices where user_id = ? and secret_hash in
       (select secret_hash from known_devices where user_id = ? order by last_seen_at desc offset ?)`,
    [user.id, user.id, MAX_DEVICES],
  )
  return deviceToken
}

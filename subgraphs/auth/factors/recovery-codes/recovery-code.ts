// A recovery code: 80 random bits, of which an HMAC under a versioned key is kept. Without the key a stolen table is of no use.
import { createHmac, randomBytes } from 'node:crypto'
import type { Knex } from 'knex'
import type { VersionedSecret } from '../../core/secret.ts'

/** Crockford's base 32: no letter that looks like another or like a digit. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const LENGTH = 16

/** `7k2m-q4vd-x09t-hb6e` */
export function newRecoveryCode(): string {
  // 256 is a multiple of 32: no letter is likelier than another.
  const letters = [...randomBytes(LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length])
  return (letters.join('').match(/.{4}/g) ?? []).join('-')
}

/** The person is part of it: equal codes of two people have nothing in common. */
export function hashRecoveryCode(
  typed: string,
  { userId, pepper }: { readonly userId: string; readonly pepper: string },
): string {
  return createHmac('sha256', Buffer.from(pepper, 'base64'))
    .update(`recovery code\0${userId}\0${normalize(typed)}`)
    .digest('base64url')
}

/** The hash that is kept of this code; null: it is wrong, or was used. */
export async function findRecoveryCode(
  db: Knex,
  pepper: VersionedSecret,
  { userId, typed }: { readonly userId: string; readonly typed: string },
): Promise<string | null> {
  const rows: { code_hash: string; key_version: number }[] = await db('recovery_codes')
    .where('user_id', userId)
    .select('code_hash', 'key_version')
  const versions = new Set(rows.map((row) => row.key_version).filter((one) => pepper.has(one)))
  const presented = [...versions].map((version) =>
    hashRecoveryCode(typed, { userId, pepper: pepper.version(version).release() }),
  )
  return rows.find((row) => presented.includes(row.code_hash))?.code_hash ?? null
}

/** How many can still be used: those under a key that is gone cannot. */
export async function countRecoveryCodes(
  db: Knex,
  pepper: VersionedSecret,
  userId: string,
): Promise<number> {
  const versions: number[] = await db('recovery_codes')
    .where('user_id', userId)
    .pluck('key_version')
  return versions.filter((version) => pepper.has(version)).length
}

/** As people type it from paper. */
function normalize(typed: string): string {
  return typed
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s-]/g, '')
    .replaceAll('o', '0')
    .replace(/[il]/g, '1')
}

// Secrets of clients: an HMAC under the pepper at rest, and two that work while one rotates.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Knex } from 'knex'
import type { VersionedSecret } from '../core/secret.ts'

export interface StoredSecret {
  readonly secret_hash: string
  readonly secret_pepper_version: number
}

/** For secrets of 256 random bits: those need no slow hash. */
function hashClientSecret(
  secret: string,
  pepper: VersionedSecret,
  version = pepper.currentVersion,
): string {
  const key = Buffer.from(pepper.version(version).release(), 'base64')
  return createHmac('sha256', key).update(`client\0${secret}`).digest('base64url')
}

export function storeSecret(secret: string, pepper: VersionedSecret): StoredSecret {
  return {
    secret_hash: hashClientSecret(secret, pepper),
    secret_pepper_version: pepper.currentVersion,
  }
}

/** How long an old secret goes on working beside a new one, where nobody says otherwise, and at most. */
export const overlap = { defaultSeconds: 3_600, maxSeconds: 7 * 24 * 3_600 } as const

/** The old secret goes on working beside the new one until the overlap is over. */
export function withPrevious(trx: Knex, overlapSeconds: number): Readonly<Record<string, unknown>> {
  return {
    previous_secret_hash: trx.ref('secret_hash'),
    previous_pepper_version: trx.ref('secret_pepper_version'),
    previous_expires_at: trx.raw("now() + ? * interval '1 second'", [overlapSeconds]),
  }
}

/** None goes on working beside the new one. */
export const withoutPrevious = {
  previous_secret_hash: null,
  previous_pepper_version: null,
  previous_expires_at: null,
} as const

interface Secrets {
  readonly secret_hash: string | null
  readonly secret_pepper_version: number | null
  readonly previous_secret_hash: string | null
  readonly previous_pepper_version: number | null
  readonly is_in_overlap: boolean
}

/** @returns which of the client's secrets it is, as its stored hash; null for a wrong one. By the database's clock. */
export async function matchClientSecret(
  db: Knex,
  pepper: VersionedSecret,
  presented: { readonly clientId: string; readonly secret: string },
): Promise<string | null> {
  const row: Secrets | undefined = await db('oauth_clients')
    .where('id', presented.clientId)
    .first(
      'secret_hash',
      'secret_pepper_version',
      'previous_secret_hash',
      'previous_pepper_version',
      db.raw('coalesce(previous_expires_at > now(), false) as is_in_overlap'),
    )
  if (row === undefined) return null
  const matches = (hash: string | null, version: number | null): boolean =>
    hash !== null &&
    version !== null &&
    pepper.has(version) &&
    equals(hashClientSecret(presented.secret, pepper, version), hash)
  if (matches(row.secret_hash, row.secret_pepper_version)) return row.secret_hash
  if (!row.is_in_overlap) return null
  return matches(row.previous_secret_hash, row.previous_pepper_version)
    ? row.previous_secret_hash
    : null
}

function equals(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

// An API key: what a server or a script signs in with. It never may more than its owner.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { Model } from 'objection'
import type { VersionedSecret } from '../core/secret.ts'
import type { ApiKeyStatus } from '../generated.ts'

/** Unverified keys and rotations die after this, and there are never more than this many. */
export const PENDING_MINUTES = 60
export const MAX_PENDING = 10
export const MAX_KEYS = 100
/** So many that were revoked are remembered, the latest; the audit trail has all. */
export const MAX_REVOKED = 100

export class ApiKey extends Model {
  static override readonly tableName = 'api_keys'

  declare id: string
  declare user_id: string
  declare name: string
  declare key: string
  declare status: Exclude<ApiKeyStatus, 'EXPIRED'>
  declare secret_hash: string
  declare secret_pepper_version: number
  declare previous_secret_hash: string | null
  declare previous_pepper_version: number | null
  declare previous_expires_at: Date | null
  declare pending_secret_hash: string | null
  declare pending_pepper_version: number | null
  declare pending_overlap_seconds: number | null
  declare pending_expires_at: Date | null
  declare roles: string[]
  declare scopes: string[]
  declare allowed_ips: string[] | null
  declare rate_limit_max: number | null
  declare rate_limit_window_seconds: number | null
  declare root_fields: string[] | null
  declare trusted_documents_only: boolean
  declare cost_per_operation: number | null
  declare cost_per_window: number | null
  declare cost_window_seconds: number | null
  declare created_at: Date
  declare expires_at: Date | null
  declare last_used_at: Date | null
  declare revoked_at: Date | null

  shownStatus(now: Date): ApiKeyStatus {
    if (this.status === 'REVOKED') return 'REVOKED'
    const end = this.status === 'PENDING' ? this.pending_expires_at : this.expires_at
    return end !== null && now >= end ? 'EXPIRED' : this.status
  }
}

/** HMAC-SHA-256 with the pepper: the table alone proves no secret, and a secret of 238 bits needs no slow hash. */
export function hashSecret(secret: string, pepper: VersionedSecret, version: number): string {
  const key = Buffer.from(pepper.version(version).release(), 'base64')
  return createHmac('sha256', key).update(secret).digest('base64url')
}

export function matchesSecret(
  secret: string,
  stored: { readonly hash: string | null; readonly version: number | null },
  pepper: VersionedSecret,
): boolean {
  if (stored.hash === null || stored.version === null || !pepper.has(stored.version)) return false
  const presented = Buffer.from(hashSecret(secret, pepper, stored.version))
  const expected = Buffer.from(stored.hash)
  return presented.length === expected.length && timingSafeEqual(presented, expected)
}

// One proof of control over a mailbox, for one purpose. Its id is a secret of whoever began the flow, hashed at rest.
import { createHmac } from 'node:crypto'
import { Model } from 'objection'
import type { VersionedSecret } from '../secret.ts'
import type { TokenDelivery } from '../sessions/session.ts'

export type VerificationPurpose = 'REGISTRATION' | 'LOGIN' | 'API_KEY' | 'ACCOUNT_DELETION'

export const MAX_ATTEMPTS = 5
export const MAX_SENDS = 5
export const CODE_MINUTES = 10
export const RESEND_SECONDS = 60
/** A flow may ask for new codes for an hour: five sends an hour in all. */
export const FLOW_MINUTES = 60

/** What `register` was told. `isTaken`: the address has an account, and no code will ever match. */
export interface Registration {
  readonly isTaken: boolean
  readonly passwordHash: string
  readonly pepperVersion: number
  readonly fullName: string | null
  readonly displayName: string | null
}

export class Verification extends Model {
  static override readonly tableName = 'verifications'
  static override readonly idColumn = 'id_hash'
  static override get jsonAttributes(): string[] {
    return ['registration']
  }

  declare id_hash: string
  declare purpose: VerificationPurpose
  declare email: string
  declare email_normalized: string
  declare user_id: string | null
  declare session_id: string | null
  declare api_key_id: string | null
  declare registration: Registration | null
  declare delivery: TokenDelivery
  declare flow_hash: string | null
  declare code_key_version: number
  declare send_number: number
  declare last_sent_at: Date
  declare attempts: number
  declare code_expires_at: Date
  declare expires_at: Date
  declare consumed_at: Date | null
  declare created_at: Date
}

/**
 * Eight digits from HMAC-SHA-256 over the verification and the number of the send: computed when mailed and when
 * checked, stored nowhere. A resend changes the number and so voids the codes before it.
 */
export function codeFor(
  verification: Pick<Verification, 'id_hash' | 'send_number' | 'code_key_version'>,
  codeKey: VersionedSecret,
): string {
  const key = Buffer.from(codeKey.version(verification.code_key_version).release(), 'base64')
  const mac = createHmac('sha256', key)
    .update(`code\0${verification.id_hash}\0${verification.send_number}`)
    .digest()
  // 48 bits modulo 10^8: the bias is below one in two million.
  return String(mac.readUIntBE(0, 6) % 100_000_000).padStart(8, '0')
}

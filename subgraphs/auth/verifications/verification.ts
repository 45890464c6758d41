// One proof of control over a mailbox, for one purpose. Its id is a secret of the client that began the flow, hashed at rest.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { Model } from 'objection'
import type { TokenDelivery } from '../core/caller.ts'
import type { VersionedSecret } from '../core/secret.ts'

/** Proved by a code, given back by anyone who holds the verification's id. */
export type CodePurpose =
  | 'REGISTRATION'
  | 'LOGIN'
  | 'API_KEY'
  | 'EMAIL'
  | 'PASSWORD_RESET'
  | 'ACCOUNT_DELETION'
/** Proved by a link alone: nobody is told the id. */
export type LinkPurpose = 'INVITATION' | 'EMAIL_UNDO' | 'SESSION_REPORT'
export type VerificationPurpose = CodePurpose | LinkPurpose

export const MAX_ATTEMPTS = 5
export const MAX_SENDS = 5
export const CODE_MINUTES = 10
export const RESEND_SECONDS = 60
/** A flow may ask for new codes for an hour: five sends an hour in all. */
export const FLOW_MINUTES = 60
/** Links that are acted upon when somebody happens to read their mail. */
export const LINK_MINUTES: Readonly<Record<LinkPurpose, number>> = {
  INVITATION: 7 * 24 * 60,
  EMAIL_UNDO: 72 * 60,
  SESSION_REPORT: 7 * 24 * 60,
}

/** What `register` was told. */
export interface Registration {
  readonly passwordHash: string
  readonly pepperVersion: number
  readonly fullName: string | null
  readonly displayName: string | null
}

export class Verification extends Model {
  static override readonly tableName = 'verifications'
  static override readonly idColumn = 'id_hash'
  static override get jsonAttributes(): string[] {
    return ['registration', 'detail']
  }

  declare id_hash: string
  declare purpose: VerificationPurpose
  declare email: string
  declare email_normalized: string
  declare user_id: string | null
  declare session_id: string | null
  declare api_key_id: string | null
  declare registration: Registration | null
  /** Looks like any other, and no code or link ever matches: a taken or unknown address, a wrong password. */
  declare is_decoy: boolean
  /** A code that nobody was mailed is never right: else guesses would have no bound but the number of networks. */
  declare is_mailed: boolean
  declare detail: Record<string, unknown>
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

/** What a mailed link carries behind its `#`: 256 bits, computed like a code and stored nowhere. A resend voids it too. */
export function linkTokenFor(
  verification: Pick<Verification, 'id_hash' | 'send_number' | 'code_key_version'>,
  codeKey: VersionedSecret,
): string {
  const key = Buffer.from(codeKey.version(verification.code_key_version).release(), 'base64')
  const mac = createHmac('sha256', key)
    .update(`link\0${verification.id_hash}\0${verification.send_number}`)
    .digest('base64url')
  return `${verification.id_hash}.${mac}`
}

export function isLinkTokenOf(
  verification: Verification,
  token: string,
  codeKey: VersionedSecret,
): boolean {
  if (!codeKey.has(verification.code_key_version)) return false
  const presented = Buffer.from(token)
  const right = Buffer.from(linkTokenFor(verification, codeKey))
  return presented.length === right.length && timingSafeEqual(presented, right)
}

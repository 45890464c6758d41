// A challenge: it fixes purpose, person, session, delivery and browser of one flow, and holds what was proved in it. Its id is
// a secret of the client that began the flow, hashed at rest.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { Model } from 'objection'
import type { VersionedSecret } from '../core/secret.ts'
import type { TokenDelivery } from '../generated.ts'

/** Proved by a code, given back by anyone who holds the verification's id. */
export type CodePurpose =
  | 'REGISTRATION'
  | 'LOGIN'
  /** A login that begins with the mailbox: nothing was proved yet, and anybody may begin one for any address. */
  | 'EMAIL_LOGIN'
  /** A login that begins at a provider; then with the mailbox that it named, which anybody may have said there. */
  | 'PROVIDER_LOGIN'
  | 'STEP_UP'
  | 'API_KEY'
  | 'EMAIL'
  | 'PASSWORD_RESET'
  | 'ACCOUNT_DELETION'
/** Proved by a link alone: nobody is told the id. */
export type LinkPurpose = 'INVITATION' | 'EMAIL_UNDO' | 'SESSION_REPORT'
/** Proved by what a provider answers alone. */
export type AnswerPurpose = 'LINK_IDENTITY'
/** Nothing is mailed. `PASSKEY_LOGIN`: a sign-in in which nobody is named; `PASSKEY`: one that is being added. */
export type PasskeyPurpose = 'PASSKEY_LOGIN' | 'PASSKEY'
export type VerificationPurpose = CodePurpose | LinkPurpose | AnswerPurpose | PasskeyPurpose

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
  /** null where nobody signs in with a password. */
  readonly passwordHash: string | null
  readonly pepperVersion: number | null
  readonly fullName: string | null
  readonly displayName: string | null
}

/** One factor that was right. */
export interface Proof {
  /** As in `methods`, or `PASSWORD`. */
  readonly method: string
  /** RFC 8176 names. */
  readonly amr: readonly string[]
}

/** What may be proved next, by method, with what each of these factors keeps until it is. */
export type Beginnings = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** In the state of a method that is not to be shown but added. */
export const ENROLS = { enrols: true } as const

export class Verification extends Model {
  static override readonly tableName = 'verifications'
  static override readonly idColumn = 'id_hash'
  static override get jsonAttributes(): string[] {
    return ['registration', 'detail', 'proved', 'factor_state']
  }

  declare id_hash: string
  declare purpose: VerificationPurpose
  /** null: no mailbox has a part in it. */
  declare email: string | null
  declare email_normalized: string | null
  /** Whose it is. Nobody has proved to be this person before `proofsOf` says so. */
  declare user_id: string | null
  declare session_id: string | null
  declare api_key_id: string | null
  declare registration: Registration | null
  /** Looks like any other, and no code or link ever matches: a taken or unknown address, a wrong password. */
  declare is_decoy: boolean
  /** A code that nobody was mailed is never right: else guesses would have no bound but the number of networks. */
  declare is_mailed: boolean
  declare detail: Record<string, unknown>
  /** Any one of these factors goes on with it. */
  declare methods: string[]
  /** null: made by the version before, which asked for nothing but mailed codes. */
  declare proved: readonly Proof[] | null
  declare factor_state: Beginnings
  /** Raised with each factor that was right, so that of parallel ones a single one goes on. */
  declare step: number
  declare delivery: TokenDelivery
  declare device_name: string | null
  /** Hash of the token of the known device that began it. */
  declare device_hash: string | null
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

/** What was mailed: the address is known. */
export type MailedVerification = Verification & {
  readonly email: string
  readonly email_normalized: string
}

export function isOfMailbox(verification: Verification): verification is MailedVerification {
  return verification.email !== null && verification.email_normalized !== null
}

/** Whether its next step is to add a factor. */
export function isEnrolment({ factor_state }: Pick<Verification, 'factor_state'>): boolean {
  const states = Object.values(factor_state)
  return states.length > 0 && states.every(({ enrols }) => enrols === true)
}

export function proofsOf({ proved, purpose }: Verification): readonly Proof[] {
  if (proved !== null) return proved
  return purpose === 'LOGIN' || purpose === 'REGISTRATION'
    ? [{ method: 'PASSWORD', amr: ['pwd'] }]
    : []
}

/** The mailbox that was proved in it, normalised; null: none was. */
export function provedMailbox(
  { email_normalized }: Pick<Verification, 'email_normalized'>,
  proved: readonly Proof[],
): string | null {
  return proved.some(({ method }) => method === 'EMAIL_CODE') ? email_normalized : null
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

/** Digits as any keyboard writes them; a full-width one is longer in bytes than it looks. */
export function isMailedCode(
  verification: Verification,
  presented: string,
  codeKey: VersionedSecret,
): boolean {
  const digits = Buffer.from(presented.normalize('NFKC').replace(/[\s-]/g, ''))
  const right = Buffer.from(codeFor(verification, codeKey))
  const isSame = digits.length === right.length && timingSafeEqual(digits, right)
  return isSame && verification.is_mailed && !verification.is_decoy
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

// Starts a verification and puts its mail into the outbox, in the caller's transaction.
import type { Knex } from 'knex'
import type { AuthConfig } from '../config.ts'
import { newId, randomText, sha256 } from '../identifiers.ts'
import { enqueueMail, type MailTemplate } from '../mail/outbox.ts'
import type { TokenDelivery } from '../sessions/session.ts'
import type { EmailAddress } from '../users/normalize-email.ts'
import {
  CODE_MINUTES,
  FLOW_MINUTES,
  type Registration,
  Verification,
  type VerificationPurpose,
} from './verification.ts'

export interface BeginVerification {
  readonly purpose: VerificationPurpose
  readonly email: EmailAddress
  readonly template: MailTemplate
  readonly userId?: string
  readonly sessionId?: string
  readonly apiKeyId?: string
  readonly registration?: Registration
  /** With COOKIE a `__Host-flow` cookie must match at every later step. */
  readonly delivery: TokenDelivery
  readonly mailData?: Readonly<Record<string, unknown>>
}

export interface BegunVerification {
  /** Told once, to whoever began the flow; never logged, never mailed. */
  readonly id: string
  readonly verification: Verification
  readonly flowSecret: string | null
}

export async function beginVerification(
  trx: Knex,
  config: AuthConfig,
  begin: BeginVerification,
): Promise<BegunVerification> {
  const id = newId('ver')
  const flowSecret = begin.delivery === 'COOKIE' ? randomText(32) : null
  const [row] = await trx('verifications')
    .insert({
      id_hash: sha256(id),
      purpose: begin.purpose,
      email: begin.email.address,
      email_normalized: begin.email.normalized,
      user_id: begin.userId ?? null,
      session_id: begin.sessionId ?? null,
      api_key_id: begin.apiKeyId ?? null,
      registration: begin.registration === undefined ? null : JSON.stringify(begin.registration),
      delivery: begin.delivery,
      flow_hash: flowSecret === null ? null : sha256(flowSecret),
      code_key_version: config.secrets.codeKey.currentVersion,
      code_expires_at: trx.raw("now() + ? * interval '1 minute'", [CODE_MINUTES]),
      expires_at: trx.raw("now() + ? * interval '1 minute'", [FLOW_MINUTES]),
    })
    .returning('*')
  const verification = Verification.fromDatabaseJson(row)
  await enqueueMail(trx, {
    template: begin.template,
    recipient: begin.email.address,
    verification,
    data: begin.mailData ?? {},
  })
  return { id, verification, flowSecret }
}

// Starts a verification and puts its mail into the outbox, in the caller's transaction.
import type { Knex } from 'knex'
import type { AuthConfig } from '../config.ts'
import type { TokenDelivery } from '../core/caller.ts'
import { newId, randomText, sha256 } from '../core/identifiers.ts'
import { enqueueMail, type MailTemplate } from '../core/mail/outbox.ts'
import type { EmailAddress } from '../users/normalize-email.ts'
import {
  CODE_MINUTES,
  FLOW_MINUTES,
  LINK_MINUTES,
  type LinkPurpose,
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
  /** Facts for the mail and for the end of the flow; never a secret. */
  readonly detail?: Readonly<Record<string, unknown>>
  /** No code and no link will match. Default false. */
  readonly isDecoy?: boolean
  /** Nothing is mailed, and no code will match: the address had its share, or nobody is to be told. Default false. */
  readonly isSilent?: boolean
  /** With COOKIE a `__Host-flow` cookie must match at every later step. Default BODY. */
  readonly delivery?: TokenDelivery
}

export interface BegunVerification {
  /** Told once, to the client that began the flow; never logged, never mailed. */
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
  const delivery = begin.delivery ?? 'BODY'
  const flowSecret = delivery === 'COOKIE' ? randomText(32) : null
  const linkMinutes: number | undefined = LINK_MINUTES[begin.purpose as LinkPurpose]
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
      is_decoy: begin.isDecoy ?? false,
      is_mailed: !begin.isSilent,
      detail: JSON.stringify(begin.detail ?? {}),
      delivery,
      flow_hash: flowSecret === null ? null : sha256(flowSecret),
      code_key_version: config.secrets.codeKey.currentVersion,
      code_expires_at: trx.raw("now() + ? * interval '1 minute'", [linkMinutes ?? CODE_MINUTES]),
      expires_at: trx.raw("now() + ? * interval '1 minute'", [linkMinutes ?? FLOW_MINUTES]),
    })
    .returning('*')
  const verification = Verification.fromDatabaseJson(row)
  if (begin.isSilent) return { id, verification, flowSecret }
  await enqueueMail(trx, {
    template: begin.template,
    recipient: begin.email.address,
    verification,
    data: begin.detail ?? {},
  })
  return { id, verification, flowSecret }
}

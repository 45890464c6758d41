// Starts a challenge and puts its mail into the outbox, in the caller's transaction.
import type { Knex } from 'knex'
import type { AuthConfig } from '../config.ts'
import { newId, randomText, sha256 } from '../core/identifiers.ts'
import { enqueueMail, type MailTemplate } from '../core/mail/outbox.ts'
import type { TokenDelivery } from '../generated.ts'
import type { EmailAddress } from '../users/normalize-email.ts'
import {
  type Beginnings,
  CODE_MINUTES,
  FLOW_MINUTES,
  LINK_MINUTES,
  type LinkPurpose,
  type Proof,
  type Registration,
  Verification,
  type VerificationPurpose,
} from './verification.ts'

export interface BeginVerification {
  /** Default: a new one. */
  readonly id?: string
  readonly purpose: VerificationPurpose
  /** null: nothing is mailed. */
  readonly email: EmailAddress | null
  readonly template: MailTemplate | null
  readonly userId?: string
  readonly sessionId?: string
  readonly apiKeyId?: string
  readonly registration?: Registration
  /** Facts for the mail and for the end of the flow; never a secret. */
  readonly detail?: Readonly<Record<string, unknown>>
  /** What may be proved next. Default: the mailed code. */
  readonly methods?: Beginnings
  /** Default: nothing. */
  readonly proved?: readonly Proof[]
  readonly deviceName?: string | null
  readonly deviceHash?: string | null
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
  const id = begin.id ?? newId('ver')
  const delivery = begin.delivery ?? 'BODY'
  const flowSecret = delivery === 'COOKIE' ? randomText(32) : null
  const methods = begin.methods ?? { EMAIL_CODE: {} }
  const isSilent = begin.isSilent === true || begin.email === null || begin.template === null
  const linkMinutes: number | undefined = LINK_MINUTES[begin.purpose as LinkPurpose]
  const [row] = await trx('verifications')
    .insert({
      id_hash: sha256(id),
      purpose: begin.purpose,
      email: begin.email?.address ?? null,
      email_normalized: begin.email?.normalized ?? null,
      methods: Object.keys(methods),
      factor_state: JSON.stringify(methods),
      proved: JSON.stringify(begin.proved ?? []),
      device_name: begin.deviceName ?? null,
      device_hash: begin.deviceHash ?? null,
      user_id: begin.userId ?? null,
      session_id: begin.sessionId ?? null,
      api_key_id: begin.apiKeyId ?? null,
      registration: begin.registration === undefined ? null : JSON.stringify(begin.registration),
      is_decoy: begin.isDecoy ?? false,
      is_mailed: !isSilent,
      detail: JSON.stringify(begin.detail ?? {}),
      delivery,
      flow_hash: flowSecret === null ? null : sha256(flowSecret),
      code_key_version: config.secrets.codeKey.currentVersion,
      code_expires_at: trx.raw("now() + ? * interval '1 minute'", [linkMinutes ?? CODE_MINUTES]),
      expires_at: trx.raw("now() + ? * interval '1 minute'", [linkMinutes ?? FLOW_MINUTES]),
    })
    .returning('*')
  const verification = Verification.fromDatabaseJson(row)
  if (isSilent || begin.email === null || begin.template === null) {
    return { id, verification, flowSecret }
  }
  await enqueueMail(trx, {
    template: begin.template,
    recipient: begin.email.address,
    verification,
    data: begin.detail ?? {},
  })
  return { id, verification, flowSecret }
}

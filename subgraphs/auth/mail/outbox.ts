// Mail leaves from a table: the row is written with the change, so an answer never waits for a mail server.
import type { Knex } from 'knex'
import type { Verification } from '../verifications/verification.ts'

export type MailTemplate =
  | 'registration-code'
  | 'account-exists'
  | 'login-code'
  | 'api-key-code'
  | 'session-ended'
  | 'account-deletion-code'
  | 'account-deleted'

export interface OutgoingMail {
  readonly template: MailTemplate
  readonly recipient: string
  /** The mail carries the code of this send; the row does not. */
  readonly verification?: Verification
  readonly data: Readonly<Record<string, unknown>>
}

export async function enqueueMail(trx: Knex, mail: OutgoingMail): Promise<void> {
  await trx('mail_outbox').insert({
    template: mail.template,
    recipient: mail.recipient,
    verification_id_hash: mail.verification?.id_hash ?? null,
    send_number: mail.verification?.send_number ?? null,
    data: JSON.stringify(mail.data),
  })
}

/** The mail that a verification sends again. */
export function templateFor(verification: Verification): MailTemplate {
  if (verification.purpose === 'LOGIN') return 'login-code'
  if (verification.purpose === 'API_KEY') return 'api-key-code'
  if (verification.purpose === 'ACCOUNT_DELETION') return 'account-deletion-code'
  return verification.registration?.isTaken === true ? 'account-exists' : 'registration-code'
}

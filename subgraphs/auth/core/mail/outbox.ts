// Mail leaves from a table: the row is written with the change, so an answer never waits for a mail server.
import type { Knex } from 'knex'
import { mailKinds } from './kinds.ts'
import { requestLanguage } from './language.ts'

export type MailTemplate =
  | 'registration-code'
  | 'account-exists'
  | 'login-code'
  | 'sign-in'
  | 'provider-code'
  | 'step-up-code'
  | 'api-key-code'
  | 'session-ended'
  | 'new-device'
  | 'app-connected'
  | 'email-code'
  | 'address-taken'
  | 'email-added'
  | 'primary-email-changed'
  | 'primary-email-restored'
  | 'email-removed'
  | 'address-removed'
  | 'address-dropped'
  | 'account-taken-back'
  | 'password-reset'
  | 'no-account'
  | 'password-changed'
  | 'factor-added'
  | 'factor-enrolled'
  | 'factor-removed'
  | 'passkey-added'
  | 'passkey-removed'
  | 'passkey-suspected'
  | 'factors-reset'
  | 'recovery-codes-created'
  | 'recovery-code-used'
  | 'identity-linked'
  | 'unusual-sign-in'
  | 'sign-in-blocked'
  | 'identity-unlinked'
  | 'invitation'
  | 'account-deletion-code'
  | 'account-deleted'

export interface OutgoingMail {
  readonly template: MailTemplate
  readonly recipient: string
  /** The mail carries the code of this send; the row does not. */
  readonly verification?: { readonly id_hash: string; readonly send_number: number }
  readonly data: Readonly<Record<string, unknown>>
}

export async function enqueueMail(trx: Knex, mail: OutgoingMail): Promise<void> {
  // Of the person who asked for it; what somebody else may have caused is in the default language.
  const language = mailKinds[mail.template].language === 'asked' ? requestLanguage() : null
  await trx('mail_outbox').insert({
    template: mail.template,
    recipient: mail.recipient,
    verification_id_hash: mail.verification?.id_hash ?? null,
    send_number: mail.verification?.send_number ?? null,
    data: JSON.stringify(language === null ? mail.data : { ...mail.data, language }),
  })
}

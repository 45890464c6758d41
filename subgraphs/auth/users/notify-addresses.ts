// Tells every address of an account, not the primary one alone: that one may be an intruder's.
import type { Knex } from 'knex'
import { enqueueMail, type OutgoingMail } from '../core/mail/outbox.ts'
import type { UserEmail } from './user-email.ts'

/** Read the addresses before what is told, when that takes some away. */
export async function notifyAddresses(
  trx: Knex,
  addresses: readonly UserEmail[],
  mail: Pick<OutgoingMail, 'template' | 'data'>,
): Promise<void> {
  const recipients = new Set(addresses.map(({ email }) => email))
  for (const recipient of recipients) await enqueueMail(trx, { ...mail, recipient })
}

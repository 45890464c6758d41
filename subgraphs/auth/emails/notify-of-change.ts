// Tells the primary address, as it is before a change, with a link that undoes it for 72 hours.
import type { Knex } from 'knex'
import type { AuthDeps } from '../core/dependencies.ts'
import type { MailTemplate } from '../core/mail/outbox.ts'
import type { EmailAddress } from '../users/normalize-email.ts'
import type { User } from '../users/user.ts'
import { emailsOf } from '../users/user-email.ts'
import { beginVerification } from '../verifications/begin-verification.ts'

export interface EmailChange {
  readonly kind: 'added' | 'primary' | 'removed'
  /** As it is before the change. */
  readonly user: User
  /** In which it is changed: an undo takes away what was enrolled in it. */
  readonly sessionId: string
  /** The address that is added, made primary or removed, shown in the mail. */
  readonly changed: string
}

/** What an undo brings back: as stored in the verification's `detail`. */
export interface Undoable {
  readonly addressesBefore: readonly AddressBefore[]
  /** Undefined: stored by the version before. */
  readonly sessionId?: string
}

interface AddressBefore extends EmailAddress {
  /** An undo proves the mailbox that it was mailed to, and no other. */
  readonly isVerified: boolean
  /** ISO 8601. */
  readonly createdAt: string
}

const TEMPLATES: Readonly<Record<EmailChange['kind'], MailTemplate>> = {
  added: 'email-added',
  primary: 'primary-email-changed',
  removed: 'email-removed',
}

/** Call it before the change: what stands now is what an undo brings back. */
export async function notifyOfChange(
  trx: Knex,
  { config }: Pick<AuthDeps, 'config'>,
  { kind, user, sessionId, changed }: EmailChange,
): Promise<void> {
  const addressesBefore = (await emailsOf(trx, user.id)).map((one) => {
    return {
      address: one.email,
      normalized: one.email_normalized,
      isVerified: one.verified_at !== null,
      createdAt: one.created_at.toISOString(),
    }
  })
  await beginVerification(trx, config, {
    purpose: 'EMAIL_UNDO',
    email: { address: user.email, normalized: user.email_normalized },
    template: TEMPLATES[kind],
    userId: user.id,
    detail: { changed, ...({ addressesBefore, sessionId } satisfies Undoable) },
  })
}

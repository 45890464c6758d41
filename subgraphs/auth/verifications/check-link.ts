// Takes what a mailed link carries. It is a secret of 256 bits, so no attempts are counted; it works once.
import type { Knex } from 'knex'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import {
  isLinkTokenOf,
  isOfMailbox,
  type MailedVerification,
  Verification,
  type VerificationPurpose,
} from './verification.ts'

/**
 * @returns the verification that the link belongs to; consume it in the transaction that acts on it
 * @throws AuthError VERIFICATION_FAILED: one answer for unknown, foreign, expired and used
 */
export async function checkLink(
  { config }: Pick<AuthDeps, 'config'>,
  db: Knex,
  link: { readonly token: string; readonly purposes: readonly VerificationPurpose[] },
): Promise<MailedVerification> {
  const [idHash = ''] = link.token.split('.')
  const verification = await Verification.query(db)
    .findById(idHash)
    .whereIn('purpose', [...link.purposes])
    .where('is_decoy', false)
    .whereNull('consumed_at')
    .whereRaw('expires_at > now()')
    // It signs in by itself, so it lasts no longer than the code beside it, and is over once that was right.
    .whereRaw("(purpose <> 'EMAIL_LOGIN' or (code_expires_at > now() and step = 0))")
  const { codeKey } = config.secrets
  if (
    verification &&
    isOfMailbox(verification) &&
    isLinkTokenOf(verification, link.token, codeKey)
  ) {
    return verification
  }
  throw new AuthError('VERIFICATION_FAILED', {
    message: 'This link was used, has expired, or a newer one was sent.',
    attemptsRemaining: 0,
  })
}

// A factor that was added within a sign-in is told to every address that the person has proved, with a link that takes the account
// back: whoever added it had password and mailbox, and may have been somebody else.
import type { Knex } from 'knex'
import type { AuthDeps } from '../../core/dependencies.ts'
import type { User } from '../../users/user.ts'
import { emailsOf } from '../../users/user-email.ts'
import { beginVerification } from '../../verifications/begin-verification.ts'

export async function tellHowToUndo(
  trx: Knex,
  { config }: Pick<AuthDeps, 'config'>,
  { user, sessionId }: { readonly user: User; readonly sessionId: string },
): Promise<void> {
  const began: { created_at: Date } | undefined = await trx('sessions')
    .where('id', sessionId)
    .first('created_at')
  const since = (began?.created_at ?? new Date()).toISOString()
  const emails = await emailsOf(trx, user.id)
  for (const { email, email_normalized, verified_at } of emails) {
    if (verified_at === null && email_normalized !== user.email_normalized) continue
    await beginVerification(trx, config, {
      purpose: 'SESSION_REPORT',
      email: { address: email, normalized: email_normalized },
      template: 'factor-enrolled',
      userId: user.id,
      detail: { sessionId, since },
    })
  }
}

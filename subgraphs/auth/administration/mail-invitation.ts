// Invitations leave within limits, as other mail does: a stolen admin session must not flood a mailbox, or many.
import type { Knex } from 'knex'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { countKey } from '../core/throttling/count-key.ts'
import { transactMailing } from '../core/throttling/count-mail.ts'
import { requireAdmin } from '../roles/require-admin.ts'
import type { User } from '../users/user.ts'
import { beginVerification } from '../verifications/begin-verification.ts'

const purpose = 'INVITATION'

/**
 * Counts an invitation to this address, then works in a transaction; what fails does not count.
 * @throws AuthError FORBIDDEN for anyone but admins; RATE_LIMITED for the address, or for the admin
 */
export async function transactInviting<T>(
  deps: AuthDeps,
  { claims }: Caller,
  { email }: { /** Normalised. */ readonly email: string },
  work: (trx: Knex) => Promise<T>,
): Promise<T> {
  const admin = await transact(deps.db, async (trx) => await requireAdmin(trx, claims))
  const shares = [
    { limit: 'mail-address-hour', key: countKey({ email, purpose }) },
    { limit: 'invitation-mail-hour', key: countKey({ user: admin.user.id, purpose }) },
  ] as const
  return await transactMailing(deps, shares, async (trx, { isMailed, retryAfterSeconds }) => {
    if (!isMailed) throw new AuthError('RATE_LIMITED', { retryAfterSeconds })
    return await work(trx)
  })
}

/** The invitations before it stop working. */
export async function mailInvitation(
  trx: Knex,
  { config }: Pick<AuthDeps, 'config'>,
  user: User,
): Promise<void> {
  await trx('verifications')
    .where({ user_id: user.id, purpose })
    .whereNull('consumed_at')
    .update({ consumed_at: trx.fn.now() })
  await beginVerification(trx, config, {
    purpose,
    email: { address: user.email, normalized: user.email_normalized },
    template: 'invitation',
    userId: user.id,
  })
}

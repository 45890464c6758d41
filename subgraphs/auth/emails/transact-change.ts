// A bound on changes of addresses, which are told by mail: a stolen session must not fill a mailbox with them.
import type { Knex } from 'knex'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { countKey } from '../core/throttling/count-key.ts'
import { type MailGrant, transactMailing } from '../core/throttling/count-mail.ts'

/**
 * Refuses instead of keeping silent: a change that nobody was told of could not be undone.
 * @throws AuthError RATE_LIMITED
 */
export async function transactChange<T>(
  deps: AuthDeps,
  { claims }: Caller,
  work: (trx: Knex.Transaction, grant: MailGrant) => Promise<T>,
): Promise<T> {
  const key = countKey({ session: claims.sessionId ?? '' })
  const shares = [{ limit: 'email-change-hour', key }] as const
  return await transactMailing(deps, shares, async (trx, grant) => {
    const { retryAfterSeconds } = grant
    if (!grant.isMailed) throw new AuthError('RATE_LIMITED', { retryAfterSeconds })
    return await work(trx, grant)
  })
}

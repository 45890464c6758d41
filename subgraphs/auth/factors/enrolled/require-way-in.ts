// Nobody shuts themselves out: what is left after a way in was taken away must begin a sign-in here.
import type { Knex } from 'knex'
import type { AuthDeps } from '../../core/dependencies.ts'
import { AuthError } from '../../core/errors.ts'
import type { User } from '../../users/user.ts'
import { hasOtherWayIn } from '../provider/other-ways-in.ts'

/** Call it once it is gone. @throws AuthError CONFLICT */
export async function requireWayIn(trx: Knex, deps: AuthDeps, user: User): Promise<void> {
  if (await hasOtherWayIn(trx, deps, { user, without: '' })) return
  throw new AuthError('CONFLICT', {
    reason: 'LAST_WAY_IN',
    message: 'Nothing else signs you in here: add another way in first.',
  })
}

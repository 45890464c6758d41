// What changes how somebody signs in takes their further factor, where they have one, proved a short while ago: neither a
// stolen session nor the password is enough. Asked of the database, whatever the token says.
import type { Knex } from 'knex'
import type { AuthDeps } from '../../core/dependencies.ts'
import { AuthError } from '../../core/errors.ts'
import type { Session } from '../../sessions/session.ts'
import type { User } from '../../users/user.ts'
import { beginFurther } from './begin-factors.ts'

const MAX_AGE_SECONDS = 900

/** @throws AuthError STEP_UP_REQUIRED, with the methods that this person has */
export async function requireFurtherProof(
  trx: Knex,
  deps: AuthDeps,
  { user, session }: { readonly user: User; readonly session: Session },
): Promise<void> {
  const further = await beginFurther(trx, deps, user)
  if (further === null) return
  const recent = await trx('sessions')
    .where('id', session.id)
    .whereRaw("mfa_at > now() - ? * interval '1 second'", [MAX_AGE_SECONDS])
    .first('id')
  if (recent !== undefined) return
  throw new AuthError('STEP_UP_REQUIRED', {
    challenge: { methods: Object.keys(further), maxAgeSeconds: MAX_AGE_SECONDS },
  })
}

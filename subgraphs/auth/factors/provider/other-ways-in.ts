// Whether somebody could still sign in without one of their linked identities. Hold the user's row locked.
import type { Knex } from 'knex'
import type { AuthDeps } from '../../core/dependencies.ts'
import type { User } from '../../users/user.ts'
import { identitiesOf } from './linked-identity.ts'

/** What is set up and offered: a way in that SIGN_IN_METHODS leaves out, or a provider that is gone from PROVIDERS, is none. */
export async function hasOtherWayIn(
  trx: Knex,
  deps: AuthDeps,
  { user, without }: { readonly user: User; readonly without: string },
): Promise<boolean> {
  const offered = deps.config.signInMethods
  for (const factor of Object.values(deps.factors)) {
    const isOffered = factor.offeredAs !== undefined && offered.includes(factor.offeredAs)
    if (isOffered && (await factor.begin(trx, deps, user)) !== null) return true
  }
  if (!offered.includes('provider')) return false
  const others = (await identitiesOf(trx, user.id)).filter(({ id }) => id !== without)
  return others.some(({ provider }) => deps.providers.find(provider) !== null)
}

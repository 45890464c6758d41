// Which factors a person has, asked of the factors themselves.
import type { Knex } from 'knex'
import type { AuthDeps } from '../../core/dependencies.ts'
import type { User } from '../../users/user.ts'
import type { Beginnings } from '../../verifications/verification.ts'
import type { Factor } from '../factor.ts'

/** @returns null for somebody who holds no further factor */
export async function beginFurther(
  trx: Knex,
  deps: AuthDeps,
  user: User,
): Promise<Beginnings | null> {
  const found = await beginFactors(trx, deps, user, ({ place }) => place !== 'first')
  return Object.keys(found).length === 0 ? null : found
}

export async function beginFactors(
  trx: Knex,
  deps: AuthDeps,
  user: User,
  isWanted: (factor: Factor) => boolean,
): Promise<Beginnings> {
  const found: Record<string, Beginnings[string]> = {}
  for (const [method, factor] of Object.entries(deps.factors)) {
    const beginning = isWanted(factor) ? await factor.begin(trx, deps, user) : null
    if (beginning !== null) found[method] = beginning.state ?? {}
  }
  return found
}

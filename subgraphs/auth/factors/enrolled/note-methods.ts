// Keeps with the user which further factors they have: tokens carry it, so that both doors can say what would help, and
// administration asks whether there is one. Sign-in asks the factors themselves. A device that was remembered for others is so no longer.
import type { Knex } from 'knex'
import type { AuthDeps } from '../../core/dependencies.ts'
import { forgetRemembered } from '../../sessions/remembered.ts'
import type { User } from '../../users/user.ts'
import { beginFurther } from './begin-factors.ts'

export async function noteMethods(trx: Knex, deps: AuthDeps, user: User): Promise<void> {
  const methods = Object.keys((await beginFurther(trx, deps, user)) ?? {})
  await trx('users').where('id', user.id).update({ further_methods: methods })
  await forgetRemembered(trx, user.id)
}

// Keeps with the user which further factors they have: tokens carry it, so that both doors can say what would help, and
// administration asks whether there is one. Sign-in asks the factors themselves.
import type { Knex } from 'knex'
import type { AuthDeps } from '../../core/dependencies.ts'
import type { User } from '../../users/user.ts'
import { beginFurther } from './begin-factors.ts'

export async function noteMethods(trx: Knex, deps: AuthDeps, user: User): Promise<void> {
  const methods = Object.keys((await beginFurther(trx, deps, user)) ?? {})
  await trx('users').where('id', user.id).update({ further_methods: methods })
}

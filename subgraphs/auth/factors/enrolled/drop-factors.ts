// Takes further factors away without asking for one: for admins, and for the owner of an account that somebody else was in.
import type { Knex } from 'knex'
import type { AuthDeps } from '../../core/dependencies.ts'
import type { User } from '../../users/user.ts'
import { factorsOf } from './enrolled-factor.ts'
import { noteMethods } from './note-methods.ts'

/** Every one, and the recovery codes. Hold the user's row locked. @returns ids of those that counted */
export async function dropAllFactors(trx: Knex, user: User): Promise<string[]> {
  const held = await factorsOf(trx, user.id)
  await trx('factors').where('user_id', user.id).delete()
  await trx('recovery_codes').where('user_id', user.id).delete()
  await trx('users').where('id', user.id).update({ further_methods: [] })
  return held.map(({ id }) => id)
}

/**
 * What was enrolled or linked in these sessions or in one that came of them: later on the same device, or signed in or confirmed with
 * what was enrolled or linked in such a one. What the owner enrolled elsewhere stays, before and after.
 *
 *   denied ──enrols──► a factor ──signs in──► another ──enrols──► a second one         all of it goes
 *      └──its device──► another ──makes──► recovery codes
 */
export async function dropFactorsOfSessions(
  trx: Knex,
  deps: AuthDeps,
  { user, sessionIds }: { readonly user: User; readonly sessionIds: readonly string[] },
): Promise<string[]> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `with recursive line as (
       select id, device_hash, created_at from sessions where id = any(?::text[]) and user_id = ?
       union
       select sessions.id, sessions.device_hash, sessions.created_at from sessions join line
         on line.id = any(sessions.came_of)
           or sessions.factor_session_id = line.id or sessions.identity_session_id = line.id
           or (sessions.device_hash = line.device_hash and sessions.created_at >= line.created_at)
         where sessions.user_id = ?
     ) select id from line`,
    [[...sessionIds], user.id, user.id],
  )
  const line = rows.map(({ id }) => id)
  const dropped: { id: string; confirmed_at: Date | null }[] = await trx('factors')
    .where('user_id', user.id)
    .whereIn('session_id', line)
    .delete()
    .returning(['id', 'confirmed_at'])
  await trx('linked_identities').where('user_id', user.id).whereIn('session_id', line).delete()
  const isLast = (await factorsOf(trx, user.id)).length === 0
  await trx('recovery_codes')
    .where('user_id', user.id)
    .modify((query) => {
      if (!isLast) query.whereIn('session_id', line)
    })
    .delete()
  await noteMethods(trx, deps, user)
  return dropped.filter(({ confirmed_at }) => confirmed_at !== null).map(({ id }) => id)
}

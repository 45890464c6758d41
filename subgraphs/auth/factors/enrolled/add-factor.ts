// A factor that was begun counts from now on: it is listed, asked for, on record and told.
import type { Knex } from 'knex'
import type { Caller } from '../../core/caller.ts'
import type { AuthDeps } from '../../core/dependencies.ts'
import type { User } from '../../users/user.ts'
import type { EnrolledFactor } from './enrolled-factor.ts'
import { noteMethods } from './note-methods.ts'
import { recordChange } from './record-change.ts'
import { tellHowToUndo } from './tell-how-to-undo.ts'

export interface AddedFactor {
  readonly user: User
  readonly factor: Pick<EnrolledFactor, 'id' | 'kind' | 'user_id' | 'session_id'>
  /** Within a sign-in, where nobody had a session yet: the person is told how to undo it. Default false. */
  readonly isOnTheWayIn?: boolean
}

/** Hold the user's row locked. */
export async function addFactor(
  trx: Knex,
  deps: AuthDeps,
  caller: Pick<Caller, 'origin'>,
  { user, factor, isOnTheWayIn = false }: AddedFactor,
): Promise<void> {
  await trx('factors').where('id', factor.id).update({ confirmed_at: trx.fn.now() })
  await noteMethods(trx, deps, user)
  await recordChange(trx, caller, { factor, action: 'factor.added', isTold: !isOnTheWayIn })
  if (isOnTheWayIn) await tellHowToUndo(trx, deps, { user, sessionId: factor.session_id })
}

// Deletes another's account, for admins. It goes the way of one's own, without the code.
import type { Knex } from 'knex'
import { z } from 'zod'
import type { AuthContext } from '../context.ts'
import { transact } from '../database.ts'
import { AuthError, parseInput } from '../errors.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { eraseUser, lockForErasure, type StartedErasure } from './erase-user.ts'

const deleteUserInput = z.object({ userId: z.string().max(128) })

/** @throws AuthError NOT_FOUND, LAST_ADMIN, FORBIDDEN when the user's rank is above one's own */
export async function deleteUser(context: AuthContext, input: unknown): Promise<StartedErasure> {
  const { deps, claims, origin } = context
  const { userId } = parseInput(deleteUserInput, input)
  return await transact(deps.db, async (trx) => {
    const user = await lockForErasure(trx, userId)
    // The token said so a moment ago; the database decides.
    const { user: admin } = await requireLiveSession(trx, claims)
    if (!admin.roles.includes('admin')) throw new AuthError('FORBIDDEN')
    if (user === undefined) throw new AuthError('NOT_FOUND')
    if ((await rankOf(trx, user.roles)) > (await rankOf(trx, admin.roles))) {
      throw new AuthError('FORBIDDEN', { message: 'This user has a higher rank than you.' })
    }
    const actor = { kind: 'user', id: admin.id } as const
    return await eraseUser(trx, deps, { user, requestedBy: 'ADMIN', actor, origin })
  })
}

async function rankOf(trx: Knex, roles: readonly string[]): Promise<number> {
  const ranks: number[] = await trx('roles')
    .whereIn('name', [...roles])
    .pluck('rank')
  return Math.max(0, ...ranks)
}

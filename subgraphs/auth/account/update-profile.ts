// What people say of themselves.
import { z } from 'zod'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { parseInput } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'

const name = z.string().trim().max(200, 'Use at most 200 characters.').nullish()

const updateProfileInput = z.object({ fullName: name, displayName: name })

/** Fields that are absent or null stay as they are; an empty name is taken away. */
export async function updateProfile(
  deps: AuthDeps,
  caller: Caller,
  input: unknown,
): Promise<UserWithRoles> {
  const { origin } = caller
  const { fullName, displayName } = parseInput(updateProfileInput, input)
  return await transact(deps.db, async (trx) => {
    const { user, session } = await requireLiveSession(trx, caller.claims)
    await trx('users')
      .where('id', user.id)
      .update({
        ...(fullName != null && { full_name: fullName || null }),
        ...(displayName != null && { display_name: displayName || null }),
        updated_at: trx.fn.now(),
      })
    const changed = Object.entries({ fullName, displayName })
      .filter(([, value]) => value != null)
      .map(([field]) => field)
    await recordAudit(trx, origin, {
      action: 'user.updated',
      actor: { kind: 'user', id: user.id },
      userId: user.id,
      sessionId: session.id,
      detail: { changed },
    })
    await emitEvent(trx, 'user.updated', user.id, { changed })
    return (await findUserWithRoles(trx, user.id)) ?? user
  })
}

// What people say of themselves.
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { emitEvent } from '../core/events/emit.ts'
import { type Limits, parseInput } from '../core/input.ts'
import type { UpdateProfileInput } from '../generated.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { findUserWithRoles, namesInput, type UserWithRoles } from '../users/user.ts'

const limits = namesInput satisfies Limits<UpdateProfileInput>

/** Fields that are absent or null stay as they are; an empty name is taken away. */
export async function updateProfile(
  deps: AuthDeps,
  caller: Caller,
  input: UpdateProfileInput,
): Promise<UserWithRoles> {
  const { origin } = caller
  const { fullName, displayName } = parseInput(limits, input)
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

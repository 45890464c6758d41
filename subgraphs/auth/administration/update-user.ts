// Changes what an admin may of another person: names, and custom claims. Addresses are the person's own to prove.
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { emitEvent } from '../core/events/emit.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import type { UpdateUserInput } from '../generated.ts'
import { findManageable } from '../roles/rank.ts'
import { requireAdmin } from '../roles/require-admin.ts'
import { requireTokenRoom } from '../roles/token-room.ts'
import { customClaimsInput } from '../users/custom-claims.ts'
import { raiseTokenVersion } from '../users/raise-token-version.ts'
import { findUserWithRoles, namesInput, type UserWithRoles } from '../users/user.ts'

const limits = {
  id,
  ...namesInput,
  customClaims: customClaimsInput,
} satisfies Limits<UpdateUserInput>

/** Fields that are absent or null stay as they are; an empty name is taken away. @throws AuthError NOT_FOUND, FORBIDDEN by rank */
export async function updateUser(
  deps: AuthDeps,
  caller: Caller,
  input: UpdateUserInput,
): Promise<UserWithRoles> {
  const { origin } = caller
  const { id, fullName, displayName, customClaims } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const admin = await requireAdmin(trx, caller.claims)
    const user = await findManageable(trx, admin, id)
    await trx('users')
      .where('id', user.id)
      .update({
        ...(fullName != null && { full_name: fullName || null }),
        ...(displayName != null && { display_name: displayName || null }),
        ...(customClaims != null && { custom_claims: JSON.stringify(customClaims) }),
        updated_at: trx.fn.now(),
      })
    if (customClaims != null) {
      await requireTokenRoom(trx, { userId: user.id })
      await raiseTokenVersion(trx, user.id)
    }
    const changed = Object.entries({ fullName, displayName, customClaims })
      .filter(([, value]) => value != null)
      .map(([field]) => field)
    await recordAudit(trx, origin, {
      ...admin.by,
      action: 'user.updated',
      userId: user.id,
      detail: { changed },
    })
    await emitEvent(trx, 'user.updated', user.id, { changed })
    return (await findUserWithRoles(trx, user.id)) ?? user
  })
}

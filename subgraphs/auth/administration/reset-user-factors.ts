// Takes the further factors of somebody who has lost them. It takes a fresh proof of the admin.
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import { requireFurtherProof } from '../factors/enrolled/require-further-proof.ts'
import type { ResetUserFactorsInput } from '../generated.ts'
import { findManageable } from '../roles/rank.ts'
import { requireAdmin } from '../roles/require-admin.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'
import { takeFactors } from './take-factors.ts'

const limits = { userId: id } satisfies Limits<ResetUserFactorsInput>

/** Somebody who has none is success. @throws AuthError NOT_FOUND; FORBIDDEN by rank; STEP_UP_REQUIRED */
export async function resetUserFactors(
  deps: AuthDeps,
  caller: Caller,
  input: ResetUserFactorsInput,
): Promise<UserWithRoles> {
  const { claims, origin } = caller
  const { userId } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const admin = await requireAdmin(trx, claims)
    await requireFurtherProof(trx, deps, await requireLiveSession(trx, claims))
    const user = await findManageable(trx, admin, userId)
    await takeFactors(trx, origin, { user, by: admin.by })
    return (await findUserWithRoles(trx, user.id)) ?? user
  })
}

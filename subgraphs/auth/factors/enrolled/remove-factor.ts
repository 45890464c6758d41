// Takes a further factor away. It takes a further factor to do so, or a thief of the session would begin with it.
import type { Caller } from '../../core/caller.ts'
import { transact } from '../../core/database.ts'
import type { AuthDeps } from '../../core/dependencies.ts'
import { AuthError } from '../../core/errors.ts'
import { id, type Limits, parseInput } from '../../core/input.ts'
import type { RemoveFactorInput } from '../../generated.ts'
import { requireLiveSession } from '../../sessions/live-session.ts'
import type { UserWithRoles } from '../../users/user.ts'
import { factorsOf, findOwnFactor } from './enrolled-factor.ts'
import { noteMethods } from './note-methods.ts'
import { recordChange } from './record-change.ts'
import { requireFurtherProof } from './require-further-proof.ts'
import { requireWayIn } from './require-way-in.ts'
import { isFactorRequired } from './requirement.ts'

const limits = { factorId: id } satisfies Limits<RemoveFactorInput>

/** @throws AuthError NOT_FOUND, STEP_UP_REQUIRED; CONFLICT for the last one where policy demands one */
export async function removeFactor(
  deps: AuthDeps,
  caller: Caller,
  input: RemoveFactorInput,
): Promise<UserWithRoles> {
  const { factorId } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const live = await requireLiveSession(trx, caller.claims)
    await requireFurtherProof(trx, deps, live)
    const factor = await findOwnFactor(trx, live.user.id, factorId)
    await trx('factors').where('id', factor.id).delete()
    // They stand in for a factor: without one they would be asked for in its place.
    if ((await factorsOf(trx, live.user.id)).length === 0) {
      if (await isFactorRequired(trx, deps, live.user)) throw needed()
      await trx('recovery_codes').where('user_id', live.user.id).delete()
    }
    await requireWayIn(trx, deps, live.user)
    await noteMethods(trx, deps, live.user)
    await recordChange(trx, caller, { factor, action: 'factor.removed' })
    return live.user
  })
}

function needed(): AuthError {
  return new AuthError('CONFLICT', {
    reason: 'FACTOR_REQUIRED',
    message: 'This account has to have a further factor: add another one first.',
  })
}

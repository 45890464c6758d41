// A person takes back what they let an app do. Taking it back twice is success.
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import type { RevokeGrantInput } from '../generated.ts'
import { Grant } from '../sessions/app-grant.ts'
import { endGrants } from '../sessions/end-grants.ts'
import { requireLiveSession } from '../sessions/live-session.ts'

const limits = { id } satisfies Limits<RevokeGrantInput>

/** @throws AuthError NOT_FOUND for unknown and foreign ids alike */
export async function revokeGrant(
  deps: AuthDeps,
  caller: Caller,
  input: RevokeGrantInput,
): Promise<Grant> {
  const { id } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const { user } = await requireLiveSession(trx, caller.claims)
    const grant = await Grant.query(trx).findOne({ id, user_id: user.id }).forUpdate()
    if (grant === undefined) throw new AuthError('NOT_FOUND')
    await endGrants(trx, caller.origin, {
      reason: 'revoked',
      actor: { kind: 'user', id: user.id },
      which: (query) => query.where('id', grant.id),
    })
    return await Grant.query(trx).findById(grant.id).throwIfNotFound()
  })
}

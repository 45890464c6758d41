// Unlinks an account at another service, as long as there is another way in.
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import { requireFurtherProof } from '../factors/enrolled/require-further-proof.ts'
import { identitiesOf, recordIdentity } from '../factors/provider/linked-identity.ts'
import { hasOtherWayIn } from '../factors/provider/other-ways-in.ts'
import type { UnlinkIdentityInput } from '../generated.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { notifyAddresses } from '../users/notify-addresses.ts'
import type { UserWithRoles } from '../users/user.ts'
import { emailsOf } from '../users/user-email.ts'

const limits = { identityId: id } satisfies Limits<UnlinkIdentityInput>

/** @throws AuthError NOT_FOUND for anybody else's too; CONFLICT for the last way in; STEP_UP_REQUIRED */
export async function unlinkIdentity(
  deps: AuthDeps,
  caller: Caller,
  input: UnlinkIdentityInput,
): Promise<UserWithRoles> {
  const { identityId } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const live = await requireLiveSession(trx, caller.claims)
    const { user } = live
    await requireFurtherProof(trx, deps, live)
    const identity = (await identitiesOf(trx, user.id)).find((one) => one.id === identityId)
    if (identity === undefined) throw new AuthError('NOT_FOUND')
    if (!(await hasOtherWayIn(trx, deps, { user, without: identity.id }))) {
      throw new AuthError('CONFLICT', {
        reason: 'LAST_WAY_IN',
        message: 'Nothing else signs you in: choose a password or link another account first.',
      })
    }
    await trx('linked_identities').where('id', identity.id).delete()
    const name = deps.providers.find(identity.provider)?.settings.name ?? identity.provider
    const settings = { id: identity.provider, name }
    await recordIdentity(trx, caller.origin, { identity, action: 'identity.unlinked', settings })
    await notifyAddresses(trx, await emailsOf(trx, user.id), {
      template: 'identity-unlinked',
      data: { provider: name },
    })
    return user
  })
}

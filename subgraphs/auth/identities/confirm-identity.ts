// Takes the provider's answer, in the session that began to link: the account there belongs to this person from now on.
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { id, type Limits, parseInput, text } from '../core/input.ts'
import { requireFurtherProof } from '../factors/enrolled/require-further-proof.ts'
import { checkAnswer, parseAnswer } from '../factors/provider/check-answer.ts'
import { findIdentity, linkIdentity } from '../factors/provider/linked-identity.ts'
import type { ConfirmIdentityInput } from '../generated.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import type { UserWithRoles } from '../users/user.ts'

const limits = {
  verificationId: id,
  providerAnswer: text(8192),
} satisfies Limits<ConfirmIdentityInput>

/**
 * @throws AuthError VERIFICATION_FAILED for what another session began, too; CONFLICT for an account that is linked to somebody
 *   else; STEP_UP_REQUIRED; SERVICE_UNAVAILABLE while the provider is away
 */
export async function confirmIdentity(
  deps: AuthDeps,
  caller: Caller,
  input: ConfirmIdentityInput,
): Promise<UserWithRoles> {
  const { verificationId, providerAnswer } = parseInput(limits, input)
  const { profile, provider } = await checkAnswer(deps, caller, {
    ...parseAnswer(providerAnswer),
    purpose: 'LINK_IDENTITY',
    verificationId,
    flowSecret: null,
    sessionId: caller.claims.sessionId ?? '',
  })
  return await transact(deps.db, async (trx) => {
    const live = await requireLiveSession(trx, caller.claims)
    const { user, session } = live
    // A factor may have been enrolled since.
    await requireFurtherProof(trx, deps, live)
    const { settings } = provider
    const link = { userId: user.id, sessionId: session.id, settings, profile }
    if ((await linkIdentity(trx, caller.origin, link)) !== null) return user
    const known = await findIdentity(trx, profile)
    if (known?.user_id === user.id) return user
    throw new AuthError('CONFLICT', {
      message: `This account of ${settings.name} is linked to somebody else here.`,
    })
  })
}

// Begins to add a factor within a sign-in whose answer asks for one (purpose FACTOR_ENROLMENT); verifySession ends it with the
// first proof of the new factor, and with that the sign-in.
import type { Knex } from 'knex'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { sha256 } from '../core/identifiers.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import { limitNetwork } from '../core/throttling/limit-network.ts'
import { beginFurther } from '../factors/enrolled/begin-factors.ts'
import type { EnrolFactorInput } from '../generated.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'
import { requireFlow } from '../verifications/check-factor.ts'
import { ENROLS, isEnrolment, Verification } from '../verifications/verification.ts'

const limits = { verificationId: id } satisfies Limits<EnrolFactorInput>

/** @throws AuthError VERIFICATION_FAILED: one answer for unknown, foreign and expired, and for what asks for nothing new */
export async function enrolFactor(
  deps: AuthDeps,
  { client, origin }: Caller,
  input: EnrolFactorInput,
): Promise<Readonly<Record<string, unknown>>> {
  const { verificationId, method } = parseInput(limits, input)
  const idHash = sha256(verificationId)
  await requireFlow(deps.db, idHash, client.cookies === 'allowed' ? client.flowSecret : null)
  await limitNetwork(deps, 'code-network', origin.ipAddress)
  return await transact(deps.db, async (trx) => {
    const { challenge, user, sessionId } = await findWaiting(trx, deps, idHash)
    const enrolment = challenge.methods.includes(method)
      ? deps.factors[method]?.enrolment
      : undefined
    if (enrolment === undefined) throw failed()
    const { answer, state } = await enrolment.start(trx, deps, { user, sessionId })
    await trx('verifications')
      .where('id_hash', idHash)
      .update({
        factor_state: JSON.stringify({
          ...challenge.factor_state,
          [method]: { ...ENROLS, ...state },
        }),
      })
    return { ...answer, verificationId }
  })
}

/** The person first, then what is theirs, as everybody locks. */
async function findWaiting(
  trx: Knex,
  deps: AuthDeps,
  idHash: string,
): Promise<{ challenge: Verification; user: UserWithRoles; sessionId: string }> {
  const seen = await Verification.query(trx).findById(idHash)
  const user = await findUserWithRoles(trx, seen?.user_id ?? '', 'update')
  const challenge = await Verification.query(trx)
    .findById(idHash)
    .where('is_decoy', false)
    .whereNull('consumed_at')
    .whereRaw('code_expires_at > now() and expires_at > now()')
    .forUpdate()
  if (user?.status !== 'ACTIVE' || challenge === undefined) throw failed()
  if (!isEnrolment(challenge) || challenge.session_id === null) throw failed()
  // Added meanwhile, in another sign-in: from then on that one is asked for.
  if ((await beginFurther(trx, deps, user)) !== null) throw failed()
  return { challenge, user, sessionId: challenge.session_id }
}

function failed(): AuthError {
  return new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
}

// The end of a registration: the code was right, and now the user appears.
import type { Knex } from 'knex'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { whatEnrols } from '../factors/enrolled/enrol-on-the-way-in.ts'
import { isFactorRequired } from '../factors/enrolled/requirement.ts'
import type { Entered } from '../sessions/issue-tokens.ts'
import { createUser } from '../users/create-user.ts'
import { requireOpenRegistration } from '../users/registration-mode.ts'
import type { CheckedFactor } from '../verifications/check-factor.ts'
import { advanceVerification, consumeVerification } from '../verifications/consume-verification.ts'
import { isOfMailbox, proofsOf, type Verification } from '../verifications/verification.ts'
import { startWaiting } from './ask-further.ts'
import { makeSession } from './make-session.ts'
import type { Admission } from './transact-sign-in.ts'

/**
 * The mailbox is locked by now. Where policy demands a further factor of the new user, the challenge goes on and asks for one.
 * @throws AuthError VERIFICATION_FAILED, FORBIDDEN where the setting has changed
 */
export async function completeRegistration(
  trx: Knex,
  deps: AuthDeps,
  caller: Caller,
  { verification, proof, admission }: CheckedFactor & { readonly admission: Admission },
): Promise<Entered | Verification> {
  const { registration } = verification
  if (registration === null || !isOfMailbox(verification)) throw failed()
  const { email, email_normalized: normalized } = verification
  const { passwordHash, pepperVersion } = registration
  requireOpenRegistration(deps.config, normalized)
  const user = await createUser(trx, {
    email,
    emailNormalized: normalized,
    password:
      passwordHash === null || pepperVersion === null
        ? null
        : { hash: passwordHash, pepperVersion },
    fullName: registration.fullName,
    displayName: registration.displayName,
    roles: ['user'],
  })
  if (user === null) throw failed()
  await disarmRegistrations(trx, normalized, verification)
  await recordAudit(trx, caller.origin, {
    action: 'user.registered',
    actor: { kind: 'user', id: user.id },
    userId: user.id,
  })
  const proved = [...proofsOf(verification), proof]
  const flow = {
    user,
    proved,
    delivery: verification.delivery,
    deviceName: null,
    deviceHash: null,
  }
  if (await isFactorRequired(trx, deps, user)) {
    const methods = await whatEnrols(trx, deps, { user, proved, isNew: true })
    const sessionId = await startWaiting(trx, deps, caller, flow)
    return await advanceVerification(trx, verification, {
      proved,
      methods,
      userId: user.id,
      sessionId,
    })
  }
  await consumeVerification(trx, verification)
  return await makeSession(trx, deps, caller, {
    ...flow,
    mailbox: normalized,
    admission,
    isRegistration: true,
  })
}

/**
 * Anyone else who began to register this address does not control it: their codes die now. They go on to look like
 * registrations of a taken address, or their end would tell that it has become one.
 */
export async function disarmRegistrations(
  trx: Knex,
  normalized: string,
  but?: Pick<Verification, 'id_hash'>,
): Promise<void> {
  await trx('verifications')
    .where({ email_normalized: normalized, purpose: 'REGISTRATION' })
    .whereNot('id_hash', but?.id_hash ?? '')
    .whereNull('consumed_at')
    .update({ is_decoy: true })
}

function failed(): AuthError {
  return new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
}

// The end of a registration: the code was right, and now the user appears.
import type { Knex } from 'knex'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import type { Entered } from '../sessions/issue-tokens.ts'
import { createUser } from '../users/create-user.ts'
import { requireOpenRegistration } from '../users/registration-mode.ts'
import type { CheckedFactor } from '../verifications/check-factor.ts'
import { isOfMailbox, proofsOf } from '../verifications/verification.ts'
import { makeSession } from './make-session.ts'
import type { Admission } from './transact-sign-in.ts'

/** The challenge is consumed by now. @throws AuthError VERIFICATION_FAILED, FORBIDDEN where the setting has changed */
export async function completeRegistration(
  trx: Knex,
  deps: AuthDeps,
  caller: Caller,
  { verification, proof, admission }: CheckedFactor & { readonly admission: Admission },
): Promise<Entered> {
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
  await disarmOthers(trx, normalized)
  await recordAudit(trx, caller.origin, {
    action: 'user.registered',
    actor: { kind: 'user', id: user.id },
    userId: user.id,
  })
  return await makeSession(trx, deps, caller, {
    user,
    proved: [...proofsOf(verification), proof],
    delivery: verification.delivery,
    deviceName: null,
    deviceHash: null,
    mailbox: normalized,
    admission,
    isRegistration: true,
  })
}

/**
 * Anyone else who began to register this address does not control it: their codes die now. They go on to look like
 * registrations of a taken address, or their end would tell that it has become one.
 */
async function disarmOthers(trx: Knex, normalized: string): Promise<void> {
  await trx('verifications')
    .where({ email_normalized: normalized, purpose: 'REGISTRATION' })
    .whereNull('consumed_at')
    .update({ is_decoy: true })
}

function failed(): AuthError {
  return new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
}

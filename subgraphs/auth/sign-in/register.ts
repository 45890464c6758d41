// Begins a registration. It creates no user: address, password hash and names wait in the verification for the code.
import { z } from 'zod'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { requireCookiesAllowed } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { parseInput } from '../core/errors.ts'
import { strangersMail, transactMailing } from '../core/throttling/count-mail.ts'
import { limitNetwork } from '../core/throttling/limit-network.ts'
import { requireStrongPassword } from '../factors/password/policy.ts'
import { parseEmail } from '../users/normalize-email.ts'
import { requireOpenRegistration } from '../users/registration-mode.ts'
import { findUserByEmail } from '../users/user.ts'
import { type BegunVerification, beginVerification } from '../verifications/begin-verification.ts'

const name = z.string().trim().max(200, 'Use at most 200 characters.').nullish()

const registerInput = z.object({
  email: z.string().max(320, 'Use at most 254 characters.'),
  password: z.string().max(2048, 'Use at most 128 characters.'),
  fullName: name,
  displayName: name,
  delivery: z.enum(['BODY', 'COOKIE']).nullish(),
})

/**
 * A taken address gets the same answer, the same work and the same limits; its owner gets a mail that says so.
 * @throws AuthError BAD_USER_INPUT, WEAK_PASSWORD, RATE_LIMITED; FORBIDDEN where REGISTRATION lets nobody in
 */
export async function register(
  deps: AuthDeps,
  caller: Caller,
  input: unknown,
): Promise<BegunVerification> {
  const { origin } = caller
  const {
    email: emailText,
    password,
    fullName,
    displayName,
    delivery,
  } = parseInput(registerInput, input)
  requireCookiesAllowed(caller, delivery ?? 'BODY')
  const email = parseEmail(emailText)
  requireOpenRegistration(deps.config, email.normalized)
  requireStrongPassword(password, [email.normalized, fullName, displayName])
  await limitNetwork(deps, 'register-network', origin.ipAddress)
  const stored = await deps.hasher.hash(password, caller.deadline)
  const mail = { to: email.normalized, purpose: 'REGISTRATION', address: origin.ipAddress } as const
  return await transactMailing(deps, strangersMail(deps, mail), async (trx, { isMailed }) => {
    const isTaken = (await findUserByEmail(trx, email)) !== undefined
    await recordAudit(trx, origin, {
      action: 'registration.requested',
      actor: { kind: 'anonymous' },
      detail: { isTaken },
    })
    return await beginVerification(trx, deps.config, {
      purpose: 'REGISTRATION',
      email,
      template: isTaken ? 'account-exists' : 'registration-code',
      delivery: delivery ?? 'BODY',
      isDecoy: isTaken,
      proved: [{ method: 'PASSWORD', amr: deps.factors.PASSWORD.amr() }],
      isSilent: !isMailed,
      registration: {
        passwordHash: stored.hash,
        pepperVersion: stored.pepperVersion,
        fullName: fullName || null,
        displayName: displayName || null,
      },
    })
  })
}

// Begins a registration. It creates no user: e-mail address, password hash and names wait in the verification for the code.
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { requireCookiesAllowed } from '../core/caller.ts'
import { MAX_CAPTCHA_TOKEN, requireCaptcha } from '../core/captcha/require-captcha.ts'
import { unlessBusy } from '../core/deadline.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { badInput } from '../core/errors.ts'
import { type Limits, parseInput, text } from '../core/input.ts'
import { strangersMail, transactMailing } from '../core/throttling/count-mail.ts'
import { countNetwork } from '../core/throttling/limit-network.ts'
import { chosenPassword, requireStrongPassword } from '../factors/password/policy.ts'
import type { RegisterInput } from '../generated.ts'
import { requireRegistrable } from '../hooks/ask.ts'
import { emailInput, parseEmail } from '../users/normalize-email.ts'
import { requireOpenRegistration } from '../users/registration-mode.ts'
import { findUserByEmail, namesInput } from '../users/user.ts'
import { type BegunVerification, beginVerification } from '../verifications/begin-verification.ts'
import { requireOffered } from './policy.ts'

/** Registrations of one network in an hour that take no captcha, where one is configured: a quarter of the limit. */
const CAPTCHA_NETWORK = 5

const limits = {
  email: emailInput,
  password: chosenPassword,
  captcha: text(MAX_CAPTCHA_TOKEN),
  ...namesInput,
} satisfies Limits<RegisterInput>

/**
 * A taken e-mail address gets the same answer, the same work and the same limits; its owner gets a mail that says so.
 * @throws AuthError BAD_USER_INPUT, WEAK_PASSWORD, RATE_LIMITED; FORBIDDEN where REGISTRATION lets nobody in, where a hook
 *   refuses, and for a password where nobody signs in with one
 */
export async function register(
  deps: AuthDeps,
  caller: Caller,
  input: RegisterInput,
): Promise<BegunVerification> {
  const { origin } = caller
  const parsed = parseInput(limits, input)
  const { email: typed, password, fullName, displayName, delivery, captcha } = parsed
  requireCookiesAllowed(caller, delivery ?? 'BODY')
  const email = parseEmail(typed)
  requireOpenRegistration(deps.config, email.normalized)
  requirePassword(deps, password, [email.normalized, fullName, displayName])
  const network = await countNetwork(deps, 'register-network', origin.ipAddress)
  const { takeBack, retryAfterSeconds } = network
  await requireCaptcha(deps, caller, {
    isNeeded: network.count > CAPTCHA_NETWORK,
    token: captcha,
    retryAfterSeconds,
  }).catch(async (error: unknown) => {
    await takeBack()
    throw error
  })
  await requireRegistrable(deps, caller, {
    email: email.address,
    method: password == null ? 'email-code' : 'password',
  })
  const stored =
    password != null
      ? await unlessBusy(() => deps.hasher.hash(password, caller.deadline), takeBack)
      : null
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
      proved: stored === null ? [] : [{ method: 'PASSWORD', amr: deps.factors.PASSWORD.amr() }],
      isSilent: !isMailed,
      registration: {
        passwordHash: stored?.hash ?? null,
        pepperVersion: stored?.pepperVersion ?? null,
        fullName: fullName || null,
        displayName: displayName || null,
      },
    })
  })
}

/** One that nobody may sign in with is not taken: it would be a secret that is good for nothing, and may be lost. */
function requirePassword(
  deps: Pick<AuthDeps, 'config'>,
  password: string | null | undefined,
  person: readonly (string | null | undefined)[],
): void {
  if (password != null) {
    requireOffered(deps, 'password')
    requireStrongPassword(password, { productName: deps.config.mail.productName, person })
  } else if (deps.config.signInMethods.includes('password')) {
    throw badInput('input.password', 'Choose a password.')
  }
}

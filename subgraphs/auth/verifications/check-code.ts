// A mailed code alone, for what is not a sign-in: an address, an API key, a new password, the end of an account.
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { checkFactor } from './check-factor.ts'
import { type CodePurpose, isOfMailbox, type MailedVerification } from './verification.ts'

export interface PresentedCode {
  readonly verificationId: string
  readonly code: string
  readonly purposes: readonly CodePurpose[]
  /** The `__Host-flow` cookie, when the request may use cookies. */
  readonly flowSecret: string | null
}

/**
 * @returns the verification whose code is right; consume it in the transaction that acts on it
 * @throws AuthError VERIFICATION_FAILED, RATE_LIMITED, as `checkFactor` does
 */
export async function checkCode(
  deps: AuthDeps,
  { origin }: Pick<Caller, 'origin'>,
  { code, ...presented }: PresentedCode,
): Promise<MailedVerification> {
  const { verification } = await checkFactor(
    deps,
    { origin, deadline: Number.POSITIVE_INFINITY },
    { ...presented, method: 'EMAIL_CODE', secret: code },
  )
  if (isOfMailbox(verification)) return verification
  throw new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
}

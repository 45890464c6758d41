// With another password, codes of sign-ins and the mails that carry them are counted anew: anyone who knew the old one may have used
// them up, and the owner needs one at the next sign-in.
import type { AuthDeps } from '../core/dependencies.ts'
import { countKey } from '../core/throttling/count-key.ts'
import { codeKey } from './count-guess.ts'

/** @param email The mailbox that they go to, normalised. */
export async function forgetSignInCodes(
  { throttle }: Pick<AuthDeps, 'throttle'>,
  { userId: user, email }: { readonly userId: string; readonly email: string },
): Promise<void> {
  const mails = countKey({ user, purpose: 'LOGIN' })
  await Promise.all([
    throttle.reset('code-account', codeKey('LOGIN', email)),
    throttle.reset('login-mail-hour', mails),
    throttle.reset('resend-user-hour', mails),
  ])
}

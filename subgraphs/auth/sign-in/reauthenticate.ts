// Confirms that the person is still there: the password again raises auth_time (RFC 9470) and changes the tokens.
import { z } from 'zod'
import type { AuthContext } from '../context.ts'
import { transact } from '../core/database.ts'
import { AuthError, parseInput } from '../core/errors.ts'
import { confirmPassword } from '../factors/password/confirm-password.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { renewTokens } from '../sessions/renew-tokens.ts'
import { answerSignedIn, type SignedIn } from '../sessions/sign-in.ts'

const reauthenticateInput = z.object({
  password: z
    .string()
    .refine((text) => Buffer.byteLength(text) <= 1024, 'A password has at most 1024 bytes.'),
})

/** @throws AuthError INVALID_CREDENTIALS when the password is wrong; the session stays as it was. RATE_LIMITED */
export async function reauthenticate(context: AuthContext, input: unknown): Promise<SignedIn> {
  const { deps } = context
  const { password } = parseInput(reauthenticateInput, input)
  const user = await confirmPassword(deps, context, password, 'session.reauthenticated')
  const renewed = await transact(deps.db, async (trx) => {
    const live = await requireLiveSession(trx, context.claims)
    if (live.user.token_version !== user.token_version) throw new AuthError('INVALID_CREDENTIALS')
    return { ...(await renewTokens(trx, deps, live.session)), user: live.user }
  })
  return await answerSignedIn(context, { ...renewed, deviceToken: null })
}

// The first half of a login that needs a code. After too many guesses a wrong password gets the very same answer, and no mail.
import type { Knex } from 'knex'
import type { AuthContext } from '../context.ts'
import { recordAudit } from '../core/audit/record.ts'
import { countKey } from '../core/throttling/count-key.ts'
import { type Share, transactMailing } from '../core/throttling/count-mail.ts'
import { flowCookie } from '../sessions/cookies.ts'
import { type NewSession, startPendingSession } from '../sessions/start-session.ts'
import type { EmailAddress } from '../users/normalize-email.ts'
import type { User } from '../users/user.ts'
import { UserEmail } from '../users/user-email.ts'
import { type BegunVerification, beginVerification } from '../verifications/begin-verification.ts'

export interface BeginLogin {
  /** null: the password was wrong, or there is no such account; no code will match. */
  readonly user: User | null
  readonly email: EmailAddress | null
  readonly newSession: Omit<NewSession, 'userId'>
}

export async function beginLogin(
  context: AuthContext,
  { user: seen, email, newSession }: BeginLogin,
): Promise<BegunVerification> {
  const { deps, origin } = context
  // Mail goes to the address as it is stored, never as it was typed (GitHub, 2016).
  const stored =
    email && (await UserEmail.query(deps.db).findOne('email_normalized', email.normalized))
  const begun = await transactMailing(deps, sharesOf(seen), async (trx, grant) => {
    const user = seen && (await isStillThere(trx, seen)) ? seen : null
    if (user === null) grant.leaveUnused()
    const session =
      user && (await startPendingSession(trx, origin, { ...newSession, userId: user.id }))
    if (user !== null) {
      await recordAudit(trx, origin, {
        action: 'login.verification-required',
        actor: { kind: 'user', id: user.id },
        userId: user.id,
        sessionId: session?.id ?? null,
      })
    }
    return await beginVerification(trx, deps.config, {
      purpose: 'LOGIN',
      email: {
        address: stored?.email ?? email?.address ?? 'unknown',
        normalized: email?.normalized ?? 'unknown',
      },
      template: 'login-code',
      isDecoy: user === null,
      isSilent: user === null || !grant.isMailed,
      delivery: newSession.delivery,
      ...(user && { userId: user.id }),
      ...(session && { sessionId: session.id }),
    })
  })
  if (begun.flowSecret !== null) context.setCookies.push(flowCookie(begun.flowSecret))
  return begun
}

function sharesOf(user: User | null): Share[] {
  if (user === null) return []
  return [{ limit: 'login-mail-hour', key: countKey({ user: user.id, purpose: 'LOGIN' }) }]
}

/** Held until the end: an account that is deleted meanwhile has no sessions, nor has one whose password was changed. */
async function isStillThere(trx: Knex, { id, token_version }: User): Promise<boolean> {
  const found = await trx('users').where({ id, token_version }).forShare().first('id')
  return found !== undefined
}

// The first factor was right, or is to look as if it was: a challenge asks for what must follow, and a session waits for it.
import type { Knex } from 'knex'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { countKey } from '../core/throttling/count-key.ts'
import { type Share, transactMailing } from '../core/throttling/count-mail.ts'
import type { TokenDelivery } from '../generated.ts'
import { startPendingSession } from '../sessions/start-session.ts'
import type { EmailAddress } from '../users/normalize-email.ts'
import type { User } from '../users/user.ts'
import { UserEmail } from '../users/user-email.ts'
import { type BegunVerification, beginVerification } from '../verifications/begin-verification.ts'
import type { Beginnings, Proof, Verification } from '../verifications/verification.ts'
import { methodsOf } from './policy.ts'

export interface AskFurther {
  /** null: the password was wrong, or there is no such account; nothing will match. */
  readonly user: User | null
  readonly email: EmailAddress | null
  readonly proved: readonly Proof[]
  readonly methods: Beginnings
  readonly delivery: TokenDelivery
  readonly deviceName: string | null
  readonly deviceHash: string | null
  /** Default: nothing that its end has to know. */
  readonly began?: SignInBeginning
}

/** What the end of a sign-in has to know of how it began; its challenge keeps it. */
export interface SignInBeginning {
  /** As of a login that is over at once. */
  readonly isStuffing?: boolean
  /** The linked identity that it began with. */
  readonly identityId?: string
}

export function beginningOf({ detail }: Pick<Verification, 'detail'>): SignInBeginning {
  return detail as SignInBeginning
}

export async function askFurther(
  deps: AuthDeps,
  caller: Caller,
  ask: AskFurther,
): Promise<BegunVerification> {
  // Mail goes to the address as it is stored, never as it was typed (GitHub, 2016).
  const stored =
    ask.email && (await UserEmail.query(deps.db).findOne('email_normalized', ask.email.normalized))
  const isByMail = 'EMAIL_CODE' in ask.methods
  const shares = isByMail ? sharesOf(ask.user) : []
  return await transactMailing(deps, shares, async (trx, grant) => {
    const user = ask.user && (await isStillThere(trx, ask.user)) ? ask.user : null
    if (user === null) grant.leaveUnused()
    const sessionId = user && (await startWaiting(trx, deps, caller, { ...ask, user }))
    return await beginVerification(trx, deps.config, {
      ...ask,
      purpose: 'LOGIN',
      email: {
        address: stored?.email ?? ask.email?.address ?? 'unknown',
        normalized: ask.email?.normalized ?? 'unknown',
      },
      template: isByMail ? 'login-code' : null,
      isDecoy: user === null,
      isSilent: user === null || !grant.isMailed,
      detail: { ...ask.began },
      ...(user && { userId: user.id }),
      ...(sessionId && { sessionId }),
    })
  })
}

/** @returns the id of the session that waits for the next factor */
export async function startWaiting(
  trx: Knex,
  deps: AuthDeps,
  { origin }: Caller,
  waiting: Omit<AskFurther, 'user' | 'email' | 'methods' | 'began'> & {
    readonly user: { readonly id: string }
  },
): Promise<string> {
  const { user, proved, delivery, deviceName, deviceHash } = waiting
  const session = await startPendingSession(trx, origin, {
    userId: user.id,
    delivery,
    deviceName,
    deviceHash,
    authenticationMethods: methodsOf(deps.factors, proved),
  })
  await recordAudit(trx, origin, {
    action: 'login.verification-required',
    actor: { kind: 'user', id: user.id },
    userId: user.id,
    sessionId: session.id,
  })
  return session.id
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

// Makes one of the verified addresses the primary one: where mail goes, and what others see.
import { z } from 'zod'
import { recordAudit } from '../audit/record.ts'
import type { AuthContext } from '../context.ts'
import { transact } from '../database.ts'
import { AuthError, parseInput } from '../errors.ts'
import { emitEvent } from '../events/emit.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'
import { tellOfChange } from './tell-of-change.ts'
import { UserEmail } from './user-email.ts'

const setPrimaryEmailInput = z.object({ id: z.string().max(128) })

/** @throws AuthError NOT_FOUND for unknown and foreign ids; CONFLICT when nobody has proved the address */
export async function setPrimaryEmail(
  context: AuthContext,
  input: unknown,
): Promise<UserWithRoles> {
  const { deps, origin } = context
  const { id } = parseInput(setPrimaryEmailInput, input)
  return await transact(deps.db, async (trx) => {
    const { user, session } = await requireLiveSession(trx, context.claims)
    const email = await UserEmail.query(trx).findOne({ id, user_id: user.id }).forUpdate()
    if (email === undefined) throw new AuthError('NOT_FOUND')
    if (email.verified_at === null) {
      throw new AuthError('CONFLICT', { message: 'This address was not verified yet.' })
    }
    if (email.email_normalized === user.email_normalized) return user
    await tellOfChange(trx, deps, { kind: 'primary', user, changed: email.email })
    await trx('users').where('id', user.id).update({
      email: email.email,
      email_normalized: email.email_normalized,
      email_verified: true,
      updated_at: trx.fn.now(),
    })
    await recordAudit(trx, origin, {
      action: 'email.made-primary',
      actor: { kind: 'user', id: user.id },
      userId: user.id,
      sessionId: session.id,
      detail: { emailId: email.id },
    })
    await emitEvent(trx, 'user.email_changed', user.id, {})
    return (await findUserWithRoles(trx, user.id)) ?? user
  })
}

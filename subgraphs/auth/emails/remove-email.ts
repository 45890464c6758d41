// Takes an address off the account. It is told; the primary one is told too, and can undo it for 72 hours.
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import { enqueueMail } from '../core/mail/outbox.ts'
import { requireFurtherProof } from '../factors/enrolled/require-further-proof.ts'
import type { RemoveEmailInput } from '../generated.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { findUserWithRoles, type UserWithRoles } from '../users/user.ts'
import { UserEmail } from '../users/user-email.ts'
import { notifyOfChange } from './notify-of-change.ts'
import { transactChange } from './transact-change.ts'

const limits = { id } satisfies Limits<RemoveEmailInput>

/** @throws AuthError NOT_FOUND for unknown and foreign ids; CONFLICT for the primary address; RATE_LIMITED */
export async function removeEmail(
  deps: AuthDeps,
  caller: Caller,
  input: RemoveEmailInput,
): Promise<UserWithRoles> {
  const { origin } = caller
  const { id } = parseInput(limits, input)
  return await transactChange(deps, caller, async (trx) => {
    const live = await requireLiveSession(trx, caller.claims)
    const { user, session } = live
    await requireFurtherProof(trx, deps, live)
    const email = await UserEmail.query(trx).findOne({ id, user_id: user.id }).forUpdate()
    if (email === undefined) throw new AuthError('NOT_FOUND')
    if (email.email_normalized === user.email_normalized) {
      throw new AuthError('CONFLICT', {
        message: 'This is the primary address: make another one primary first.',
      })
    }
    const change = { user, sessionId: session.id, changed: email.email }
    await notifyOfChange(trx, deps, { ...change, kind: 'removed' })
    // Without a link: anyone who has a mailbox that was given up must not come back in through it.
    await enqueueMail(trx, { template: 'address-removed', recipient: email.email, data: {} })
    await UserEmail.query(trx).deleteById(email.id)
    await recordAudit(trx, origin, {
      action: 'email.removed',
      actor: { kind: 'user', id: user.id },
      userId: user.id,
      sessionId: session.id,
      detail: { emailId: email.id },
    })
    await emitEvent(trx, 'user.updated', user.id, { changed: ['emails'] })
    return (await findUserWithRoles(trx, user.id)) ?? user
  })
}

// Makes one of the verified addresses the primary one: where mail goes, and what others see.

import type { Knex } from 'knex'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { emitEvent } from '../core/events/emit.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import { enqueueMail } from '../core/mail/outbox.ts'
import { requireFurtherProof } from '../factors/enrolled/require-further-proof.ts'
import type { SetPrimaryEmailInput } from '../generated.ts'
import { requireLiveSession } from '../sessions/live-session.ts'
import { findUserWithRoles, type User, type UserWithRoles } from '../users/user.ts'
import { UserEmail } from '../users/user-email.ts'
import { notifyOfChange } from './notify-of-change.ts'
import { openUndosOf } from './open-undos.ts'
import { transactChange } from './transact-change.ts'

const limits = { id } satisfies Limits<SetPrimaryEmailInput>

/** @throws AuthError NOT_FOUND for unknown and foreign ids; CONFLICT when nobody has proved the address; RATE_LIMITED */
export async function setPrimaryEmail(
  deps: AuthDeps,
  caller: Caller,
  input: SetPrimaryEmailInput,
): Promise<UserWithRoles> {
  const { origin } = caller
  const { id } = parseInput(limits, input)
  return await transactChange(deps, caller, async (trx, grant) => {
    const live = await requireLiveSession(trx, caller.claims)
    const { user, session } = live
    await requireFurtherProof(trx, deps, live)
    const email = await UserEmail.query(trx).findOne({ id, user_id: user.id }).forUpdate()
    if (email === undefined) throw new AuthError('NOT_FOUND')
    if (email.verified_at === null) {
      throw new AuthError('CONFLICT', { message: 'This address was not verified yet.' })
    }
    if (email.email_normalized === user.email_normalized) {
      grant.leaveUnused()
      return user
    }
    await notifyOldPrimary(trx, deps, { user, sessionId: session.id, next: email })
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

interface OldPrimary {
  readonly user: User
  readonly sessionId: string
  readonly next: UserEmail
}

/**
 * Going back to an address that could undo is undoing: nobody who was told later, an intruder perhaps, keeps a link that
 * would give them the account again, and the address that is left gets none. Unless it was told first: then it was there
 * before the other.
 */
async function notifyOldPrimary(
  trx: Knex,
  deps: Pick<AuthDeps, 'config'>,
  { user, sessionId, next }: OldPrimary,
): Promise<void> {
  const undos = await openUndosOf(trx, user.id)
  const firstOf = (address: string) =>
    undos.findIndex(({ email_normalized }) => email_normalized === address)
  const [ofNext, ofLeft] = [firstOf(next.email_normalized), firstOf(user.email_normalized)]
  if (ofNext === -1 || (ofLeft !== -1 && ofLeft < ofNext)) {
    await notifyOfChange(trx, deps, { kind: 'primary', user, sessionId, changed: next.email })
    return
  }
  const later = undos
    .slice(ofNext)
    .filter(({ email_normalized }) => email_normalized !== next.email_normalized)
  await trx('verifications')
    .whereIn(
      'id_hash',
      later.map(({ id_hash }) => id_hash),
    )
    .update({ consumed_at: trx.fn.now() })
  await enqueueMail(trx, {
    template: 'primary-email-restored',
    recipient: user.email,
    data: { changed: next.email },
  })
}

// Mails an invitation once more; the one before it stops working.
import type { Knex } from 'knex'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import type { ResendInvitationInput } from '../generated.ts'
import { findManageable } from '../roles/rank.ts'
import { requireAdmin } from '../roles/require-admin.ts'
import type { UserWithRoles } from '../users/user.ts'
import { mailInvitation, transactInviting } from './mail-invitation.ts'

const limits = { id } satisfies Limits<ResendInvitationInput>

/** @throws AuthError NOT_FOUND; FORBIDDEN by rank; CONFLICT for somebody who has accepted already; RATE_LIMITED */
export async function resendInvitation(
  deps: AuthDeps,
  caller: Caller,
  input: ResendInvitationInput,
): Promise<UserWithRoles> {
  const { id } = parseInput(limits, input)
  const { user: invited } = await transact(deps.db, (trx) => findInvited(trx, caller, id))
  return await transactInviting(deps, caller, { email: invited.email_normalized }, async (trx) => {
    // Between the two the person may have accepted.
    const { admin, user } = await findInvited(trx, caller, id)
    await mailInvitation(trx, deps, user)
    await recordAudit(trx, caller.origin, {
      ...admin.by,
      action: 'user.invitation-resent',
      userId: user.id,
    })
    return user
  })
}

async function findInvited(trx: Knex, { claims }: Caller, id: string) {
  const admin = await requireAdmin(trx, claims)
  const user = await findManageable(trx, admin, id)
  if (user.status === 'INVITED') return { admin, user }
  throw new AuthError('CONFLICT', { message: 'This person has an account already.' })
}

// Signs a person out everywhere. They may log in again at once.
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { id, type Limits, parseInput } from '../core/input.ts'
import type { RevokeUserSessionsInput } from '../generated.ts'
import { findManageable } from '../roles/rank.ts'
import { requireAdmin } from '../roles/require-admin.ts'
import { endSessionsOf } from '../sessions/end-sessions.ts'

const limits = { userId: id } satisfies Limits<RevokeUserSessionsInput>

/** @throws AuthError NOT_FOUND; FORBIDDEN by rank */
export async function revokeUserSessions(
  deps: AuthDeps,
  caller: Caller,
  input: RevokeUserSessionsInput,
): Promise<{ revokedSessionIds: string[] }> {
  const { userId } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const admin = await requireAdmin(trx, caller.claims)
    const user = await findManageable(trx, admin, userId)
    const { actor } = admin.by
    const end = { userId: user.id, reason: 'admin', actor } as const
    const revokedSessionIds = await endSessionsOf(trx, caller.origin, end)
    await recordAudit(trx, caller.origin, {
      ...admin.by,
      action: 'user.sessions-revoked',
      userId: user.id,
      detail: { sessions: revokedSessionIds.length },
    })
    return { revokedSessionIds }
  })
}

// Signs a person out everywhere. They may log in again at once.
import { z } from 'zod'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller } from '../core/caller.ts'
import { transact } from '../core/database.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { parseInput } from '../core/errors.ts'
import { findManageable } from '../roles/rank.ts'
import { requireAdmin } from '../roles/require-admin.ts'
import { endSessionsOf } from '../sessions/end-sessions.ts'

const revokeUserSessionsInput = z.object({ userId: z.string().max(128) })

/** @throws AuthError NOT_FOUND; FORBIDDEN by rank */
export async function revokeUserSessions(
  deps: AuthDeps,
  caller: Caller,
  input: unknown,
): Promise<{ revokedSessionIds: string[] }> {
  const { userId } = parseInput(revokeUserSessionsInput, input)
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

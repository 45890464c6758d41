// Gives a further factor the name by which its owner knows it.
import { recordAudit } from '../../core/audit/record.ts'
import type { Caller } from '../../core/caller.ts'
import { transact } from '../../core/database.ts'
import type { AuthDeps } from '../../core/dependencies.ts'
import { id, type Limits, parseInput, trimmed } from '../../core/input.ts'
import type { RenameFactorInput } from '../../generated.ts'
import { requireLiveSession } from '../../sessions/live-session.ts'
import { type EnrolledFactor, findOwnFactor } from './enrolled-factor.ts'

const limits = { factorId: id, name: trimmed(100) } satisfies Limits<RenameFactorInput>

/** An empty name is none. @throws AuthError NOT_FOUND */
export async function renameFactor(
  deps: AuthDeps,
  caller: Caller,
  input: RenameFactorInput,
): Promise<EnrolledFactor> {
  const { factorId, name } = parseInput(limits, input)
  return await transact(deps.db, async (trx) => {
    const { user, session } = await requireLiveSession(trx, caller.claims)
    const factor = await findOwnFactor(trx, user.id, factorId)
    await trx('factors')
      .where('id', factor.id)
      .update({ name: name || null })
    await recordAudit(trx, caller.origin, {
      action: 'factor.renamed',
      actor: { kind: 'user', id: user.id },
      userId: user.id,
      sessionId: session.id,
      detail: { factorId: factor.id },
    })
    return await findOwnFactor(trx, user.id, factorId)
  })
}

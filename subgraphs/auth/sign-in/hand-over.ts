// Tokens for a session that was made just now. Where they cannot be issued (the hook `claims` failed) nobody has the session, and it ends.
import { transact } from '../core/database.ts'
import { AuthError } from '../core/errors.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { type Door, type Entered, issueTokens, type SignedIn } from '../sessions/issue-tokens.ts'

/** @throws AuthError as `issueTokens` */
export async function handOver(context: Door, entered: Entered): Promise<SignedIn> {
  try {
    return await issueTokens(context, entered)
  } catch (error) {
    if (error instanceof AuthError) {
      await transact(context.deps.db, async (trx) => {
        await endSessions(trx, context.origin, {
          sessionIds: [entered.session.id],
          reason: 'tokens-not-issued',
          actor: { kind: 'system' },
        })
      })
    }
    throw error
  }
}

// Somebody else was in: nothing that they may hold works any longer, and the owner of the mailbox chooses a new password.
import type { Knex } from 'knex'
import { revokeKeysOf } from '../api-keys/revoke-keys-of.ts'
import { recordAudit } from '../core/audit/record.ts'
import type { RequestOrigin } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { dropFactorsOfSessions } from '../factors/enrolled/drop-factors.ts'
import { endSessionsOf } from '../sessions/end-sessions.ts'
import { raiseTokenVersion } from '../users/raise-token-version.ts'
import type { User } from '../users/user.ts'
import { beginVerification } from '../verifications/begin-verification.ts'
import { linkTokenFor } from '../verifications/verification.ts'
import { voidVerifications } from '../verifications/void-verifications.ts'

export interface SecureAccount {
  readonly user: User
  /** API keys that were made or got a new secret since then are revoked: the intruder may hold it. */
  readonly since: Date
  /** The intruder's, as far as they are known: what was enrolled or linked in them, and in what came of them, is taken away. */
  readonly sessionIds: readonly string[]
  /** Dotted, for the audit log. */
  readonly action: string
}

/** @returns the token with which `resetPassword` takes a new password */
export async function secureAccount(
  trx: Knex,
  deps: AuthDeps,
  origin: RequestOrigin,
  { user, since, sessionIds, action }: SecureAccount,
): Promise<string> {
  const actor = { kind: 'user', id: user.id } as const
  await dropFactorsOfSessions(trx, deps, { user, sessionIds })
  await trx('users')
    .where('id', user.id)
    .update({ password_hash: null, password_pepper_version: null })
  await raiseTokenVersion(trx, user.id)
  await endSessionsOf(trx, origin, { userId: user.id, reason: 'not-me', actor })
  await trx('known_devices').where('user_id', user.id).delete()
  await voidVerifications(trx, user.id)
  const revokedApiKeyIds = await revokeKeysOf(trx, origin, { userId: user.id, actor, since })
  await recordAudit(trx, origin, {
    action,
    actor,
    userId: user.id,
    detail: { revokedApiKeyIds },
  })
  const { verification } = await beginVerification(trx, deps.config, {
    purpose: 'PASSWORD_RESET',
    email: { address: user.email, normalized: user.email_normalized },
    template: 'password-reset',
    userId: user.id,
    isSilent: true,
  })
  return linkTokenFor(verification, deps.config.secrets.codeKey)
}

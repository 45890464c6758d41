// New tokens for a session whose privilege has changed: a proof of who is there, a new password.
import type { Knex } from 'knex'
import type { AuthDeps } from '../core/dependencies.ts'
import { decrypt, encrypt } from '../core/encryption.ts'
import { AuthError } from '../core/errors.ts'
import { randomText, sha256 } from '../core/identifiers.ts'
import { formatRefreshToken, type RefreshToken } from './refresh-token.ts'
import { Session } from './session.ts'

/** Each one needs a password: anyone who loses as many answers in a row logs in again. */
const MAX_EARLIER_TURNS = 8

export interface RenewOptions {
  /** RFC 8176 names of what was proved just now, which the session has from now on. Default: none beside its own. */
  readonly proved?: readonly string[]
  /**
   * For how long turns from before lead to the new one. A copy of one may be why the password was changed.
   * Default: until the new one is presented, so that a lost answer costs nothing.
   */
  readonly predecessorsForSeconds?: number
}

/**
 * The client's present refresh token becomes the predecessor. Which one it has is not sure: the answer that carried the
 * present one may be lost too, so its predecessor stays one. Neither proves what was proved just now.
 */
export async function reissueTokens(
  trx: Knex,
  { config }: Pick<AuthDeps, 'config'>,
  session: Session,
  { predecessorsForSeconds, proved = [] }: RenewOptions = {},
): Promise<{ session: Session; refreshToken: string }> {
  const keys = config.secrets.keyEncryptionKey
  const familyKey = keys.version(session.family_key_version ?? keys.currentVersion).release()
  const familyId = session.family_id ?? ''
  const token: RefreshToken = {
    familyId,
    familySecret: decrypt(familyKey, `family ${familyId}`, session.family_sealed ?? ''),
    turn: randomText(32),
  }
  const box = encrypt(keys.current().release(), `successor ${familyId}`, token.turn)
  const [row] = await trx('sessions')
    .where({ id: session.id, status: 'ACTIVE' })
    .update({
      authenticated_at: trx.fn.now(),
      authentication_methods: [...new Set([...session.authentication_methods, ...proved])],
      ...(proved.includes('mfa') && { mfa_at: trx.fn.now() }),
      mfa_before: trx.raw('case when authenticated_before is null then mfa_at else mfa_before end'),
      authentication_methods_before: trx.raw(
        `case when authenticated_before is null then authentication_methods
           else authentication_methods_before end`,
      ),
      authenticated_before: trx.raw('coalesce(authenticated_before, authenticated_at)'),
      predecessors_expire_at:
        predecessorsForSeconds === undefined
          ? null
          : trx.raw("now() + ? * interval '1 second'", [predecessorsForSeconds]),
      previous_turn_hash: trx.ref('turn_hash'),
      // Those from before a new password stay void: the turn that takes their place is from after it.
      earlier_turn_hashes: trx.raw(
        `case when predecessors_expire_at is null
           then (array_remove(array_prepend(previous_turn_hash, earlier_turn_hashes), null))[1:?]
           else '{}' end`,
        [MAX_EARLIER_TURNS],
      ),
      turn_hash: sha256(token.turn),
      sealed_successor: `k${keys.currentVersion}:${box}`,
      generation: trx.raw('generation + 1'),
      rotated_at: trx.fn.now(),
      last_used_at: trx.fn.now(),
    })
    .returning('*')
  if (row === undefined) throw new AuthError('UNAUTHENTICATED', { reason: 'SESSION_REVOKED' })
  return { session: Session.fromDatabaseJson(row), refreshToken: formatRefreshToken(token) }
}

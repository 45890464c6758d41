// Confirms that the person is still there: the password again raises auth_time (RFC 9470) and changes the tokens.
import { z } from 'zod'
import { recordAudit } from '../audit/record.ts'
import type { AuthContext } from '../context.ts'
import { transact } from '../database.ts'
import { AuthError, parseInput } from '../errors.ts'
import { randomText, sha256 } from '../identifiers.ts'
import { seal, unseal } from '../tokens/sealed-box.ts'
import { requireLiveSession } from './live-session.ts'
import { formatRefreshToken, type RefreshToken } from './refresh-token.ts'
import { Session } from './session.ts'
import { answerSignedIn, type SignedIn } from './sign-in.ts'

const reauthenticateInput = z.object({
  password: z
    .string()
    .refine((text) => Buffer.byteLength(text) <= 1024, 'A password has at most 1024 bytes.'),
})

/** @throws AuthError INVALID_CREDENTIALS when the password is wrong; the session stays as it was */
export async function reauthenticate(context: AuthContext, input: unknown): Promise<SignedIn> {
  const { deps, origin } = context
  const { password } = parseInput(reauthenticateInput, input)
  const { user } = await transact(
    deps.db,
    async (trx) => await requireLiveSession(trx, context.claims),
  )
  const stored =
    user.password_hash === null
      ? null
      : { hash: user.password_hash, pepperVersion: user.password_pepper_version ?? 0 }
  const isRight = await deps.hasher.verify(password, stored)
  await recordAudit(deps.db, origin, {
    action: 'session.reauthenticated',
    outcome: isRight ? 'success' : 'failure',
    actor: { kind: 'user', id: user.id },
    userId: user.id,
    sessionId: context.claims.sessionId,
  })
  if (!isRight) throw new AuthError('INVALID_CREDENTIALS', { message: 'The password is wrong.' })

  const renewed = await transact(deps.db, async (trx) => {
    const live = await requireLiveSession(trx, context.claims)
    if (live.user.token_version !== user.token_version) throw new AuthError('INVALID_CREDENTIALS')
    return { ...(await renewTokens(trx, context, live.session)), user: live.user }
  })
  return await answerSignedIn(context, { ...renewed, deviceToken: null })
}

/** The client's present refresh token becomes the predecessor, so a lost answer costs nothing. */
async function renewTokens(
  trx: AuthContext['deps']['db'],
  { deps }: AuthContext,
  session: Session,
): Promise<{ session: Session; refreshToken: string }> {
  const keys = deps.config.secrets.keyEncryptionKey
  const familyKey = keys.version(session.family_key_version ?? keys.currentVersion).release()
  const familyId = session.family_id ?? ''
  const token: RefreshToken = {
    familyId,
    familySecret: unseal(familyKey, `family ${familyId}`, session.family_sealed ?? ''),
    turn: randomText(32),
  }
  const box = seal(keys.current().release(), `successor ${familyId}`, token.turn)
  const [row] = await trx('sessions')
    .where({ id: session.id, status: 'ACTIVE' })
    .update({
      authenticated_at: trx.fn.now(),
      previous_turn_hash: trx.ref('turn_hash'),
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

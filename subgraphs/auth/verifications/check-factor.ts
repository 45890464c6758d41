// Takes one factor of a challenge: the attempt is counted before it is looked at, in a statement of its own that no failure
// rolls back.

import type { Knex } from 'knex'
import { recordAudit } from '../core/audit/record.ts'
import type { Caller, RequestOrigin } from '../core/caller.ts'
import { unlessBusy } from '../core/deadline.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { sha256 } from '../core/identifiers.ts'
import { limitNetwork } from '../core/throttling/limit-network.ts'
import { noteLineage } from '../sessions/note-lineage.ts'
import { User } from '../users/user.ts'
import { countGuess } from './count-guess.ts'
import {
  isEnrolment,
  MAX_ATTEMPTS,
  type Proof,
  Verification,
  type VerificationPurpose,
} from './verification.ts'

export interface PresentedFactor {
  readonly verificationId: string
  /** null: whatever the secret looks like. */
  readonly method: string | null
  readonly secret: string
  readonly purposes: readonly VerificationPurpose[]
  /** The `__Host-flow` cookie, when the request may use cookies. */
  readonly flowSecret: string | null
  /** The session whose challenge it must be. Default: any. */
  readonly sessionId?: string
}

export interface CheckedFactor {
  readonly verification: Verification
  readonly proof: Proof
  /** Whose factor was right; null: of nobody who has an account yet. */
  readonly user: User | null
  /**
   * Call it in the transaction that acts on the proof, with the user's row locked.
   * @returns in which session the factor was enrolled; null: that is not known of it
   * @throws AuthError VERIFICATION_FAILED when somebody else has used it since
   */
  spend(trx: Knex): Promise<string | null>
}

/**
 * @returns the challenge and what was right; consume or advance it in the transaction that acts on it
 * @throws AuthError VERIFICATION_FAILED: one answer for unknown, foreign, expired, used and wrong; RATE_LIMITED for a
 *   network that keeps guessing
 */
export async function checkFactor(
  deps: AuthDeps,
  { origin, deadline }: Pick<Caller, 'origin' | 'deadline'>,
  presented: PresentedFactor,
): Promise<CheckedFactor> {
  const { db } = deps
  const idHash = sha256(presented.verificationId)
  await requireFlow(db, idHash, presented.flowSecret)
  const forgiveNetwork = await limitNetwork(deps, 'code-network', origin.ipAddress)
  const challenge = await takeAttempt(db, idHash, presented)
  if (challenge === null) {
    await recordFailure(db, origin, { presented, challenge })
    throw new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
  }
  const method = presented.method ?? methodOf(challenge, presented.secret)
  const factor = challenge.methods.includes(method) ? deps.factors[method] : undefined
  const act = isEnrolment(challenge) ? factor?.enrolment : factor
  const guess = await countGuess(deps, { challenge, method, address: origin.ipAddress })
  const { secret } = presented
  const user = await personOf(deps, { challenge, factor, secret })
  const judgement = await unlessBusy(
    async () => (await act?.check(deps, { user, challenge, secret, deadline, origin })) ?? false,
    async () => {
      await guess.takeBack()
      await forgiveNetwork()
      await takeBackAttempt(db, challenge)
    },
  )
  if (factor !== undefined && judgement === true && !challenge.is_decoy && !guess.isOver) {
    await guess.forgive()
    await forgiveNetwork()
    const spend = async (trx: Knex) => {
      const use = isEnrolment(challenge) ? factor.enrolment?.confirm : factor.spend
      if (use === undefined) return null
      const attempt = { challenge, secret, deadline, origin }
      const spent = user !== null && (await use(trx, deps, { ...attempt, user }))
      if (spent === false) throw new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
      if (spent === true) return null
      const { session_id: sessionId } = challenge
      if (sessionId !== null) await noteLineage(trx, { sessionId, enrolledIn: spent.enrolledIn })
      return spent.enrolledIn
    }
    const proof = { method, amr: [...factor.amr()] }
    return { verification: challenge, proof, user, spend }
  }
  await recordFailure(db, origin, { presented, challenge })
  throw new AuthError('VERIFICATION_FAILED', {
    attemptsRemaining: MAX_ATTEMPTS - challenge.attempts,
    ...(typeof judgement === 'object' && judgement),
  })
}

/** Looked up for nobody too: it costs the same. */
async function personOf(
  deps: AuthDeps,
  of: { challenge: Verification; factor: AuthDeps['factors'][string] | undefined; secret: string },
): Promise<User | null> {
  const { challenge, factor, secret } = of
  if (challenge.purpose === 'PASSKEY_LOGIN')
    return (await factor?.identify?.(deps, { secret })) ?? null
  return (await User.query(deps.db).findById(challenge.user_id ?? '')) ?? null
}

async function takeAttempt(
  db: Knex,
  idHash: string,
  { purposes, sessionId }: PresentedFactor,
): Promise<Verification | null> {
  const [row] = await db('verifications')
    .where('id_hash', idHash)
    .whereIn('purpose', [...purposes])
    .modify((query) => {
      if (sessionId !== undefined) query.where('session_id', sessionId)
    })
    .whereNull('consumed_at')
    .where('attempts', '<', MAX_ATTEMPTS)
    .whereRaw('code_expires_at > now() and expires_at > now()')
    .update({ attempts: db.raw('attempts + 1') })
    .returning('*')
  return row === undefined ? null : Verification.fromDatabaseJson(row)
}

/** For what was not looked at, or was right and led to nothing: no guess was made. */
export async function takeBackAttempt(
  db: Knex,
  { id_hash }: Pick<Verification, 'id_hash'>,
): Promise<void> {
  await db('verifications')
    .where({ id_hash })
    .whereNull('consumed_at')
    .where('attempts', '>', 0)
    .update({ attempts: db.raw('attempts - 1') })
}

/** A single method needs no name; of several the shape of the code tells which is meant. */
function methodOf({ methods }: Verification, secret: string): string {
  const [only] = methods
  if (only !== undefined && methods.length === 1) return only
  const code = secret.normalize('NFKC').replace(/[\s-]/g, '')
  if (/^\d{8}$/.test(code)) return 'EMAIL_CODE'
  return /^\d{6}$/.test(code) ? 'TOTP' : 'RECOVERY_CODE'
}

async function recordFailure(
  db: Knex,
  origin: RequestOrigin,
  of: { readonly presented: PresentedFactor; readonly challenge: Verification | null },
): Promise<void> {
  const { presented, challenge } = of
  await recordAudit(db, origin, {
    action: 'verification.failed',
    outcome: 'failure',
    actor: { kind: 'anonymous' },
    userId: challenge?.user_id ?? null,
    detail: { purpose: challenge?.purpose ?? presented.purposes.join(' or ') },
  })
}

/** With cookie delivery a code works in the browser that began the flow, and nowhere else. */
export async function requireFlow(
  db: Knex,
  idHash: string,
  flowSecret: string | null,
): Promise<void> {
  const row: { flow_hash: string | null } | undefined = await db('verifications')
    .where('id_hash', idHash)
    .first('flow_hash')
  if (row === undefined || row.flow_hash === null) return
  if (flowSecret !== null && sha256(flowSecret) === row.flow_hash) return
  throw new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
}

// Takes a code: the attempt is counted before it is looked at, in a statement of its own that no failure rolls back.
import { timingSafeEqual } from 'node:crypto'
import type { Knex } from 'knex'
import { recordAudit } from '../audit/record.ts'
import type { AuthDeps, RequestOrigin } from '../dependencies.ts'
import { AuthError } from '../errors.ts'
import { sha256 } from '../identifiers.ts'
import { codeFor, MAX_ATTEMPTS, Verification, type VerificationPurpose } from './verification.ts'

export interface PresentedCode {
  readonly verificationId: string
  readonly code: string
  readonly purposes: readonly VerificationPurpose[]
  /** The `__Host-flow` cookie, when the request may use cookies. */
  readonly flowSecret: string | null
  /** For the record of a code that was wrong. */
  readonly origin?: RequestOrigin
}

/**
 * @returns the verification whose code is right; consume it in the transaction that acts on it
 * @throws AuthError VERIFICATION_FAILED: one answer for unknown, foreign, expired, used and wrong
 */
export async function checkCode(deps: AuthDeps, presented: PresentedCode): Promise<Verification> {
  const idHash = sha256(presented.verificationId)
  await requireFlow(deps.db, idHash, presented.flowSecret)
  const [row] = await deps
    .db('verifications')
    .where('id_hash', idHash)
    .whereIn('purpose', [...presented.purposes])
    .whereNull('consumed_at')
    .where('attempts', '<', MAX_ATTEMPTS)
    .whereRaw('code_expires_at > now() and expires_at > now()')
    .update({ attempts: deps.db.raw('attempts + 1') })
    .returning('*')
  if (row === undefined) {
    await recordFailure(deps, presented, null)
    throw new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
  }
  const verification = Verification.fromDatabaseJson(row)
  // A taken address looks the same up to here, and no code matches it.
  const isTaken = verification.registration?.isTaken === true
  const isRight = sameCode(presented.code, codeFor(verification, deps.config.secrets.codeKey))
  if (isRight && !isTaken) return verification
  await recordFailure(deps, presented, verification)
  throw new AuthError('VERIFICATION_FAILED', {
    attemptsRemaining: MAX_ATTEMPTS - verification.attempts,
  })
}

async function recordFailure(
  { db }: AuthDeps,
  { origin, purposes }: PresentedCode,
  verification: Verification | null,
): Promise<void> {
  if (origin === undefined) return
  await recordAudit(db, origin, {
    action: 'verification.failed',
    outcome: 'failure',
    actor: { kind: 'anonymous' },
    userId: verification?.user_id ?? null,
    detail: { purpose: verification?.purpose ?? purposes.join(' or ') },
  })
}

/** Of parallel right answers one wins. @throws AuthError VERIFICATION_FAILED for the others */
export async function consumeVerification(trx: Knex, verification: Verification): Promise<void> {
  const consumed = await trx('verifications')
    .where({ id_hash: verification.id_hash, send_number: verification.send_number })
    .whereNull('consumed_at')
    .update({ consumed_at: trx.fn.now() })
  if (consumed !== 1) throw new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
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

function sameCode(presented: string, right: string): boolean {
  const digits = presented.replace(/[\s-]/g, '')
  return digits.length === right.length && timingSafeEqual(Buffer.from(digits), Buffer.from(right))
}

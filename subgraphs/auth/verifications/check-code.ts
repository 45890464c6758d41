// Takes a code: the attempt is counted before it is looked at, in a statement of its own that no failure rolls back.
import { timingSafeEqual } from 'node:crypto'
import type { Knex } from 'knex'
import type { AuthContext } from '../context.ts'
import { recordAudit } from '../core/audit/record.ts'
import type { RequestOrigin } from '../core/caller.ts'
import { AuthError } from '../core/errors.ts'
import { sha256 } from '../core/identifiers.ts'
import { networkOf } from '../core/network.ts'
import { type CountKey, countKey } from '../core/throttling/count-key.ts'
import { limitNetwork } from '../core/throttling/limit-network.ts'
import {
  type CodePurpose,
  codeFor,
  MAX_ATTEMPTS,
  Verification,
  type VerificationPurpose,
} from './verification.ts'

export interface PresentedCode {
  readonly verificationId: string
  readonly code: string
  readonly purposes: readonly CodePurpose[]
  /** The `__Host-flow` cookie, when the request may use cookies. */
  readonly flowSecret: string | null
}

/**
 * @returns the verification whose code is right; consume it in the transaction that acts on it
 * @throws AuthError VERIFICATION_FAILED: one answer for unknown, foreign, expired, used and wrong; RATE_LIMITED for a
 *   network that keeps guessing
 */
export async function checkCode(
  { deps, origin }: Pick<AuthContext, 'deps' | 'origin'>,
  presented: PresentedCode,
): Promise<Verification> {
  const { db, throttle } = deps
  const idHash = sha256(presented.verificationId)
  await requireFlow(db, idHash, presented.flowSecret)
  await limitNetwork(deps, 'code-network', origin.ipAddress)
  const [row] = await db('verifications')
    .where('id_hash', idHash)
    .whereIn('purpose', [...presented.purposes])
    .whereNull('consumed_at')
    .where('attempts', '<', MAX_ATTEMPTS)
    .whereRaw('code_expires_at > now() and expires_at > now()')
    .update({ attempts: db.raw('attempts + 1') })
    .returning('*')
  if (row === undefined) {
    await recordFailure(db, origin, { presented, verification: null })
    throw new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
  }
  const verification = Verification.fromDatabaseJson(row)
  const account = accountKey(verification, origin.ipAddress)
  const guesses = await throttle.add('code-account', account)
  const isRight = sameCode(presented.code, codeFor(verification, deps.config.secrets.codeKey))
  if (isRight && verification.is_mailed && !verification.is_decoy && !guesses.isOver) {
    await throttle.forgive('code-account', account)
    await throttle.forgive('code-network', countKey({ network: networkOf(origin.ipAddress) }))
    return verification
  }
  await recordFailure(db, origin, { presented, verification })
  throw new AuthError('VERIFICATION_FAILED', {
    attemptsRemaining: MAX_ATTEMPTS - verification.attempts,
  })
}

async function recordFailure(
  db: Knex,
  origin: RequestOrigin,
  of: { readonly presented: PresentedCode; readonly verification: Verification | null },
): Promise<void> {
  const { presented, verification } = of
  await recordAudit(db, origin, {
    action: 'verification.failed',
    outcome: 'failure',
    actor: { kind: 'anonymous' },
    userId: verification?.user_id ?? null,
    detail: { purpose: verification?.purpose ?? presented.purposes.join(' or ') },
  })
}

/** Anybody may begin these for an address that is not theirs. */
const OPEN_TO_STRANGERS: readonly VerificationPurpose[] = ['REGISTRATION', 'EMAIL']

/**
 * Anyone who guesses at what no code opens uses up nobody's guesses: they could keep an owner out with them. Nor does a
 * stranger at an address that has no account yet: its owner counts from a network of their own, and has no link that would work instead.
 */
function accountKey(
  { purpose, is_decoy, is_mailed, email_normalized: email, id_hash }: Verification,
  address: string | null,
): CountKey {
  if (is_decoy || !is_mailed) return countKey({ verification: id_hash })
  if (!OPEN_TO_STRANGERS.includes(purpose)) return codeKey(purpose, email)
  return countKey({ purpose, email, network: networkOf(address) })
}

/** What wrong codes for an address are counted under. */
export function codeKey(purpose: VerificationPurpose, email: string): CountKey {
  return countKey({ purpose, email })
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

/** Digits as any keyboard writes them; a full-width one is longer in bytes than it looks. */
function sameCode(presented: string, right: string): boolean {
  const digits = Buffer.from(presented.normalize('NFKC').replace(/[\s-]/g, ''))
  const expected = Buffer.from(right)
  return digits.length === expected.length && timingSafeEqual(digits, expected)
}

// Sends a new code, once a minute and five times an hour; the codes before it stop working.
import type { Knex } from 'knex'
import type { AuthContext } from '../context.ts'
import { transact } from '../database.ts'
import type { AuthDeps } from '../dependencies.ts'
import { isAddressOf } from '../emails/user-email.ts'
import { AuthError } from '../errors.ts'
import { sha256 } from '../identifiers.ts'
import { enqueueMail, templateFor } from '../mail/outbox.ts'
import { limitNetwork } from '../throttling/limit-network.ts'
import { requireFlow } from './check-code.ts'
import { CODE_MINUTES, MAX_SENDS, RESEND_SECONDS, Verification } from './verification.ts'

/**
 * @throws AuthError VERIFICATION_FAILED when there is nothing to resend, RATE_LIMITED when it is too early
 */
export async function resendVerification(
  { deps, origin }: Pick<AuthContext, 'deps' | 'origin'>,
  input: { readonly verificationId: string; readonly flowSecret: string | null },
): Promise<Verification> {
  const idHash = sha256(input.verificationId)
  await requireFlow(deps.db, idHash, input.flowSecret)
  await limitNetwork(deps, 'mail-network', origin.ipAddress)
  await limitAddress(deps, idHash)
  return await transact(deps.db, async (trx) => {
    const [row] = await trx('verifications')
      .where('id_hash', idHash)
      .whereNull('consumed_at')
      .where('send_number', '<', MAX_SENDS)
      .whereRaw("expires_at > now() and last_sent_at <= now() - ? * interval '1 second'", [
        RESEND_SECONDS,
      ])
      .update({
        send_number: trx.raw('send_number + 1'),
        attempts: 0,
        is_mailed: true,
        last_sent_at: trx.fn.now(),
        code_key_version: deps.config.secrets.codeKey.currentVersion,
        code_expires_at: trx.raw("now() + ? * interval '1 minute'", [CODE_MINUTES]),
      })
      .returning('*')
    if (row === undefined) throw await refusal(trx, idHash)
    const verification = Verification.fromDatabaseJson(row)
    const template = (await isMailable(trx, verification)) ? templateFor(verification) : null
    if (template !== null) {
      const { email: recipient, detail: data } = verification
      await enqueueMail(trx, { template, recipient, verification, data })
    }
    return verification
  })
}

/**
 * Whether the mailbox is still who was meant. One that its owner has removed gets no further code, and the answer stays as
 * always: it would tell a stranger of the account. An address that is only being added is nobody's yet.
 */
async function isMailable(trx: Knex, verification: Verification): Promise<boolean> {
  const { purpose, user_id, email_normalized } = verification
  if (user_id === null || purpose === 'EMAIL') return true
  return await isAddressOf(trx, user_id, email_normalized)
}

/** Verifications come in numbers, and each may be sent five times: the mailbox behind them has one limit. */
async function limitAddress(deps: AuthDeps, idHash: string): Promise<void> {
  const row: { email_normalized: string } | undefined = await deps
    .db('verifications')
    .where('id_hash', idHash)
    .first('email_normalized')
  const { isOver, retryAfterSeconds } = await deps.throttle.add(
    'resend-address-hour',
    row?.email_normalized ?? idHash,
  )
  if (isOver) throw new AuthError('RATE_LIMITED', { retryAfterSeconds })
}

async function refusal(trx: AuthDeps['db'], idHash: string): Promise<AuthError> {
  const row: { wait: string; sends: number } | undefined = await trx('verifications')
    .where('id_hash', idHash)
    .whereNull('consumed_at')
    .whereRaw('expires_at > now()')
    .first(
      trx.raw('ceil(? - extract(epoch from now() - last_sent_at)) as wait', [RESEND_SECONDS]),
      'send_number as sends',
    )
  if (row === undefined) return new AuthError('VERIFICATION_FAILED', { attemptsRemaining: 0 })
  if (row.sends >= MAX_SENDS) {
    return new AuthError('RATE_LIMITED', {
      message: 'No more codes can be sent for this. Start again.',
      retryAfterSeconds: 3600,
    })
  }
  return new AuthError('RATE_LIMITED', { retryAfterSeconds: Math.max(1, Number(row.wait)) })
}

/** When the next code may be asked for; null when no more will be sent. */
export function resendAvailableAt(verification: Verification): Date | null {
  if (verification.send_number >= MAX_SENDS) return null
  return new Date(verification.last_sent_at.getTime() + RESEND_SECONDS * 1000)
}

// Sends a new code, once a minute and five times an hour; the codes before it stop working.

import { networkOf } from '@sallyport/claims/networks'
import type { Knex } from 'knex'
import type { Caller } from '../core/caller.ts'
import type { AuthDeps } from '../core/dependencies.ts'
import { AuthError } from '../core/errors.ts'
import { sha256 } from '../core/identifiers.ts'
import { enqueueMail } from '../core/mail/outbox.ts'
import { countKey } from '../core/throttling/count-key.ts'
import { type Share, transactMailing } from '../core/throttling/count-mail.ts'
import { limitNetwork } from '../core/throttling/limit-network.ts'
import { isAddressOf } from '../users/user-email.ts'
import { requireFlow } from './check-factor.ts'
import { templateFor } from './mail-template.ts'
import {
  CODE_MINUTES,
  isOfMailbox,
  MAX_SENDS,
  type MailedVerification,
  RESEND_SECONDS,
  Verification,
  type VerificationPurpose,
} from './verification.ts'

/**
 * What the mailbox has had is not told: past its limit the answer is as always, and no mail comes. A refusal would tell
 * anyone who guesses at passwords which of their verifications is the real one.
 * @throws AuthError VERIFICATION_FAILED when there is nothing to resend, RATE_LIMITED when it is too early
 */
export async function resendVerification(
  deps: AuthDeps,
  { origin }: Caller,
  input: { readonly verificationId: string; readonly flowSecret: string | null },
): Promise<Verification> {
  const idHash = sha256(input.verificationId)
  await requireFlow(deps.db, idHash, input.flowSecret)
  await limitNetwork(deps, 'resend-network', origin.ipAddress)
  const shares = await sharesOf(deps, idHash, origin.ipAddress)
  return await transactMailing(deps, shares, async (trx, grant) => {
    const seen = await Verification.query(trx).findById(idHash).forUpdate()
    if (seen === undefined || !isOfMailbox(seen)) throw await refusal(trx, idHash)
    const template = (await isMailable(trx, seen)) ? templateFor(seen) : null
    const isMailed = grant.isMailed && template !== null
    if (!isMailed) grant.leaveUnused()
    const [row] = await trx('verifications')
      .where('id_hash', idHash)
      .whereNull('consumed_at')
      .whereRaw("'EMAIL_CODE' = any(methods)")
      .where('send_number', '<', MAX_SENDS)
      .whereRaw("expires_at > now() and last_sent_at <= now() - ? * interval '1 second'", [
        RESEND_SECONDS,
      ])
      .update({
        send_number: trx.raw('send_number + 1'),
        attempts: 0,
        is_mailed: isMailed,
        last_sent_at: trx.fn.now(),
        code_key_version: deps.config.secrets.codeKey.currentVersion,
        code_expires_at: trx.raw("now() + ? * interval '1 minute'", [CODE_MINUTES]),
      })
      .returning('*')
    if (row === undefined) throw await refusal(trx, idHash)
    const verification = Verification.fromDatabaseJson(row)
    if (isMailed) {
      const { detail: data } = verification
      const { email: recipient } = seen
      await enqueueMail(trx, { template, recipient, verification, data })
    }
    return verification
  })
}

/**
 * Whether the mailbox is still who was meant. One that its owner has removed gets no further code, and the answer stays as
 * always: it would tell a stranger of the account. An e-mail address that is only being added is nobody's yet.
 */
async function isMailable(trx: Knex, verification: MailedVerification): Promise<boolean> {
  const { purpose, user_id, email_normalized } = verification
  if (user_id === null || purpose === 'EMAIL') return true
  return await isAddressOf(trx, user_id, email_normalized)
}

/** It takes no password and no session to begin one of these for an e-mail address that is not one's own. */
const OF_STRANGERS: readonly VerificationPurpose[] = [
  'REGISTRATION',
  'EMAIL',
  'PASSWORD_RESET',
  'EMAIL_LOGIN',
  'PROVIDER_LOGIN',
]

/**
 * Verifications come in numbers, and each may be sent five times: the mailbox behind them has one limit for a purpose.
 * What strangers can have sent again counts apart from what takes the password or a session, and what no mail belongs to
 * counts at itself.
 */
async function sharesOf(
  { db, isThrottleExempt }: AuthDeps,
  idHash: string,
  address: string | null,
): Promise<Share[]> {
  const verification = await Verification.query(db).findById(idHash)
  const own = { limit: 'resend-user-hour', key: countKey({ verification: idHash }) } as const
  if (verification === undefined || !isOfMailbox(verification)) return [own]
  if (templateFor(verification) === null) return [own]
  const { purpose, email_normalized: email, user_id: user } = verification
  if (OF_STRANGERS.includes(purpose) || user === null) {
    const mailbox = { limit: 'resend-address-hour', key: countKey({ email, purpose }) } as const
    if (isThrottleExempt(address)) return [mailbox]
    return [mailbox, { limit: 'mail-network', key: countKey({ network: networkOf(address) }) }]
  }
  return [{ limit: 'resend-user-hour', key: countKey({ user, purpose }) }]
}

async function refusal(trx: AuthDeps['db'], idHash: string): Promise<AuthError> {
  const row: { wait: string; sends: number } | undefined = await trx('verifications')
    .where('id_hash', idHash)
    .whereNull('consumed_at')
    .whereRaw("expires_at > now() and 'EMAIL_CODE' = any(methods)")
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
  const { send_number, methods } = verification
  if (send_number >= MAX_SENDS || !methods.includes('EMAIL_CODE')) return null
  return new Date(verification.last_sent_at.getTime() + RESEND_SECONDS * 1000)
}

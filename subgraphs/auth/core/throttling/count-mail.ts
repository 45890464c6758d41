// Whether a mail may leave because somebody asked for it: nobody's mailbox is flooded, and only what is mailed counts. Who
// is refused for another reason, or gets the answer alone, uses up nothing of what the owner of the mailbox may need.

import { networkOf } from '@sallyport/claims/networks'
import type { Knex } from 'knex'
import { transact } from '../database.ts'
import type { AuthDeps } from '../dependencies.ts'
import { type CountKey, countKey } from './count-key.ts'
import type { LimitName } from './limits.ts'

export interface Share {
  readonly limit: LimitName
  readonly key: CountKey
}

export interface MailGrant {
  /** false: answer as always, and mail nothing. */
  readonly isMailed: boolean
  /** Until there is room again; 0 where there is. */
  readonly retryAfterSeconds: number
  /** Nothing is mailed after all: what was counted is taken back after the transaction. */
  leaveUnused(): void
}

type Deps = Pick<AuthDeps, 'db' | 'throttle'>

/** Counts, then works in a transaction, and takes back what it counted unless that commits and has used it. */
export async function transactMailing<T>(
  deps: Deps,
  shares: readonly Share[],
  work: (trx: Knex.Transaction, grant: MailGrant) => Promise<T>,
): Promise<T> {
  const { isMailed, retryAfterSeconds } = await take(deps, shares)
  let isUsed = false
  const leaveUnused = () => {
    isUsed = false
  }
  try {
    return await transact(deps.db, async (trx) => {
      isUsed = isMailed
      return await work(trx, { isMailed, retryAfterSeconds, leaveUnused })
    })
  } catch (error) {
    isUsed = false
    throw error
  } finally {
    if (isMailed && !isUsed) await giveBack(deps, shares)
  }
}

/**
 * Mail that a stranger can provoke: once a minute and five times an hour to one address for one purpose, three times of
 * these from one network, and twenty times an hour for a network. Purposes do not share: anyone who provokes other mail must
 * not keep the mail of a reset from its owner. (Of resets that strangers ask for, the owner gets the links.)
 */
export function strangersMail(
  { isThrottleExempt }: Pick<AuthDeps, 'isThrottleExempt'>,
  mail: { readonly to: string; readonly purpose: string; readonly address: string | null },
): Share[] {
  const mailbox = { email: mail.to, purpose: mail.purpose }
  const network = networkOf(mail.address)
  const shares: Share[] = [
    { limit: 'mail-address-minute', key: countKey(mailbox) },
    { limit: 'mail-address-hour', key: countKey(mailbox) },
  ]
  if (isThrottleExempt(mail.address)) return shares
  return [
    ...shares,
    { limit: 'mail-address-network', key: countKey({ ...mailbox, network }) },
    { limit: 'mail-network', key: countKey({ network }) },
  ]
}

/**
 * Codes that a session asks for, which may be stolen: ten an hour for an account and a purpose, with no wait between, as
 * several keys are made at one sitting.
 */
export function ownersMail(mail: { readonly user: string; readonly purpose: string }): Share[] {
  return [{ limit: 'session-mail-hour', key: countKey(mail) }]
}

/** Counts at each, or at none when one of them is reached. */
async function take(
  deps: Deps,
  shares: readonly Share[],
): Promise<Pick<MailGrant, 'isMailed' | 'retryAfterSeconds'>> {
  for (const [index, { limit, key }] of shares.entries()) {
    const { isOver, retryAfterSeconds } = await deps.throttle.add(limit, key)
    if (!isOver) continue
    await giveBack(deps, shares.slice(0, index + 1))
    return { isMailed: false, retryAfterSeconds }
  }
  return { isMailed: true, retryAfterSeconds: 0 }
}

/** A failure to take back leaves too much counted: the safe side, and no reason to hide what failed before. */
async function giveBack({ throttle }: Deps, shares: readonly Share[]): Promise<void> {
  await Promise.allSettled(shares.map(({ limit, key }) => throttle.forgive(limit, key)))
}

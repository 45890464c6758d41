// Whether a mail may go to an address because somebody who is not signed in asked for it: nobody's mailbox is flooded.
import type { AuthDeps } from '../dependencies.ts'
import { networkOf } from '../networks/network.ts'

/**
 * Once a minute and five times an hour to one address, twenty times an hour for one network.
 * @returns false: answer as always, and mail nothing
 */
export async function mayMail(
  { throttle, isThrottleExempt }: AuthDeps,
  mail: { readonly to: string; readonly address: string | null },
): Promise<boolean> {
  if ((await throttle.add('mail-address-minute', mail.to)).isOver) return false
  if ((await throttle.add('mail-address-hour', mail.to)).isOver) return false
  if (isThrottleExempt(mail.address)) return true
  return !(await throttle.add('mail-network', networkOf(mail.address))).isOver
}

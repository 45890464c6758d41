// Whether a mail may go to an address because somebody who is not signed in asked for it: nobody's mailbox is flooded.
import type { AuthDeps } from '../dependencies.ts'
import { networkOf } from '../networks/network.ts'
import type { CodePurpose } from '../verifications/verification.ts'

/**
 * Once a minute for one purpose and five times an hour in all to one address, twenty times an hour for one network.
 * @returns false: answer as always, and mail nothing
 */
export async function mayMail(
  { throttle, isThrottleExempt }: AuthDeps,
  mail: {
    readonly to: string
    readonly purpose: CodePurpose
    readonly address: string | null
  },
): Promise<boolean> {
  if ((await throttle.add('mail-address-minute', `${mail.purpose} ${mail.to}`)).isOver) return false
  if ((await throttle.add('mail-address-hour', mail.to)).isOver) return false
  if (isThrottleExempt(mail.address)) return true
  return !(await throttle.add('mail-network', networkOf(mail.address))).isOver
}

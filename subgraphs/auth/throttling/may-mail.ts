// Whether a mail may go to an address because somebody who is not signed in asked for it: nobody's mailbox is flooded.
import type { AuthDeps } from '../dependencies.ts'
import { networkOf } from '../networks/network.ts'
import type { CodePurpose } from '../verifications/verification.ts'

/**
 * Once a minute and five times an hour to one address for one purpose, twenty times an hour for one network. Purposes do not
 * share: whoever provokes other mail must not keep the mail of a reset from its owner. (Of resets that strangers ask for, the
 * owner gets the links.)
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
  const mailbox = `${mail.purpose} ${mail.to}`
  if ((await throttle.add('mail-address-minute', mailbox)).isOver) return false
  if ((await throttle.add('mail-address-hour', mailbox)).isOver) return false
  if (isThrottleExempt(mail.address)) return true
  return !(await throttle.add('mail-network', networkOf(mail.address))).isOver
}

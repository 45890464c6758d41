// Whether a mail may go to an address because somebody asked for it who may be a stranger: nobody's mailbox is flooded.
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

/**
 * The same for codes that a session asks for, which may be stolen: ten an hour for an account and a purpose, with no wait
 * between, as several keys are made at one sitting.
 * @returns false: answer as always, and mail nothing; a code can be asked for again
 */
export async function mayMailOwner(
  { throttle }: AuthDeps,
  mail: { readonly userId: string | null; readonly purpose: CodePurpose },
): Promise<boolean> {
  return !(await throttle.add('session-mail-hour', `${mail.purpose} ${mail.userId}`)).isOver
}

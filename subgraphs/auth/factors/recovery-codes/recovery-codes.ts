// Recovery codes as a factor: for those who have lost the one that they enrolled.
import { recordAudit } from '../../core/audit/record.ts'
import { notifyAddresses } from '../../users/notify-addresses.ts'
import { emailsOf } from '../../users/user-email.ts'
import { noteMethods } from '../enrolled/note-methods.ts'
import type { Factor } from '../factor.ts'
import { countRecoveryCodes, findRecoveryCode } from './recovery-code.ts'

export const recoveryCodes = {
  place: 'further',
  begin: async (trx, { config }, user) =>
    (await countRecoveryCodes(trx, config.secrets.passwordPepper, user.id)) > 0 ? {} : null,
  check: async ({ db, config }, { user, secret: typed }) => {
    const pepper = config.secrets.passwordPepper
    return (
      user !== null && (await findRecoveryCode(db, pepper, { userId: user.id, typed })) !== null
    )
  },
  // Of parallel uses the one counts that removes the row.
  spend: async (trx, deps, { user, secret: typed, origin }) => {
    const { passwordPepper } = deps.config.secrets
    const code_hash = await findRecoveryCode(trx, passwordPepper, { userId: user.id, typed })
    if (code_hash === null) return false
    const [used]: { session_id: string }[] = await trx('recovery_codes')
      .where({ user_id: user.id, code_hash })
      .delete()
      .returning('session_id')
    if (used === undefined) return false
    const left = await countRecoveryCodes(trx, passwordPepper, user.id)
    if (left === 0) await noteMethods(trx, deps, user)
    await recordAudit(trx, origin, {
      action: 'recovery-code.used',
      actor: { kind: 'user', id: user.id },
      userId: user.id,
      detail: { left },
    })
    const addresses = await emailsOf(trx, user.id)
    await notifyAddresses(trx, addresses, { template: 'recovery-code-used', data: { left } })
    return { enrolledIn: used.session_id }
  },
  amr: () => ['otp'],
} satisfies Factor

// The authenticator app as a factor (RFC 6238). It only follows another one.
import type { Factor } from '../factor.ts'
import { totpEnrolment } from './enrol-totp.ts'
import { acceptStep, findStep } from './totp-secret.ts'

export const totp = {
  place: 'further',
  begin: async (trx, _deps, user) => {
    const held = await trx('factors')
      .where({ user_id: user.id, kind: 'TOTP' })
      .whereNotNull('confirmed_at')
      .first('id')
    return held === undefined ? null : {}
  },
  check: async ({ db, config }, { user, secret: code }) => {
    const keys = config.secrets.keyEncryptionKey
    return user !== null && (await findStep(db, keys, { userId: user.id, code })) !== null
  },
  spend: async (trx, { config }, { user, secret: code }) => {
    const keys = config.secrets.keyEncryptionKey
    const step = await findStep(trx, keys, { userId: user.id, code })
    if (step === null || !(await acceptStep(trx, step))) return false
    return { enrolledIn: step.enrolledIn }
  },
  enrolment: totpEnrolment,
  amr: () => ['otp'],
} satisfies Factor

// The factors that there are: one line each. docs/architecture.md says how to add one.
import { emailCode } from './email-code/email-code.ts'
import type { Factors } from './factor.ts'
import { passkey } from './passkey/passkey.ts'
import { password } from './password/password.ts'
import { provider } from './provider/provider.ts'
import { recoveryCodes } from './recovery-codes/recovery-codes.ts'
import { totp } from './totp/totp.ts'

export const factors = {
  PASSWORD: password,
  EMAIL_CODE: emailCode,
  PASSKEY: passkey,
  PROVIDER: provider,
  TOTP: totp,
  RECOVERY_CODE: recoveryCodes,
} satisfies Factors

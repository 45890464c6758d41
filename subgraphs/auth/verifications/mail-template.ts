// Which mail carries the code of a verification.
import type { MailTemplate } from '../core/mail/outbox.ts'
import type { CodePurpose, Verification } from './verification.ts'

/** The mail that a verification sends again; null: nothing, as for a login whose password was wrong. */
export function templateFor({ purpose, is_decoy }: Verification): MailTemplate | null {
  const [real, decoy] = templates[purpose as CodePurpose] ?? []
  return (is_decoy ? decoy : real) ?? null
}

const templates: Readonly<
  Record<CodePurpose, readonly [real: MailTemplate, decoy?: MailTemplate]>
> = {
  REGISTRATION: ['registration-code', 'account-exists'],
  LOGIN: ['login-code'],
  // Written for nobody too, and never sent: the work is the same.
  EMAIL_LOGIN: ['sign-in', 'sign-in'],
  PROVIDER_LOGIN: ['provider-code', 'provider-code'],
  STEP_UP: ['step-up-code'],
  API_KEY: ['api-key-code'],
  EMAIL: ['email-code', 'address-taken'],
  PASSWORD_RESET: ['password-reset', 'no-account'],
  ACCOUNT_DELETION: ['account-deletion-code'],
}

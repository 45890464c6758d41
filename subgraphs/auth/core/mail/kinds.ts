// Every kind of mail there is: what it proves, whose language it is in, and which facts its text may name.
import type { MailTemplate } from './outbox.ts'

export interface MailKind {
  /** What the text must show, or the mail is of no use. */
  readonly proof: 'code' | 'link' | 'code and link' | 'none'
  /** The page that the link leads to. */
  readonly page?: string
  /**
   * `asked`: its reader asked for it a moment ago, and it is in their browser's language. Everything else may have been
   * caused by somebody else, and is in the default language.
   */
  readonly language: 'asked' | 'default'
  /** Facts beside `product`, `code` and `link`, each with an example for previews. */
  readonly facts: Readonly<Record<string, string | number>>
}

const CHANGED = { changed: 'ada@work.example' }

export const mailKinds = {
  'registration-code': { proof: 'code', language: 'asked', facts: {} },
  'account-exists': { proof: 'none', language: 'asked', facts: {} },
  'login-code': { proof: 'code', language: 'asked', facts: {} },
  'sign-in': { proof: 'code and link', page: 'sign-in', language: 'asked', facts: {} },
  'provider-code': { proof: 'code', language: 'asked', facts: { provider: 'Google' } },
  'step-up-code': { proof: 'code', language: 'asked', facts: {} },
  'api-key-code': { proof: 'code', language: 'asked', facts: { name: 'nightly import' } },
  'session-ended': { proof: 'none', language: 'default', facts: { device: 'Firefox on Linux' } },
  'new-device': {
    proof: 'link',
    page: 'not-me',
    language: 'default',
    facts: { time: '2030-01-31 12:00 UTC', device: 'Firefox on Linux', address: '192.0.2.44' },
  },
  'app-connected': {
    proof: 'none',
    language: 'default',
    facts: { app: 'Shop', time: '2030-01-31 12:00 UTC', address: '192.0.2.44' },
  },
  'email-code': { proof: 'code', language: 'asked', facts: {} },
  'address-taken': { proof: 'none', language: 'asked', facts: {} },
  'email-added': { proof: 'link', page: 'undo-email-change', language: 'default', facts: CHANGED },
  'primary-email-changed': {
    proof: 'link',
    page: 'undo-email-change',
    language: 'default',
    facts: CHANGED,
  },
  'primary-email-restored': { proof: 'none', language: 'default', facts: CHANGED },
  'email-removed': {
    proof: 'link',
    page: 'undo-email-change',
    language: 'default',
    facts: CHANGED,
  },
  'address-removed': { proof: 'none', language: 'default', facts: {} },
  'address-dropped': { proof: 'none', language: 'default', facts: {} },
  'account-taken-back': { proof: 'none', language: 'default', facts: { told: 'ada@example.com' } },
  'password-reset': {
    proof: 'code and link',
    page: 'reset-password',
    language: 'asked',
    facts: {},
  },
  'no-account': { proof: 'none', language: 'asked', facts: {} },
  'password-changed': { proof: 'none', language: 'default', facts: { apiKeys: 2 } },
  'factor-added': { proof: 'none', language: 'default', facts: {} },
  'factor-enrolled': { proof: 'link', page: 'not-me', language: 'default', facts: {} },
  'factor-removed': { proof: 'none', language: 'default', facts: {} },
  'passkey-added': { proof: 'none', language: 'default', facts: {} },
  'passkey-removed': { proof: 'none', language: 'default', facts: {} },
  'passkey-suspected': { proof: 'none', language: 'default', facts: {} },
  'factors-reset': { proof: 'none', language: 'default', facts: {} },
  'recovery-codes-created': { proof: 'none', language: 'default', facts: {} },
  'recovery-code-used': { proof: 'none', language: 'default', facts: { left: 9 } },
  'unusual-sign-in': {
    proof: 'none',
    language: 'default',
    facts: { time: '2030-01-31 12:00 UTC', address: '192.0.2.44', country: 'PT' },
  },
  'sign-in-blocked': {
    proof: 'none',
    language: 'default',
    facts: { time: '2030-01-31 12:00 UTC', address: '192.0.2.44', country: 'PT' },
  },
  'identity-linked': { proof: 'none', language: 'default', facts: { provider: 'Google' } },
  'identity-unlinked': { proof: 'none', language: 'default', facts: { provider: 'Google' } },
  invitation: { proof: 'link', page: 'accept-invitation', language: 'default', facts: {} },
  'account-deletion-code': { proof: 'code', language: 'asked', facts: {} },
  'account-deleted': { proof: 'none', language: 'default', facts: {} },
} as const satisfies Record<MailTemplate, MailKind>

export const mailTemplates = Object.keys(mailKinds) as MailTemplate[]

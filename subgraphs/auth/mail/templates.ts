// The texts of the mails. Plain text: nothing to track, nothing to render, and a code that can be copied.
import type { MailTemplate } from './outbox.ts'

export interface MailText {
  readonly subject: string
  readonly text: string
}

export interface MailFacts {
  readonly code: string | null
  readonly publicUrl: string
  readonly data: Readonly<Record<string, unknown>>
}

const notYou = 'If this was not you, you need to do nothing: without the code nothing happens.'

const templates = {
  'registration-code': ({ code, publicUrl }) => ({
    subject: `${code} is your code for ${hostOf(publicUrl)}`,
    text: `Your code is ${code}. It completes the registration at ${publicUrl} and works for 10 minutes.\n\n${notYou}\n`,
  }),
  'account-exists': ({ publicUrl }) => ({
    subject: `You already have an account at ${hostOf(publicUrl)}`,
    text: `Somebody, perhaps you, tried to register this address at ${publicUrl}. It has an account already: log in instead.\n\nIf this was not you, you need to do nothing.\n`,
  }),
  'login-code': ({ code, publicUrl }) => ({
    subject: `${code} is your sign-in code for ${hostOf(publicUrl)}`,
    text: `Your code is ${code}. It completes the sign-in at ${publicUrl} and works for 10 minutes.\n\nIf this was not you, somebody knows your password: change it.\n`,
  }),
  'api-key-code': ({ code, publicUrl, data }) => ({
    subject: `${code} confirms an API key at ${hostOf(publicUrl)}`,
    text: `Your code is ${code}. It makes the API key "${data.name ?? ''}" usable at ${publicUrl} and works for 10 minutes.\n\nIf this was not you, somebody is signed in to your account: log out everywhere.\n`,
  }),
  'session-ended': ({ publicUrl, data }) => ({
    subject: `A session at ${hostOf(publicUrl)} was ended for your safety`,
    text: `An old refresh token of a session (${data.device ?? 'unknown device'}) was used again at ${publicUrl}. That happens when a token was copied, so the session was ended. Log in again; if you do not recognise this, change your password.\n`,
  }),
  'account-deletion-code': ({ code, publicUrl }) => ({
    subject: `${code} deletes your account at ${hostOf(publicUrl)}`,
    text: `Your code is ${code}. It deletes your account at ${publicUrl}, with everything in it, and works for 10 minutes. This cannot be undone.\n\nIf this was not you, somebody is signed in to your account: log out everywhere, and change your password.\n`,
  }),
  'account-deleted': ({ publicUrl }) => ({
    subject: `Your account at ${hostOf(publicUrl)} was deleted`,
    text: `Your account at ${publicUrl} was deleted, and every device is signed out. Your data is being removed from all services.\n`,
  }),
} satisfies Record<MailTemplate, (facts: MailFacts) => MailText>

export function renderMail(template: MailTemplate, facts: MailFacts): MailText {
  return templates[template](facts)
}

function hostOf(url: string): string {
  return new URL(url).host
}

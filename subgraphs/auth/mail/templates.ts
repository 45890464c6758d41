// The texts of the mails. Plain text: nothing to track, nothing to render, and a code that can be copied.
// Links come from ACCOUNT_URL and PUBLIC_URL alone: a Host header of a request could lead them elsewhere (GHSA-3529-5m8x-rpv3).
import type { MailTemplate } from './outbox.ts'

export interface MailText {
  readonly subject: string
  readonly text: string
}

export interface MailFacts {
  readonly code: string | null
  /** Goes behind the `#` of a link, which no browser sends and no server logs. */
  readonly linkToken: string | null
  readonly publicUrl: string
  /** Where the pages that links lead to are. */
  readonly accountUrl: string
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
    text: `Somebody, perhaps you, tried to register this address at ${publicUrl}. It has an account already: log in, or ask for a new password.\n\nIf this was not you, you need to do nothing.\n`,
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
  'new-device': (facts) => ({
    subject: `A new device signed in to your account at ${hostOf(facts.publicUrl)}`,
    text: `Your account at ${facts.publicUrl} was signed in to from a device that we had not seen before.\n\nTime: ${facts.data.time}\nDevice: ${facts.data.device ?? 'unknown'}\nNetwork address: ${facts.data.address ?? 'unknown'}\n\nIf this was you, you need to do nothing.\n\nThis was not me: ${linkTo('not-me', facts)}\nThat ends every session, makes the password useless and lets you choose a new one. The link works for 7 days.\n`,
  }),
  'email-code': ({ code, publicUrl }) => ({
    subject: `${code} adds this address at ${hostOf(publicUrl)}`,
    text: `Your code is ${code}. It adds this address to your account at ${publicUrl} and works for 10 minutes.\n\n${notYou}\n`,
  }),
  'address-taken': ({ publicUrl }) => ({
    subject: `Somebody tried to use your address at ${hostOf(publicUrl)}`,
    text: `Somebody, perhaps you, tried to add this address to another account at ${publicUrl}. It belongs to your account already, so nothing was changed.\n`,
  }),
  'email-added': (facts) => ({
    subject: `An address was added to your account at ${hostOf(facts.publicUrl)}`,
    text: `${facts.data.changed} was added to your account at ${facts.publicUrl}.\n\n${undoLink(facts)}`,
  }),
  'primary-email-changed': (facts) => ({
    subject: `The main address of your account at ${hostOf(facts.publicUrl)} was changed`,
    text: `Your account at ${facts.publicUrl} now has ${facts.data.changed} as its main address instead of this one.\n\n${undoLink(facts)}`,
  }),
  'primary-email-restored': ({ publicUrl, data }) => ({
    subject: `The main address of your account at ${hostOf(publicUrl)} was changed back`,
    text: `Your account at ${publicUrl} has ${data.changed} as its main address again, instead of this one.\n\nIf this was not you, ask for a new password at once: whoever reads the mail of an address of the account can.\n`,
  }),
  'email-removed': (facts) => ({
    subject: `An address was removed from your account at ${hostOf(facts.publicUrl)}`,
    text: `${facts.data.changed} no longer belongs to your account at ${facts.publicUrl}.\n\n${undoLink(facts)}`,
  }),
  'address-removed': ({ publicUrl }) => ({
    subject: `This address was removed from your account at ${hostOf(publicUrl)}`,
    text: `This address no longer belongs to your account at ${publicUrl}. The main address of the account was told how to undo it.\n`,
  }),
  'address-dropped': ({ publicUrl }) => ({
    subject: `This address was removed from your account at ${hostOf(publicUrl)}`,
    text: `The main address of your account at ${publicUrl} was proved for the first time, with a new password. This address came with it from elsewhere and no longer belongs to the account: if it is yours, add it again.\n`,
  }),
  'account-taken-back': ({ publicUrl, data }) => ({
    subject: `Your account at ${hostOf(publicUrl)} was taken back`,
    text: `The link "This was not me" in a mail to ${data.told} was used. Every session of your account at ${publicUrl} has ended, the password is useless, and addresses and API keys that were added meanwhile are gone.\n\nIf this was not you, ask for a new password at once: whoever reads the mail of an address of the account can.\n`,
  }),
  'password-reset': (facts) => ({
    subject: `${facts.code} is your code for a new password at ${hostOf(facts.publicUrl)}`,
    text: `Choose a new password at ${facts.publicUrl}: enter the code ${facts.code} where you asked for it (it works for 10 minutes), or open this link within an hour:\n\n${linkTo('reset-password', facts)}\n\nIf this was not you, you need to do nothing: your password stays as it is.\n`,
  }),
  'no-account': ({ publicUrl }) => ({
    subject: `You have no account at ${hostOf(publicUrl)}`,
    text: `Somebody, perhaps you, asked for a new password for this address at ${publicUrl}. There is no account with it: try another address, or register.\n\nIf this was not you, you need to do nothing.\n`,
  }),
  'password-changed': ({ publicUrl, data }) => ({
    subject: `Your password at ${hostOf(publicUrl)} was changed`,
    text: `The password of your account at ${publicUrl} was changed, and other devices were signed out.${keysNote(data.apiKeys)}\n\nIf this was not you, ask for a new password at once: only somebody who reads this mailbox can.\n`,
  }),
  invitation: (facts) => ({
    subject: `You are invited to ${hostOf(facts.publicUrl)}`,
    text: `An account was made for you at ${facts.publicUrl}. Choose a password within 7 days:\n\n${linkTo('accept-invitation', facts)}\n`,
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

function linkTo(page: string, { accountUrl, linkToken }: MailFacts): string {
  return `${accountUrl}/${page}#${linkToken}`
}

function undoLink(facts: MailFacts): string {
  return `This was not me: ${linkTo('undo-email-change', facts)}\nThat brings your addresses back as they were, ends every session and asks for a new password. The link works for 72 hours.\n`
}

function keysNote(count: unknown): string {
  if (typeof count !== 'number' || count === 0) return ''
  return ` ${count} API key${count === 1 ? '' : 's'} of yours still work: look at them.`
}

function hostOf(url: string): string {
  return new URL(url).host
}

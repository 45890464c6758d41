// The account's pages in English.
import type { AccountTexts } from './texts.ts'

export const en: AccountTexts = {
  pages: {
    'reset-password': {
      title: 'Choose a new password',
      intro: 'Every device will be signed out. Then log in with the new password.',
      button: 'Save the password',
    },
    'accept-invitation': {
      title: 'Choose a password',
      intro: 'It completes your account. Then log in with it.',
      button: 'Save the password',
    },
    'not-me': {
      title: 'This was not you?',
      intro:
        'One click ends every session and voids the password. Then you choose a new one, here and now.',
      button: 'This was not me',
    },
    'undo-email-change': {
      title: 'Undo a change of addresses',
      intro:
        'One click brings your addresses back as they were, ends every session and voids the password. Then you choose a new one, here and now.',
      button: 'Undo the change',
    },
    'new-password': {
      title: 'Choose a new password',
      intro: 'Done: every session has ended, and the old password no longer works.',
      button: 'Save the password',
    },
    'sign-in': {
      title: 'Sign in',
      intro: 'One click signs you in, in this browser.',
      button: 'Sign in here',
    },
  },
  linkLabel: 'Link from the mail',
  linkHint:
    'Copy the whole link, from the mail or from the address bar of this page, and paste it here.',
  passwordLabel: 'New password',
  passwordHint: '10 characters or more. A few words make a good one.',
  saved: (email) => `The password is saved. Log in as ${email}.`,
  signedIn: (email) => `You are signed in as ${email}.`,
  continueTo: (product) => `Continue to ${product}`,
  error: 'Error',
  problems: {
    linkMissing: 'This link is not complete. Copy all of it from the mail.',
    linkUsed:
      'This link was used, has expired, or a newer one was sent. Open the newest mail, or ask for a new one where you log in.',
    stepGone:
      'This step comes right after the link in a mail, and its time is over. Ask for a new password where you log in.',
    weakPassword: (message) => message,
    foreignOrigin: (publicUrl) =>
      `The form was not sent from a page at ${publicUrl}. Open the link in the mail again.`,
    formToken:
      'The page was open for too long, or your browser keeps no cookies for it. Press the button again.',
    insecure: 'This page does not work over an insecure connection. Open it with https.',
    network: 'This page cannot be used from your network.',
    furtherFactor:
      'This account asks for a second proof, which this page cannot take. Sign in where you asked for the link, with a new code.',
    rateLimited: (minutes) =>
      `Too many attempts. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
    unavailable: 'The service is busy or partly away. Nothing was changed: try again in a moment.',
  },
}

// Auth's pages in English.
import type { PageTexts } from './texts.ts'

export const en: PageTexts = {
  error: 'Error',
  email: 'E-mail address',
  password: 'Password',
  continueTo: (product) => `Continue to ${product}`,
  backToSignIn: 'Back to sign-in',
  signIn: {
    title: 'Sign in',
    toProduct: (product) => `Sign in to ${product}`,
    withPassword: 'Sign in',
    withEmail: 'E-mail me a code',
    nothingOffered: 'This page has no way to sign in. Use the application that you came from.',
    signedInAs: (email) => `You are signed in as ${email}.`,
    continue: 'Continue',
    asSomebodyElse: 'Sign in as somebody else',
  },
  verify: {
    title: 'Confirm that it is you',
    mailed: (sentTo) => `We have sent a code to ${sentTo}.`,
    mailedLink: (sentTo) =>
      `If ${sentTo} has an account, we have sent it a code. The e-mail contains a link too, which signs you in wherever you open it.`,
    mailedSignUp: (sentTo) =>
      `We have sent a code to ${sentTo}. Your account is ready once you enter it.`,
    authenticator: 'Open your authenticator app and enter the code that it shows.',
    recovery: 'Enter one of the recovery codes that you wrote down. Each of them works once.',
    other: 'Enter the code.',
    mailedCode: 'Code from the e-mail',
    authenticatorCode: 'Code from the app',
    recoveryCode: 'Recovery code',
    mailedCodeHint: '8 digits',
    authenticatorHint: '6 digits',
    recoveryHint: 'Upper and lower case and hyphens make no difference.',
    button: 'Continue',
    resend: 'Send a new code',
    resent: 'A new code is on its way. Earlier codes no longer work.',
    instead: {
      EMAIL_CODE: 'Use a code by e-mail',
      TOTP: 'Use the authenticator app',
      RECOVERY_CODE: 'Use a recovery code',
    },
    startAgain: 'Start again',
    over: 'This step has expired',
    overText: 'Signing in took too long, was completed already, or was begun in another browser.',
  },
  provider: {
    continueWith: (provider) => `Continue with ${provider}`,
    refused: (provider) => `${provider} did not sign you in.`,
    away: (provider) =>
      `${provider} does not answer at present. Try again soon, or sign in another way.`,
    noEmail: (provider) =>
      `${provider} does not tell your e-mail address. Sign in another way; you can link ${provider} to your account afterwards.`,
    failed: (provider) => `The sign-in with ${provider} did not work. Start again.`,
  },
  continueSession: {
    title: 'Still there?',
    intro: 'You have not been here for a while. Continue to stay signed in.',
    button: 'Continue',
    ended: 'Your session has ended. Sign in again.',
  },
  problems: {
    invalidCredentials: 'The e-mail address or the password is wrong.',
    wrongCode: (attempts) =>
      `This code is wrong. You can try ${attempts === 1 ? 'once more' : `${attempts} more times`}.`,
    usedUp: 'The code was used, has expired, or was entered wrongly too often.',
    rateLimited: (seconds) =>
      `Too many attempts. Try again in ${seconds < 90 ? plural(seconds, 'second') : plural(Math.ceil(seconds / 60), 'minute')}.`,
    weakPassword:
      'Choose a stronger password: 10 to 128 characters, not made from your name, your e-mail address or the name of the service, and not one that attackers try first.',
    badEmail: 'Enter an e-mail address, such as name@example.com.',
    badInput: 'This cannot be used as it is. Check what you entered.',
    insecure: 'This page does not work over an insecure connection. Open it with https.',
    network: 'This page cannot be used from your network.',
    notOffered: 'This way of signing in is not available here.',
    changedMeanwhile: 'Something has changed in the meantime. Open the page again.',
    unavailable: 'The service is busy or partly unavailable. Nothing was changed. Try again soon.',
    badLink: 'This link does not work',
    badLinkText:
      'It leads to an address that is not known here. Go back to the application that you came from, and try again there.',
  },
}

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}

// Auth's pages in English.
import { durationOf } from '../../../../platform/pages/duration.ts'
import type { PageTexts } from './texts.ts'

export const en: PageTexts = {
  error: 'Error',
  email: 'E-mail address',
  password: 'Password',
  newPassword: 'New password',
  passwordHint: '10 characters or more. A few words are a good choice.',
  savePassword: 'Save the password',
  cancel: 'Cancel',
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
    passkey: 'Your device asks for your finger, your face or its PIN.',
    authenticator: 'Open your authenticator app and enter the code that it shows.',
    recovery: 'Enter one of the recovery codes that you wrote down. Each of them works once.',
    other: 'Enter the code.',
    otherCode: 'Code',
    otherInstead: 'Use another way',
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
      PASSWORD: 'Use the password',
      EMAIL_CODE: 'Use a code by e-mail',
      TOTP: 'Use the authenticator app',
      RECOVERY_CODE: 'Use a recovery code',
      PASSKEY: 'Use a passkey',
    },
    remember: (days) => `Remember this device for ${days === 1 ? 'a day' : `${days} days`}`,
    rememberHint: 'Signing in here then needs no second step. Only for a device of your own.',
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
    taken: (provider) => `This account of ${provider} is linked to somebody else here.`,
    tooMany: 'You have linked as many accounts as you can. Remove one before you link another.',
  },
  link: 'Link from the mail',
  linkHint:
    'Copy the whole link, from the mail or from the address bar of this page, and paste it here.',
  mailedLinks: {
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
  passkey: {
    use: 'Use a passkey',
    failed: 'The passkey did not sign you in. Start again, or sign in another way.',
    needsScript: 'Passkeys need JavaScript. Sign in another way, or switch it on for this page.',
    notAdded: 'The passkey was not added. Try again, or add something else.',
    taken: 'This passkey belongs to an account already. Create another one.',
    tooMany: 'You have as many passkeys as you can. Remove one before you add another.',
    add: 'Add a passkey',
    intro:
      'A passkey is kept by this device or your password manager, and unlocked with your finger, your face or a PIN.',
    signsIn: 'It signs you in without a password.',
    begin: 'Create a passkey',
    offer: 'Sign in without a password next time',
    later: 'Not now',
  },
  enrol: {
    title: 'Add a second step',
    intro: 'This account needs something more than a password from now on. You add it once.',
    other: 'Add something else',
  },
  signUp: {
    title: (product) => `Create an account for ${product}`,
    fullName: 'Name (optional)',
    button: 'Create an account',
    present: 'I have an account',
    closed: 'Accounts cannot be created here. If you were invited, use the link in the e-mail.',
  },
  forgotPassword: {
    title: 'Forgotten password',
    intro: 'We will send you a code and a link for a new password.',
    button: 'Send them',
    newTitle: 'Choose a new password',
    mailed: (sentTo) =>
      `We have sent a code to ${sentTo}. All devices will be signed out once the new password is saved.`,
    again: 'Send another code',
    saved: (email) => `The password is saved. Sign in as ${email}.`,
  },
  signOut: {
    title: 'Sign out',
    intro: 'You will be signed out in this browser.',
    done: 'You are signed out.',
  },
  confirm: {
    intro: 'What you are about to do concerns the security of your account.',
  },
  account: {
    title: 'Your account',
    waysIn: 'Signing in',
    changePassword: 'Change the password',
    passwordIntro: 'Other devices will be signed out.',
    currentPassword: 'Present password',
    withoutPassword: 'I do not know the present password',
    kinds: { TOTP: 'Authenticator app', PASSKEY: 'Passkey' },
    addedOn: (date) => `Added ${date}`,
    remove: 'Remove',
    addApp: 'Add an authenticator app',
    link: 'Link an account of another service',
    linkIntro: 'It signs you in from then on, without a password.',
    recoveryCodes: 'Recovery codes',
    codesLeft: (count) => (count === 1 ? 'One is left.' : `${count} are left.`),
    newCodes: 'Create new recovery codes',
    emails: 'E-mail addresses',
    primary: 'You sign in with this one.',
    makePrimary: 'Sign in with this one',
    addEmail: 'Add an e-mail address',
    emailIntro: 'We will send a code there.',
    tooManyEmails:
      'You have as many e-mail addresses as you can. Remove one before you add another.',
    apps: 'Apps that may use your account',
    endGrant: 'Take it back',
    sessions: 'Where you are signed in',
    thisOne: 'this browser',
    unknownDevice: 'Unknown device',
    lastUsed: (date) => `last used ${date}`,
    endSession: 'Sign out there',
    endOthers: 'Sign out everywhere else',
    done: {
      'remove-factor': 'It is removed.',
      unlink: 'It no longer signs you in.',
      link: 'It is linked, and signs you in from now on.',
      'revoke-grant': 'The app may no longer use your account.',
      'set-primary': 'From now on you sign in with this e-mail address.',
      'remove-email': 'The e-mail address is removed.',
      'end-session': 'That device is signed out.',
      'end-others': 'All other devices are signed out.',
      password: 'The password is changed, and other devices are signed out.',
      email: 'The e-mail address is added.',
      passkey: 'The passkey is added. Create recovery codes in case you lose it.',
      app: 'The authenticator app is added. Create recovery codes in case you lose it.',
    },
  },
  scopes: {
    here: 'It can:',
    at: (place) => `At ${place} it can:`,
    offline: 'It keeps this access when you sign out, until you take it back.',
    words: {
      openid: 'know who you are here, by a number',
      profile: 'see your name',
      email: 'see your e-mail address',
      graph: 'read what you may read',
      'graph:write': 'change what you may change',
    },
  },
  app: {
    intro:
      'An authenticator app on your phone shows a new code every 30 seconds. You will be asked for it when you sign in.',
    begin: 'Show the picture to scan',
    scan: 'Scan this picture with the app, then enter the code that it shows.',
    qr: 'QR code for the authenticator app',
    tooMany: 'You have as many authenticator apps as you can. Remove one before you add another.',
    onThisDevice: 'The app is on this device',
    orType: 'Or type this into the app:',
  },
  recoveryCodes: {
    intro:
      'A recovery code takes the place of a device that you have lost. You get ten, and each of them works once. Earlier ones stop working.',
    button: 'Create ten codes',
    shownOnce: 'Write these codes down, or print this page. They are shown only now.',
    kept: 'I have kept them',
  },
  continueSession: {
    title: 'Still there?',
    intro: 'You have not been here for a while. Continue to stay signed in.',
    button: 'Continue',
    ended: 'Your session has ended. Sign in again.',
  },
  captcha: {
    label: 'Show that you are not a program',
    needsScript:
      'This needs JavaScript. Switch it on for this page, or wait: then it is not asked for.',
  },
  problems: {
    invalidCredentials: 'The e-mail address or the password is wrong.',
    wrongPassword: 'The password is wrong.',
    registration: {
      INVITATION_REQUIRED: 'You need an invitation to create an account here.',
      REGISTRATION_CLOSED: 'Accounts cannot be created here at present.',
      DOMAIN_NOT_ALLOWED: 'Accounts cannot be created here with an e-mail address of this domain.',
    },
    wrongCodeHere: 'This code is wrong, or was used already.',
    wrongCode: (attempts) =>
      `This code is wrong. You can try ${attempts === 1 ? 'once more' : `${attempts} more times`}.`,
    usedUp: 'The code was used, has expired, or was entered wrongly too often.',
    rateLimited: (seconds) => `Too many attempts. Try again in ${durationOf('en', seconds)}.`,
    captchaRequired: (seconds) =>
      `There were many attempts here, by you or by a program. Show in the form that you are not one, or try again in ${durationOf('en', seconds)}.`,
    lastWayIn:
      'Nothing else would sign you in. Add another way to sign in before you remove this one.',
    lastFactor:
      'This account has to have a second step. Add another one before you remove this one.',
    factorRequired:
      'This account needs a second step, and an e-mail alone is not enough to add one. Start again, and sign in with your password.',
    factorRequiredLater: (seconds) =>
      `This account needs a second step, and none can be added on the day after a password was reset. You can sign in again in ${durationOf('en', seconds)}.`,
    weakPassword:
      'Choose a stronger password: 10 to 128 characters, not made from your name, your e-mail address or the name of the service, and not one that attackers try first.',
    linkMissing: 'This link is not complete. Copy all of it from the mail.',
    linkUsed:
      'This link was used, has expired, or a newer one was sent. Open the newest mail, or ask for a new one where you log in.',
    stepGone:
      'This step comes right after the link in a mail, and its time is over. Ask for a new password where you log in.',
    badEmail: 'Enter an e-mail address, such as name@example.com.',
    badInput: 'This cannot be used as it is. Check what you entered.',
    insecure: 'This page does not work over an insecure connection. Open it with https.',
    network: 'This page cannot be used from your network.',
    notOffered: 'This way of signing in is not available here.',
    signInBlocked:
      'This sign-in is unusual, and was stopped. We have told you by e-mail. Use a device that you have signed in on before.',
    changedMeanwhile: 'Something has changed in the meantime. Open the page again.',
    unavailable: 'The service is busy or partly unavailable. Nothing was changed. Try again soon.',
    badLink: 'This link does not work',
    badLinkText:
      'It leads to an address that is not known here. Go back to the application that you came from, and try again there.',
  },
}

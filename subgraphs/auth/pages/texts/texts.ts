// What auth's pages say, by language.
import type { Language } from '../../../../platform/language.ts'
import { de } from './de.ts'
import { en } from './en.ts'

export interface PageTexts {
  readonly error: string
  readonly email: string
  readonly password: string
  readonly newPassword: string
  readonly passwordHint: string
  readonly savePassword: string
  readonly cancel: string
  readonly continueTo: (product: string) => string
  readonly backToSignIn: string
  readonly signIn: {
    readonly title: string
    readonly toProduct: (product: string) => string
    readonly withPassword: string
    readonly withEmail: string
    readonly nothingOffered: string
    readonly signedInAs: (email: string) => string
    readonly continue: string
    readonly asSomebodyElse: string
  }
  readonly verify: {
    readonly title: string
    readonly mailed: (sentTo: string) => string
    readonly mailedLink: (sentTo: string) => string
    readonly mailedSignUp: (sentTo: string) => string
    readonly passkey: string
    readonly authenticator: string
    readonly recovery: string
    readonly other: string
    readonly otherCode: string
    readonly otherInstead: string
    readonly mailedCode: string
    readonly authenticatorCode: string
    readonly recoveryCode: string
    readonly mailedCodeHint: string
    readonly authenticatorHint: string
    readonly recoveryHint: string
    readonly button: string
    readonly resend: string
    readonly resent: string
    readonly instead: Readonly<Record<string, string>>
    readonly remember: (days: number) => string
    readonly rememberHint: string
    readonly startAgain: string
    readonly over: string
    readonly overText: string
  }
  readonly provider: {
    readonly continueWith: (provider: string) => string
    readonly refused: (provider: string) => string
    readonly away: (provider: string) => string
    readonly noEmail: (provider: string) => string
    readonly failed: (provider: string) => string
    readonly taken: (provider: string) => string
    readonly tooMany: string
  }
  readonly link: string
  readonly linkHint: string
  readonly mailedLinks: Readonly<
    Record<
      | 'reset-password'
      | 'accept-invitation'
      | 'not-me'
      | 'undo-email-change'
      | 'new-password'
      | 'sign-in',
      { readonly title: string; readonly intro: string; readonly button: string }
    >
  >
  readonly passkey: {
    readonly use: string
    readonly failed: string
    readonly needsScript: string
    readonly notAdded: string
    readonly taken: string
    readonly tooMany: string
    readonly add: string
    readonly intro: string
    readonly signsIn: string
    readonly begin: string
    readonly offer: string
    readonly later: string
  }
  readonly enrol: {
    readonly title: string
    readonly intro: string
    readonly other: string
  }
  readonly signUp: {
    readonly title: (product: string) => string
    readonly fullName: string
    readonly button: string
    readonly present: string
    readonly closed: string
  }
  readonly forgotPassword: {
    readonly title: string
    readonly intro: string
    readonly button: string
    readonly newTitle: string
    readonly mailed: (sentTo: string) => string
    readonly again: string
    readonly saved: (email: string) => string
  }
  readonly signOut: {
    readonly title: string
    readonly intro: string
    readonly done: string
  }
  readonly confirm: {
    readonly intro: string
  }
  readonly account: {
    readonly title: string
    readonly waysIn: string
    readonly changePassword: string
    readonly passwordIntro: string
    readonly currentPassword: string
    readonly withoutPassword: string
    readonly kinds: Readonly<Record<string, string>> & {
      readonly TOTP: string
      readonly PASSKEY: string
    }
    readonly addedOn: (date: string) => string
    readonly remove: string
    readonly addApp: string
    readonly link: string
    readonly linkIntro: string
    readonly recoveryCodes: string
    readonly codesLeft: (count: number) => string
    readonly newCodes: string
    readonly emails: string
    readonly primary: string
    readonly makePrimary: string
    readonly addEmail: string
    readonly emailIntro: string
    readonly tooManyEmails: string
    readonly apps: string
    readonly endGrant: string
    readonly sessions: string
    readonly thisOne: string
    readonly unknownDevice: string
    readonly lastUsed: (date: string) => string
    readonly endSession: string
    readonly endOthers: string
    readonly done: Readonly<Record<string, string>>
  }
  readonly scopes: {
    readonly here: string
    readonly at: (place: string) => string
    readonly offline: string
    /** By name; anything else is shown as it is called. */
    readonly words: Readonly<Record<string, string>>
  }
  readonly app: {
    readonly intro: string
    readonly begin: string
    readonly scan: string
    readonly qr: string
    readonly tooMany: string
    readonly onThisDevice: string
    readonly orType: string
  }
  readonly recoveryCodes: {
    readonly intro: string
    readonly button: string
    readonly shownOnce: string
    readonly kept: string
  }
  readonly continueSession: {
    readonly title: string
    readonly intro: string
    readonly button: string
    readonly ended: string
  }
  readonly captcha: {
    readonly label: string
    readonly needsScript: string
  }
  readonly problems: {
    readonly invalidCredentials: string
    readonly wrongPassword: string
    readonly registration: Readonly<Record<string, string>>
    /** Where attempts are counted for the person, and not for this step. */
    readonly wrongCodeHere: string
    readonly wrongCode: (attempts: number) => string
    readonly usedUp: string
    readonly rateLimited: (seconds: number) => string
    /** A captcha, which stands in the form, spares the wait. */
    readonly captchaRequired: (seconds: number) => string
    readonly lastWayIn: string
    readonly lastFactor: string
    readonly factorRequired: string
    readonly factorRequiredLater: (seconds: number) => string
    readonly weakPassword: string
    readonly linkMissing: string
    readonly linkUsed: string
    readonly stepGone: string
    readonly badEmail: string
    readonly badInput: string
    readonly insecure: string
    readonly network: string
    readonly notOffered: string
    readonly signInBlocked: string
    readonly changedMeanwhile: string
    readonly unavailable: string
    readonly badLink: string
    readonly badLinkText: string
  }
}

export const pageTexts: Readonly<Record<Language, PageTexts>> = { en, de }

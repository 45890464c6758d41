// What auth's pages say, by language.
import type { Language } from '../../../../platform/language.ts'
import { de } from './de.ts'
import { en } from './en.ts'

export interface PageTexts {
  readonly error: string
  readonly email: string
  readonly password: string
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
    readonly authenticator: string
    readonly recovery: string
    readonly other: string
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
  }
  readonly continueSession: {
    readonly title: string
    readonly intro: string
    readonly button: string
    readonly ended: string
  }
  readonly problems: {
    readonly invalidCredentials: string
    readonly wrongCode: (attempts: number) => string
    readonly usedUp: string
    readonly rateLimited: (seconds: number) => string
    readonly weakPassword: string
    readonly badEmail: string
    readonly badInput: string
    readonly insecure: string
    readonly network: string
    readonly notOffered: string
    readonly changedMeanwhile: string
    readonly unavailable: string
    readonly badLink: string
    readonly badLinkText: string
  }
}

export const pageTexts: Readonly<Record<Language, PageTexts>> = { en, de }

// What the pages of the account say, in every language that they speak.
import { de } from './de.ts'
import { en } from './en.ts'

export type PageName =
  | 'reset-password'
  | 'accept-invitation'
  | 'not-me'
  | 'undo-email-change'
  | 'new-password'
  | 'sign-in'

export interface AccountTexts {
  readonly pages: Readonly<
    Record<PageName, { readonly title: string; readonly intro: string; readonly button: string }>
  >
  readonly linkLabel: string
  readonly linkHint: string
  readonly passwordLabel: string
  readonly passwordHint: string
  saved(email: string): string
  signedIn(email: string): string
  continueTo(product: string): string
  /** Before the title, for anyone who hears the page. */
  readonly error: string
  readonly problems: {
    readonly linkMissing: string
    readonly linkUsed: string
    readonly stepGone: string
    /** @param message auth's own, in English */
    weakPassword(message: string): string
    foreignOrigin(publicUrl: string): string
    readonly formToken: string
    readonly insecure: string
    readonly network: string
    readonly furtherFactor: string
    rateLimited(minutes: number): string
    readonly unavailable: string
  }
}

export const languages = { en, de } satisfies Record<string, AccountTexts>

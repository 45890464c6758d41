// What the pages of the OAuth provider say, by language.
import type { Language } from '../../../../platform/language.ts'
import { de } from './de.ts'
import { en } from './en.ts'

export interface ProviderTexts {
  readonly consent: {
    readonly title: (app: string) => string
    readonly intro: (app: string, product: string) => string
    readonly redirect: (host: string) => string
    readonly resources: (where: string) => string
    readonly allow: string
    readonly deny: string
    readonly over: string
    readonly overText: string
  }
  readonly device: {
    readonly title: string
    readonly intro: string
    readonly code: string
    readonly codeHint: string
    readonly next: string
    readonly confirm: (app: string) => string
    readonly confirmIntro: string
    readonly from: (address: string, agent: string) => string
    readonly allow: string
    readonly deny: string
    readonly wrong: string
    readonly done: string
    readonly doneText: (app: string) => string
    readonly denied: string
    readonly deniedText: string
    readonly nothingText: string
  }
  readonly logout: {
    readonly title: (product: string) => string
    readonly intro: string
    readonly yes: string
    readonly done: string
    readonly doneText: string
  }
  readonly problem: {
    readonly title: string
    readonly text: string
    readonly code: (code: string) => string
  }
}

export const providerTexts: Readonly<Record<Language, ProviderTexts>> = { en, de }

// What a person is told where the gateway refuses a page, by language.
import type { Language } from '../../../platform/language.ts'
import { de } from './de.ts'
import { en } from './en.ts'

export interface RefusalTexts {
  readonly error: string
  readonly openAgain: string
  readonly continueTo: (product: string) => string
  readonly notFound: readonly [title: string, text: string]
  readonly formOutOfDate: readonly [title: string, text: string]
  readonly rateLimited: (seconds: number) => readonly [title: string, text: string]
  readonly network: readonly [title: string, text: string]
  readonly insecure: readonly [title: string, text: string]
  readonly unavailable: readonly [title: string, text: string]
  readonly other: readonly [title: string, text: string]
}

export const refusalTexts: Readonly<Record<Language, RefusalTexts>> = { en, de }

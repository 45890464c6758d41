// Which passwords are accepted (NIST 800-63B-4 3.1.1.2): length and a blocklist, no composition rules.
import { z } from 'zod'
import { AuthError } from '../../core/errors.ts'
import { text } from '../../core/input.ts'
import { isGuessable } from './guessable.ts'

const MIN_CHARACTERS = 10
const MAX_CHARACTERS = 128
const MAX_BYTES = 1024
/** Shorter words are parts of anything. */
const MIN_CONTEXT_CHARACTERS = 3

/** One to be compared with what is stored. */
export const presentedPassword = z
  .string()
  .refine(isStoredLength, `A password has at most ${MAX_BYTES} bytes.`)

/** One to be set. How strong it is, `requireStrongPassword` says. */
export const chosenPassword = text(2048, `Use at most ${MAX_CHARACTERS} characters.`)

export interface PasswordContext {
  /** PRODUCT_NAME: people name a password after what it is for. */
  readonly productName: string
  /** What makes it guessable for this person: address, names. */
  readonly person: readonly (string | null | undefined)[]
  /** Where it stands in the input. Default: `input.password`. */
  readonly path?: string
}

/** @throws AuthError WEAK_PASSWORD that says which rule it breaks */
export function requireStrongPassword(
  password: string,
  { productName, person, path = 'input.password' }: PasswordContext,
): void {
  const weakness = weaknessOf(password.normalize('NFC'), [productName, ...person])
  if (weakness === null) return
  throw new AuthError('WEAK_PASSWORD', {
    message: weakness,
    fields: [{ path, message: weakness }],
  })
}

function weaknessOf(
  password: string,
  context: readonly (string | null | undefined)[],
): string | null {
  const characters = [...password].length
  if (characters < MIN_CHARACTERS) return `Use at least ${MIN_CHARACTERS} characters.`
  if (characters > MAX_CHARACTERS || !isStoredLength(password)) {
    return `Use at most ${MAX_CHARACTERS} characters.`
  }
  if (isGuessable(password, [])) {
    return 'This password is among the first that attackers try: use several words that do not belong together.'
  }
  const own = ['sallyport', ...contextWords(context)]
  const rest = restOf(password.toLowerCase(), own)
  if (isGuessable(password, own) || rest.length < MIN_CHARACTERS / 2) {
    return 'Do not build the password from your name, your address or the name of the service.'
  }
  return null
}

function isStoredLength(password: string): boolean {
  return Buffer.byteLength(password) <= MAX_BYTES
}

function contextWords(context: readonly (string | null | undefined)[]): string[] {
  return context
    .map((text) => (text ?? '').toLowerCase().split(/[^\p{L}\p{N}]+/u))
    .flatMap((words) => [...words, words.join('')])
    .filter((word) => word.length >= MIN_CONTEXT_CHARACTERS)
}

function restOf(password: string, words: readonly string[]): string {
  return words.reduce((rest, word) => rest.replaceAll(word, ''), password)
}

// Which passwords are accepted (NIST 800-63B-4 3.1.1.2): length and a blocklist, no composition rules.
import { dictionary } from '@zxcvbn-ts/language-common'
import { AuthError } from '../errors.ts'

const MIN_CHARACTERS = 10
const MAX_CHARACTERS = 128
const MAX_BYTES = 1024

let blocklist: ReadonlySet<string> | null = null

function isListed(password: string): boolean {
  blocklist ??= new Set(
    (dictionary['passwords-common'] as readonly string[]).filter(
      (word) => word.length >= MIN_CHARACTERS,
    ),
  )
  return blocklist.has(password)
}

/**
 * @param context words that make a password guessable for this person: address, name
 * @throws AuthError WEAK_PASSWORD that says which rule it breaks
 */
export function requireStrongPassword(
  password: string,
  context: readonly (string | null | undefined)[],
  path = 'input.password',
): void {
  const weakness = weaknessOf(password.normalize('NFC'), context)
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
  if (characters > MAX_CHARACTERS || Buffer.byteLength(password) > MAX_BYTES) {
    return `Use at most ${MAX_CHARACTERS} characters.`
  }
  const lower = password.toLowerCase()
  if (isListed(lower) || isRepetition(lower))
    return 'This password is among the first that attackers try.'
  if (restOf(lower, ['sallyport', ...contextWords(context)]).length < MIN_CHARACTERS / 2) {
    return 'Do not build the password from your name, your address or the name of the service.'
  }
  return null
}

/** The same one to four characters over and over: "aaaaaaaaaa", "1212121212". */
function isRepetition(password: string): boolean {
  for (let length = 1; length <= 4; length += 1) {
    const unit = password.slice(0, length)
    if (unit.repeat(Math.ceil(password.length / length)).startsWith(password)) return true
  }
  return '01234567890123456789abcdefghijklmnopqrstuvwxyz'.includes(password)
}

function contextWords(context: readonly (string | null | undefined)[]): string[] {
  return context
    .flatMap((word) => (word ?? '').toLowerCase().split(/[^\p{L}\p{N}]+/u))
    .filter((word) => word.length >= 4)
}

function restOf(password: string, words: readonly string[]): string {
  return words.reduce((rest, word) => rest.replaceAll(word, ''), password)
}

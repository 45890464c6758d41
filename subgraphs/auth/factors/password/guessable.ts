// Whether a password is a word that attackers try first, in one of the ways in which they vary it: digits, years and signs
// around it, letters written as signs, repetition. Anything else is left alone, long phrases above all.
import { dictionary } from '@zxcvbn-ts/language-common'

/** Shorter ones are parts of anything. */
const SHORTEST_WORD = 4
/** More than guessing programs add to each word, unless it is a row or a repetition. */
const MAX_PADDING = 10
const ROWS = ['01234567890123456789', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiopasdfghjklzxcvbnm']

let words: ReadonlySet<string> | null = null

/** @param own words that stand for this person or service, in lower case */
export function isGuessable(password: string, own: readonly string[]): boolean {
  const text = password.normalize('NFKC').toLowerCase()
  const unit = repeatedUnit(text)
  if (unit !== text) return unit.length < 2 * SHORTEST_WORD || isGuessable(unit, own)
  if (isRow(text)) return true
  return spellings(text).some((spelling) => {
    return isPaddedWord(spelling, text) || isPaddedNames(spelling, text, own)
  })
}

/** "abcabcab" is "abc", however often; a text that repeats nothing is itself. */
function repeatedUnit(text: string): string {
  for (let length = 1; length <= text.length / 2; length += 1) {
    const unit = text.slice(0, length)
    if (unit.repeat(Math.ceil(text.length / length)).startsWith(text)) return unit
  }
  return text
}

function isRow(text: string): boolean {
  const backwards = [...text].reverse().join('')
  return ROWS.some((row) => row.includes(text) || row.includes(backwards))
}

const SIGNS: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  8: 'b',
  9: 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
  '+': 't',
}

/** As it stands, and with signs read as the letters that they look like: 1 is an i, or an l. Each as long as the text. */
function spellings(text: string): string[] {
  const read = (one: string) =>
    text.replace(/[01345789@$!+]/g, (sign) => (sign === '1' ? one : (SIGNS[sign] ?? sign)))
  return [text, read('i'), read('l')]
}

/** The word is looked for where the letters of the text are: digits and signs around them are padding, or belong to it. */
function isPaddedWord(spelling: string, text: string): boolean {
  const letters = [...text.matchAll(/\p{L}/gu)]
  const first = letters[0]?.index ?? text.length
  const last = (letters.at(-1)?.index ?? text.length) + 1
  for (const start of new Set([0, first])) {
    for (let end = last; end <= Math.min(text.length, last + 4); end += 1) {
      const isWord = isListed(spelling.slice(start, end))
      if (isWord && isPadding(text.slice(0, start)) && isPadding(text.slice(end))) return true
    }
  }
  return false
}

/** Nothing but the person's own words, and padding. */
function isPaddedNames(spelling: string, text: string, own: readonly string[]): boolean {
  let rest = text
  for (const word of own) {
    for (let at = spelling.indexOf(word); at !== -1; at = spelling.indexOf(word, at + 1)) {
      rest = rest.slice(0, at) + ' '.repeat(word.length) + rest.slice(at + word.length)
    }
  }
  return rest !== text && !/\p{L}/u.test(rest) && isPadding(rest.replaceAll(' ', ''))
}

function isPadding(text: string): boolean {
  return text.length <= MAX_PADDING || isRow(text) || repeatedUnit(text).length <= MAX_PADDING
}

function isListed(word: string): boolean {
  words ??= new Set(
    (dictionary['passwords-common'] as readonly string[]).filter(
      ({ length }) => length >= SHORTEST_WORD,
    ),
  )
  return words.has(word) || words.has(repeatedUnit(word))
}

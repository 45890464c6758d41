// Numbers that JavaScript would round, kept to the digit: 64-bit integers and long decimals of custom scalars.
//
// JSON.parse makes 9007199254740992 of 9007199254740993. Where a text has so long a number, each becomes a string with a mark
// before its digits; anyone who writes JSON takes the mark off again.
//
//   {"total":9007199254740993}  →  { total: '\0…9007199254740993' }  →  {"total":9007199254740993}
//
// The mark is random and never leaves the process, so nobody can send a string that would be taken for a number. What follows a
// mark is written without quotes, and so counts as long as it is a number alone: even a mark that got out lets nobody write more.
import { randomBytes } from 'node:crypto'

const MARK = `\u0000${randomBytes(16).toString('hex')}:`
const MARKED_JSON = /"\\u0000[0-9a-f]{32}:(-?\d[\d.eE+-]*)"/g
const DIGITS_ALONE = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** 2^53 has so many. */
const DIGITS = 16

const TOKEN = /"(?:[^"\\]|\\[\s\S])*"?|-?\d[\d.eE+-]{15,}/g

/** Whether a text has digits enough for one. Says nothing about what they are. */
export function mayHaveLongNumber(text: string): boolean {
  // A row of so many has one at a multiple of them: a sixteenth of the text is looked at.
  for (let index = DIGITS - 1; index < text.length; index += DIGITS) {
    if (isOfNumber(text.charCodeAt(index)) && isInLongRow(text, index)) return true
  }
  return false
}

function isInLongRow(text: string, index: number): boolean {
  let start = index
  while (isOfNumber(text.charCodeAt(start - 1))) start -= 1
  for (let end = index + 1; end < start + DIGITS; end += 1) {
    if (!isOfNumber(text.charCodeAt(end))) return false
  }
  return true
}

/** A digit or a point. */
function isOfNumber(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2e
}

/** A JSON text in which numbers that would lose digits are marked strings. Costs a search in a text without. */
export function markLongNumbers(json: string): string {
  if (!mayHaveLongNumber(json)) return json
  return json.replace(TOKEN, (token) => (isRounded(token) ? JSON.stringify(MARK + token) : token))
}

/** The digits of a marked value; null for any other. */
export function longNumberOf(value: unknown): string | null {
  if (typeof value !== 'string' || !value.startsWith(MARK)) return null
  const digits = value.slice(MARK.length)
  return DIGITS_ALONE.test(digits) ? digits : null
}

/** A value as JavaScript can count with it, however long its digits are; null for what is not a number. */
export function countOf(value: unknown): number | null {
  const number = typeof value === 'number' ? value : Number(longNumberOf(value) ?? Number.NaN)
  return Number.isNaN(number) ? null : number
}

/** The value that stands for a number of so many digits. */
export function keepDigits(digits: string): unknown {
  return isRounded(digits) ? MARK + digits : Number(digits)
}

/** JSON text in which marked strings, at whatever depth, are numbers again. */
export function unmarkLongNumbers(json: string): string {
  const mark = MARK.slice(1)
  if (!json.includes(mark)) return json
  return json.replace(MARKED_JSON, (text, digits: string) => (text.includes(mark) ? digits : text))
}

function isRounded(token: string): boolean {
  // What is not a number is left for the parser to refuse.
  if (!DIGITS_ALONE.test(token) || !Number.isFinite(Number(token))) return false
  return canonical(String(Number(token))) !== canonical(token)
}

/** Significant digits and the power of ten: equal for two spellings of one number. */
function canonical(number: string): string {
  const [mantissa = '', exponent = '0'] = number.toLowerCase().replace('-', '').split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const power = Number(exponent) - fraction.length
  let end = digits.length
  while (end > 0 && digits[end - 1] === '0') end -= 1
  return `${digits.slice(0, end)}e${power + digits.length - end}`
}

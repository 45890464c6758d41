// Writers of JSON text: objects of one shape, lists, and what stands at several places of the data.
import { type Data, ownValue } from './data.ts'
import type { Run } from './run.ts'

/** The text of a value; null when its parent has to go. */
export type Write = (value: unknown, run: Run) => string | null

export const NULL = 'null'

/** What is sent once may stand at thousands of places: bounds of subgraphs' answers are none for ours. */
const MAX_CHARACTERS = 32 * 1024 * 1024

class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge'
  readonly extensions: Readonly<Record<string, unknown>>

  constructor(value: number) {
    super('The answer would be larger than 32 MB. Ask for less at a time.')
    const exceeded = { limit: 'answerCharacters', value, maximum: MAX_CHARACTERS }
    this.extensions = { code: 'OPERATION_TOO_COMPLEX', ...exceeded }
  }
}

/** What is written of objects of one type. */
export type Shape = readonly ShapeField[]

export interface ShapeField {
  readonly name: string
  /** Bracket or comma, and the key. */
  readonly prefix: string
  readonly isInherited: boolean
  readonly isTypename: boolean
  readonly write: Write
}

export function writeShape(shape: Shape, data: Data, run: Run): string {
  let text = ''
  for (const field of shape) {
    let value = field.isInherited ? ownValue(data, field.name) : data[field.name]
    if (field.isTypename) value ??= data.__typename
    const written = field.write(value, run)
    if (written === null) return NULL
    text += field.prefix + written
  }
  if (text.length > MAX_CHARACTERS) throw new AnswerTooLarge(text.length)
  return text === '' ? '{}' : `${text}}`
}

export function compileList(writeItem: Write): Write {
  return once((value, run) => {
    if (value === null) return NULL
    if (!Array.isArray(value)) return run.fault()
    let text = '['
    let isWhole = true
    for (let index = 0; index < value.length; index += 1) {
      const item = writeItem(value[index], run)
      if (item === null) isWhole = false
      else text += index === 0 ? item : `,${item}`
      if (text.length > MAX_CHARACTERS) throw new AnswerTooLarge(text.length)
    }
    return isWhole ? `${text}]` : NULL
  })
}

/** What stands at several places of the data is written once. */
export function once(write: Write): Write {
  return function writeOnce(value, run) {
    const shared = run.shared?.get(value as object)
    if (shared === undefined) return write(value, run)
    if (shared.writer !== writeOnce) {
      shared.text = inOnePiece(write(value, run))
      shared.writer = writeOnce
    }
    return shared.text
  }
}

// V8 keeps a sum of texts as a tree, and would walk this part of it at each place where it stands. Reading a character puts it
// in one piece; one that nobody asks for would not be read. No JSON begins with NUL.
function inOnePiece(text: string | null): string | null {
  return text !== null && text.charCodeAt(0) !== 0 ? text : null
}

// The fenced blocks of the pages, and who runs each: an example that nobody runs is an example that goes wrong.
import { readFileSync } from 'node:fs'

export interface Example {
  readonly page: string
  readonly line: number
  /** The last heading above it. */
  readonly section: string
  /** The info string: `ts`, or `json illustration: why`. */
  readonly language: string
  /** What the info string says behind the language. */
  readonly note: string
  readonly code: string
}

/** Every fenced block of a page, in order. */
export function examplesOf(page: string): readonly Example[] {
  const examples: Example[] = []
  let section = ''
  let open: { line: number; info: string; code: string[] } | null = null
  for (const [index, text] of readFileSync(page, 'utf8').split('\n').entries()) {
    if (open === null) {
      section = /^#+ (.*)$/.exec(text)?.[1] ?? section
      const [, info] = /^```(.*)$/.exec(text) ?? []
      if (info !== undefined) open = { line: index + 1, info, code: [] }
    } else if (text === '```') {
      const [, language = '', note = ''] = /^(\S*) ?(.*)$/.exec(open.info) ?? []
      examples.push({
        page,
        line: open.line,
        section,
        language,
        note,
        code: `${open.code.join('\n')}\n`,
      })
      open = null
    } else open.code.push(text)
  }
  if (open !== null) throw new Error(`${page}:${open.line}: a block without an end`)
  return examples
}

/** The one example in that language below that heading; fails when there is none, or more. */
export function example(page: string, section: string, language: string): Example {
  const found = examplesOf(page).filter((it) => it.section === section && it.language === language)
  const [only] = found
  if (only === undefined || found.length > 1) {
    throw new Error(`${page}, "${section}": ${found.length} examples in ${language}`)
  }
  return only
}

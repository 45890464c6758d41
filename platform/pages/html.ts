// HTML from a template literal: what is put in is escaped, unless it is HTML made here.

export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export type Piece = Html | string | number | null | readonly Piece[]

/** `null` puts nothing in. */
export function html(parts: TemplateStringsArray, ...values: readonly Piece[]): Html {
  const filled = values.map((value, index) => `${toText(value)}${parts[index + 1]}`)
  return new Html(`${parts[0]}${filled.join('')}`)
}

function toText(value: Piece): string {
  if (value instanceof Html) return value.text
  if (isList(value)) return value.map(toText).join('')
  return escapeHtml(String(value ?? ''))
}

/** For an element, or an attribute in quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}

function isList(value: Piece): value is readonly Piece[] {
  return Array.isArray(value)
}

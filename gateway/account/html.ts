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

/** `null` puts nothing in. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (Html | string | null)[]
): Html {
  const filled = values.map((value, index) => `${toText(value)}${parts[index + 1]}`)
  return new Html(`${parts[0]}${filled.join('')}`)
}

function toText(value: Html | string | null): string {
  if (value instanceof Html) return value.text
  return (value ?? '').replace(/[&<>"']/g, (character) => entities[character] ?? '')
}

// Depth and size of a JSON text, counted before it is parsed: parsing a hostile one is already the attack.

export interface JsonLimits {
  readonly jsonDepth: number
  /** Members and list items, all levels together. */
  readonly jsonKeys: number
}

/** What the text has too much of, or null. Says nothing about whether it is JSON. */
export function exceededJsonLimit(text: string, limits: JsonLimits): 'depth' | 'size' | null {
  let depth = 0
  let items = 0
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case 0x22: // "
        index = endOfString(text, index + 1)
        break
      case 0x7b: // {
      case 0x5b: // [
        if (++depth > limits.jsonDepth) return 'depth'
        break
      case 0x7d: // }
      case 0x5d: // ]
        depth--
        break
      case 0x2c: // ,
        if (++items > limits.jsonKeys) return 'size'
        break
    }
  }
  return null
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start); end >= 0; end = text.indexOf('"', end + 1)) {
    if (!isEscaped(text, end)) return end
  }
  return text.length
}

function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes++
  return backslashes % 2 === 1
}

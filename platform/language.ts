// The languages of pages and mails, and which of them a person reads (Accept-Language, RFC 9110, section 12.5.4).

export const languageNames = ['en', 'de'] as const
export type Language = (typeof languageNames)[number]

export function isLanguage(value: unknown): value is Language {
  return languageNames.some((name) => name === value)
}

/** @param accept what the browser sent. Null: none of ours is among it */
export function preferredLanguage(accept: string | undefined): Language | null {
  let best: Language | null = null
  let bestQuality = 0
  for (const range of (accept ?? '').slice(0, 256).split(',')) {
    const [tag = '', ...parameters] = range.split(';')
    const primary = tag.trim().toLowerCase().split('-')[0]
    const language = languageNames.find((name) => name === primary)
    const quality = qualityOf(parameters)
    if (language === undefined || quality <= bestQuality) continue
    best = language
    bestQuality = quality
  }
  return best
}

function qualityOf(parameters: readonly string[]): number {
  const given = parameters.map((one) => one.trim()).find((one) => one.startsWith('q='))
  if (given === undefined) return 1
  const quality = Number(given.slice(2))
  return quality >= 0 && quality <= 1 ? quality : 0
}

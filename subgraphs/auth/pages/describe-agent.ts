// A browser as people call it, from its User-Agent header. Only a hint for the list of sessions: anybody can send any.

/** The first that fits counts: most browsers name others after themselves. */
const BROWSERS = [
  ['Edg', 'Edge'],
  ['OPR/', 'Opera'],
  ['SamsungBrowser', 'Samsung Internet'],
  ['Firefox', 'Firefox'],
  ['Chrome', 'Chrome'],
  ['Safari', 'Safari'],
] as const
const SYSTEMS = [
  ['Windows', 'Windows'],
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Mac OS X', 'macOS'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
] as const

/** Null where there was none. */
export function describeAgent(agent: string | null): string | null {
  if (agent === null || agent === '') return null
  const found = (list: readonly (readonly [string, string])[]) =>
    list.find(([mark]) => agent.includes(mark))?.[1]
  const named = [found(BROWSERS), found(SYSTEMS)].filter((name) => name !== undefined)
  return named.length > 0 ? named.join(', ') : agent.slice(0, 60)
}

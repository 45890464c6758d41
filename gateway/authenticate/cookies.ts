// The cookies that are ours, read from one `Cookie` header (RFC 6265, section 5.4).

export const cookieNames = {
  access: '__Host-access',
  refresh: '__Host-refresh',
  csrf: '__Host-csrf',
  flow: '__Host-flow',
  device: '__Host-device',
} as const

export type CookieName = keyof typeof cookieNames
export type OurCookies = Readonly<Partial<Record<CookieName, string>>>

const byName = new Map(
  Object.entries(cookieNames).map(([key, name]) => [name as string, key as CookieName]),
)
const none: OurCookies = Object.freeze({})

/** Our cookies of a request, or `null` when one of them is there twice: no guess which one counts. */
export function readOurCookies(header: string | undefined): OurCookies | null {
  if (header === undefined || !header.includes('__Host-')) return none
  const found: Partial<Record<CookieName, string>> = {}
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals < 0) continue
    const key = byName.get(trimBlanks(pair.slice(0, equals)))
    if (key === undefined) continue
    if (found[key] !== undefined) return null
    found[key] = trimBlanks(pair.slice(equals + 1))
  }
  for (const key of Object.keys(found) as CookieName[]) {
    if (found[key] === '') delete found[key]
  }
  return found
}

/**
 * Space and tab alone (RFC 6265, section 5.2). `trim()` takes more: a page on a sister domain may set a cookie whose
 * name is a no-break space and `__Host-access`, which the browser does not protect as it does ours.
 */
export function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text, start)) start++
  while (end > start && isBlank(text, end - 1)) end--
  return text.slice(start, end)
}

function isBlank(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  return code === 0x20 || code === 0x09
}

const { access, refresh, csrf, flow, device } = cookieNames
const settable = { session: [access, refresh, csrf], flow: [flow], device: [device] } as const

/** The names of the cookies that may be set where a mutation says so. */
export function cookiesOf(sets: Iterable<keyof typeof settable>): string[] {
  return [...sets].flatMap((kind) => settable[kind])
}

/** Keeps the `Set-Cookie` lines that set or clear one of these. */
export function onlyCookies(lines: readonly string[], names: readonly string[]): string[] {
  return lines.filter((line) => names.includes(trimBlanks(line.slice(0, line.indexOf('=')))))
}

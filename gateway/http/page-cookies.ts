// The two cookies of the account's pages. They stay with the gateway: nothing of them goes to auth.
import { trimBlanks } from '../authenticate/cookies.ts'

const MAX_AGE_SECONDS = 3600

/** Null when it is absent or there twice: no guess which one counts. */
export function readCookie(header: string | undefined, name: string): string | null {
  const found: string[] = []
  for (const pair of (header ?? '').split(';')) {
    const equals = pair.indexOf('=')
    if (equals > 0 && trimBlanks(pair.slice(0, equals)) === name) {
      found.push(trimBlanks(pair.slice(equals + 1)))
    }
  }
  const [only] = found
  return found.length === 1 && only ? only : null
}

/** Bound to this host, out of reach for scripts, and sent with no form of another site. */
export function setCookie({ name, value }: { name: string; value: string }): string {
  const maxAge = value === '' ? 0 : MAX_AGE_SECONDS
  return `${name}=${value}; Path=/; Max-Age=${maxAge}; Secure; SameSite=Lax; HttpOnly`
}

// A sign-in at another service, for the browser that began it: the id of its flow, which is its secret, and what the person is on the
// way to, which is looked at anew when it comes back.
import { z } from 'zod'

const NAME = '__Host-provider'
const MAX_AGE_SECONDS = 600

export interface ProviderTrip {
  readonly id: string
  readonly provider: string
  /** The query of the page where it began. */
  readonly query: string
  /** It links an account to the one of the session. Default: it signs in. */
  readonly isLink?: boolean | undefined
}

const shape = z.object({
  id: z.string().max(128),
  provider: z.string().max(64),
  query: z.string().max(2048),
  isLink: z.boolean().optional(),
})

export function providerCookie({ id, provider, query, isLink }: ProviderTrip): string {
  const value = Buffer.from(JSON.stringify({ id, provider, query, isLink })).toString('base64url')
  return line(value, MAX_AGE_SECONDS)
}

export function clearedProviderCookie(): string {
  return line('', 0)
}

export function readProviderTrip(cookies: ReadonlyMap<string, string>): ProviderTrip | null {
  const value = cookies.get(NAME)
  if (value === undefined) return null
  try {
    const text = Buffer.from(value, 'base64url').toString('utf8')
    const { success, data } = shape.safeParse(JSON.parse(text))
    return success ? data : null
  } catch {
    return null
  }
}

function line(value: string, maxAge: number): string {
  return `${NAME}=${value}; Path=/; Max-Age=${maxAge}; Secure; SameSite=Lax; HttpOnly`
}

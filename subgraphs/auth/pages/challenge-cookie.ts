// What is asked for next, for the browser that signs in: the id of the challenge, which is its secret, and what the page says about it.
// Read back as no more than a hint to show: what counts stands in the database.
import { z } from 'zod'

const NAME = '__Host-challenge'
const MAX_AGE_SECONDS = 3_600
/** A browser drops a cookie of more than 4096 bytes, name and value, without a word (RFC 6265bis, section 5.6). */
const MAX_LENGTH = 4_000

const beginnings = ['sign-in', 'email', 'sign-up', 'reset', 'address', 'confirm'] as const

export interface Challenge {
  readonly id: string
  readonly methods: readonly string[]
  readonly sentTo: string | null
  /** What a passkey has to answer. Absent: the browser was not asked yet. */
  readonly passkey?: Readonly<Record<string, unknown>> | undefined
  /** Of a passkey that is asked for: whether this device is to be remembered. */
  readonly remember?: boolean | undefined
  /** What began it. */
  readonly began: (typeof beginnings)[number]
}

const shape = z.object({
  id: z.string().max(128),
  methods: z.array(z.string().max(32)).max(8),
  sentTo: z.string().max(320).nullable(),
  passkey: z.record(z.string(), z.unknown()).optional(),
  remember: z.boolean().optional(),
  began: z.enum(beginnings),
})

export function challengeCookie(challenge: Challenge): string {
  const { id, methods, sentTo, began, passkey, remember } = challenge
  const encode = (options: Challenge['passkey']) =>
    Buffer.from(
      JSON.stringify({ id, methods, sentTo, began, remember, passkey: options }),
    ).toString('base64url')
  const whole = encode(passkey)
  // Without the list of somebody's many passkeys the browser offers those that it finds by itself: all of them can be found.
  const value = whole.length > MAX_LENGTH ? encode({ ...passkey, allowCredentials: [] }) : whole
  return line(value, MAX_AGE_SECONDS)
}

export function clearedChallengeCookie(): string {
  return line('', 0)
}

export function readChallenge(cookies: ReadonlyMap<string, string>): Challenge | null {
  const value = cookies.get(NAME)
  if (value === undefined) return null
  try {
    const { success, data } = shape.safeParse(
      JSON.parse(Buffer.from(value, 'base64url').toString('utf8')),
    )
    return success ? data : null
  } catch {
    return null
  }
}

function line(value: string, maxAge: number): string {
  return `${NAME}=${value}; Path=/; Max-Age=${maxAge}; Secure; SameSite=Lax; HttpOnly`
}

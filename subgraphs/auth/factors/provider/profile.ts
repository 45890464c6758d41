// Who a provider says somebody is. Address and "verified" are taken from one document, and whether that is believed depends on who
// says it: an address proves nothing about an account that exists.
import type { ProfileFields, ProviderSettings } from './protocol.ts'

export interface ProviderProfile {
  readonly issuer: string
  /** Stable, and the same person's within its issuer for ever. An e-mail address is neither. */
  readonly subject: string
  /** null: it tells none. */
  readonly email: string | null
  /** Whether an account may be made with it as it is. */
  readonly isEmailTrusted: boolean
  readonly name: string | null
}

type Document = Readonly<Record<string, unknown>>

const MAX_SUBJECT = 255

/** @returns null without a subject that can be kept */
export function profileOf(
  { protocol, profile, trustsEmail }: ProviderSettings,
  { issuer, subject, document }: { issuer: string; subject: unknown; document: Document },
): ProviderProfile | null {
  const fields = protocol.kind === 'oauth2' ? protocol.fields : openIdFields
  const id = typeof subject === 'number' && Number.isSafeInteger(subject) ? `${subject}` : subject
  if (typeof id !== 'string' || id === '' || id.length > MAX_SUBJECT || /\p{Cc}/u.test(id))
    return null
  const email = text(at(document, fields.email), 320)
  const name = text(at(document, fields.name), 200)
  const isVerified = fields.emailVerified !== null && isTrue(at(document, fields.emailVerified))
  const isEmailTrusted =
    trustsEmail && email !== null && judges[profile]({ document, email, isVerified })
  return { issuer, subject: id, email, isEmailTrusted, name }
}

export function subjectIn(document: Document, { subject }: ProfileFields): unknown {
  return at(document, subject)
}

const openIdFields = {
  subject: 'sub',
  email: 'email',
  emailVerified: 'email_verified',
  name: 'name',
} satisfies ProfileFields

interface Claimed {
  readonly document: Document
  readonly email: string
  readonly isVerified: boolean
}

const judges: Readonly<Record<ProviderSettings['profile'], (claimed: Claimed) => boolean>> = {
  openid: ({ isVerified }) => isVerified,
  oauth2: ({ isVerified }) => isVerified,
  apple: ({ isVerified }) => isVerified,
  github: ({ isVerified }) => isVerified,
  // An address of another domain was verified once, and may be somebody else's today (Google's own advice).
  google: ({ document, email, isVerified }) =>
    isVerified &&
    (email.toLowerCase().endsWith('@gmail.com') || (text(document.hd, 253) ?? '') !== ''),
  // `email` is what a tenant's admin typed, unless the optional claim says that the domain was proved ("nOAuth").
  microsoft: ({ document }) => isTrue(document.xms_edov),
}

/** Apple sends text where others send a boolean; Microsoft a number as well. */
function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === 1 || value === '1'
}

function text(value: unknown, max: number): string | null {
  if (typeof value !== 'string') return null
  const trimmed = value.trim()
  return trimmed === '' || trimmed.length > max || /\p{Cc}/u.test(trimmed) ? null : trimmed
}

/** Own properties alone, by dots. */
function at(document: Document, path: string): unknown {
  let value: unknown = document
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Document)[key]
  }
  return value
}

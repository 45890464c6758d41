// Claims of a deployment's own (`custom` in tokens): set by admins on users and roles, small, plain, in one namespace.
import { z } from 'zod'

export type CustomClaim = string | number | boolean | readonly string[]
export type CustomClaims = Readonly<Record<string, CustomClaim>>

/** Bytes of JSON of one user or role; what fits into one token is bounded besides (roles/token-room.ts). */
const MAX_OWN_BYTES = 1024

const NAME = /^[a-z][a-z0-9_]{0,39}$/
const text = z.string().max(256, 'A claim has at most 256 characters.')

const claims = z
  .record(
    z.string(),
    z.union([text, z.number(), z.boolean(), z.array(text).max(20, 'A list has at most 20 items.')]),
  )
  .refine((claims) => bytesOf(claims) <= MAX_OWN_BYTES, `At most ${MAX_OWN_BYTES} bytes of JSON.`)

/**
 * The names are checked first: zod leaves `__proto__` out without a word. Names that every object has (`constructor`) would
 * be found in tokens that do not carry them, by anyone who reads those in a language like ours.
 */
export const customClaimsInput = z
  .custom<Readonly<Record<string, unknown>>>(
    (value) => typeof value === 'object' && value !== null && Object.keys(value).every(isName),
    'A claim is named in lower case letters, digits and underscores, begins with a letter, and is not called "constructor".',
  )
  .pipe(claims)

function isName(name: string): boolean {
  return NAME.test(name) && !(name in Object.prototype)
}

/** A user's own claims win over those of roles. */
export function effectiveClaims(user: {
  readonly custom_claims: CustomClaims
  readonly roleClaims: CustomClaims
}): CustomClaims {
  return { ...user.roleClaims, ...user.custom_claims }
}

function bytesOf(claims: CustomClaims): number {
  return Buffer.byteLength(JSON.stringify(claims))
}

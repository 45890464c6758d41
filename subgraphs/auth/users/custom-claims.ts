// Claims of a deployment's own (`custom` in tokens): set by admins on users and roles, small, plain, in one namespace.
import { z } from 'zod'

export type CustomClaim = string | number | boolean | readonly string[]
export type CustomClaims = Readonly<Record<string, CustomClaim>>

/** Bytes of JSON of one user or role; what fits into one token is bounded besides (roles/token-room.ts). */
const MAX_OWN_BYTES = 1024

const NAME = /^[a-z][a-z0-9_]{0,39}$/
const text = z.string().max(256, 'A claim has at most 256 characters.')

export const customClaimsInput = z
  .record(
    z.string().regex(NAME, 'A claim is named in lower case letters, digits and underscores.'),
    z.union([text, z.number(), z.boolean(), z.array(text).max(20, 'A list has at most 20 items.')]),
  )
  .refine((claims) => bytesOf(claims) <= MAX_OWN_BYTES, `At most ${MAX_OWN_BYTES} bytes of JSON.`)

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

// What the hook `claims` may add: small and plain as claims that an admin sets, and never the name of something a token says itself.
import { TOKEN_ROOM_BYTES } from '../roles/token-room.ts'
import { customClaimsInput } from '../users/custom-claims.ts'
import type { ClaimsAddition, HookToken } from './hooks.ts'

/** RFC 7519, RFC 9068, and what access tokens of ours have. In `custom` they would endanger nobody, and mislead anyone who reads it. */
const RESERVED = new Set(
  'iss sub aud exp nbf iat jti sid scope scopes roles groups entitlements client_id ver email email_verified amr acr auth_time act cnf csrf custom'.split(
    ' ',
  ),
)

/** @throws Error that says what is not allowed */
export function checkClaims(returned: ClaimsAddition, token: HookToken): ClaimsAddition {
  const claims = customClaimsInput.parse(returned.claims)
  const reserved = Object.keys(claims).find((name) => RESERVED.has(name))
  if (reserved !== undefined) throw new Error(`"${reserved}" is a claim of Sallyport's own`)
  const all = { ...token.custom, ...claims }
  const names = [...token.roles, ...token.scopes].reduce((sum, name) => sum + name.length + 3, 0)
  if (Buffer.byteLength(JSON.stringify(all)) + names > TOKEN_ROOM_BYTES) {
    throw new Error(`roles, scopes and claims are more than ${TOKEN_ROOM_BYTES} bytes`)
  }
  return { claims }
}

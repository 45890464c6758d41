// The arithmetic of RFC 6238: six digits, 30 seconds, SHA-1 as every authenticator app has it.
import { Secret, TOTP } from 'otpauth'

const SECRET_BYTES = 20
/** RFC 6238 section 5.2: one step for the delay of a network and a clock that is a little off, and no more. */
const WINDOW = 1
/** The library throws on digits of other scripts. */
const SIX_DIGITS = /^[0-9]{6}$/

/** Base32. */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32
}

export function totpUri(
  secret: string,
  { issuer, label }: { readonly issuer: string; readonly label: string },
): string {
  return totpOf(secret, { issuer, label }).toString()
}

/** @returns the step that the code belongs to; null: it is wrong, too old or from too far ahead */
export function stepOf(secret: string, typed: string, nowMs = Date.now()): number | null {
  const token = typed.normalize('NFKC').replace(/[\s-]/g, '')
  if (!SIX_DIGITS.test(token)) return null
  const totp = totpOf(secret)
  const delta = totp.validate({ token, timestamp: nowMs, window: WINDOW })
  return delta === null ? null : totp.counter({ timestamp: nowMs }) + delta
}

function totpOf(secret: string, names: { readonly issuer?: string; readonly label?: string } = {}) {
  return new TOTP({
    ...names,
    secret: Secret.fromBase32(secret),
    algorithm: 'SHA1',
    digits: 6,
    period: 30,
  })
}

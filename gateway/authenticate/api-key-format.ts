// The shape of API keys, checked before anything is looked up: garbage costs no question to auth.
import { crc32 } from 'node:zlib'

const keyPattern = /^spk_(live|test)_[0-9A-Za-z]{16}$/
const secretPattern = /^(sps_(live|test)_[0-9A-Za-z]{40})([0-9A-Za-z]{6})$/
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Whether key and secret have the right shape, the same environment and a matching checksum. */
export function isWellFormedApiKey(key: string, secret: string): boolean {
  const environment = keyPattern.exec(key)?.[1]
  const parts = secretPattern.exec(secret)
  if (environment === undefined || parts === null) return false
  return parts[2] === environment && checksumOf(parts[1] ?? '') === parts[3]
}

/** CRC-32 of the text as six base62 characters, padded with `0`. */
export function checksumOf(text: string): string {
  let rest = crc32(text)
  let digits = ''
  while (rest > 0) {
    digits = (alphabet[rest % 62] ?? '') + digits
    rest = Math.floor(rest / 62)
  }
  return digits.padStart(6, '0')
}

// `spk_<env>_<16 base62>` and `sps_<env>_<40 base62><6 CRC32>`: a prefix that secret scanners find, a checksum that refuses garbage.
import { crc32 } from 'node:zlib'

export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const KEY = /^spk_(live|test)_[0-9A-Za-z]{16}$/
const SECRET = /^(sps_(live|test)_[0-9A-Za-z]{40})([0-9A-Za-z]{6})$/

/** Whether both have the right shape, the same environment and a matching checksum: garbage costs no look-up. */
export function isWellFormedApiKey(key: string, secret: string): boolean {
  const environment = KEY.exec(key)?.[1]
  const [, body, environmentOfSecret, checksum] = SECRET.exec(secret) ?? []
  if (environment === undefined || body === undefined) return false
  return environmentOfSecret === environment && apiKeyChecksum(body) === checksum
}

/** CRC-32 of the text as six base62 characters, padded with `0`. */
export function apiKeyChecksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let index = 0; index < 6; index += 1) {
    digits = (BASE62[rest % 62] ?? '0') + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}

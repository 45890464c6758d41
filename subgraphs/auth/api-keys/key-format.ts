// `spk_<env>_<16 base62>` and `sps_<env>_<40 base62><6 CRC32>`: a prefix that secret scanners find, a checksum that refuses garbage.
import { randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const KEY = /^spk_(live|test)_[0-9A-Za-z]{16}$/
const SECRET = /^(sps_(live|test)_[0-9A-Za-z]{40})([0-9A-Za-z]{6})$/

export type KeyEnvironment = 'live' | 'test'

export function newKey(environment: KeyEnvironment): string {
  return `spk_${environment}_${randomBase62(16)}`
}

/** 40 base62 characters are 238 random bits. */
export function newSecret(environment: KeyEnvironment): string {
  const body = `sps_${environment}_${randomBase62(40)}`
  return body + checksum(body)
}

export function isWellFormedKey(key: string): boolean {
  return KEY.test(key)
}

export function isWellFormedSecret(secret: string): boolean {
  const match = SECRET.exec(secret)
  return match !== null && checksum(match[1] ?? '') === match[3]
}

function checksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let index = 0; index < 6; index += 1) {
    digits = (ALPHABET[rest % 62] ?? '0') + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}

function randomBase62(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(62)]).join('')
}

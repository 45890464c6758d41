// Opaque ids with a prefix that says what they name, and random secrets.
import { createHash, randomBytes } from 'node:crypto'

export type IdPrefix =
  | 'usr'
  | 'ses'
  | 'key'
  | 'ver'
  | 'eml'
  | 'net'
  | 'era'
  | 'rcp'
  | 'fac'
  | 'dev'
  | 'cli'
  | 'grt'
  | 'idn'

/** 128 random bits: `usr_5Fq…`. */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${randomText(16)}`
}

/** Random bytes as base64url. */
export function randomText(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}

/** For values of 128 random bits and more: those need no salt and no stretching. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

// `srt_<family id>.<family secret>.<turn secret>`. The family parts stay, the turn changes at each refresh (RFC 9700 4.14.2).
import { timingSafeEqual } from 'node:crypto'
import { decrypt, encrypt } from '../core/encryption.ts'
import { randomText, sha256 } from '../core/identifiers.ts'

export interface RefreshToken {
  readonly familyId: string
  readonly familySecret: string
  readonly turn: string
}

const FORMAT = /^srt_([A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/

export function newFamily(): RefreshToken {
  return { familyId: randomText(16), familySecret: randomText(32), turn: randomText(32) }
}

export function nextTurn(token: RefreshToken): RefreshToken {
  return { ...token, turn: randomText(32) }
}

export function formatRefreshToken(token: RefreshToken): string {
  return `srt_${token.familyId}.${token.familySecret}.${token.turn}`
}

export function parseRefreshToken(text: string): RefreshToken | null {
  const match = FORMAT.exec(text)
  if (match === null) return null
  return { familyId: match[1] ?? '', familySecret: match[2] ?? '', turn: match[3] ?? '' }
}

export function matchesHash(value: string, hash: string | null): boolean {
  if (hash === null) return false
  const presented = Buffer.from(sha256(value))
  const stored = Buffer.from(hash)
  return presented.length === stored.length && timingSafeEqual(presented, stored)
}

/** Only who presents the predecessor can open it: the database alone cannot make a token from it. */
export function encryptSuccessor(predecessor: RefreshToken, successor: RefreshToken): string {
  return encrypt(predecessor.familySecret + predecessor.turn, 'refresh successor', successor.turn)
}

export function decryptSuccessor(predecessor: RefreshToken, box: string): RefreshToken {
  return {
    ...predecessor,
    turn: decrypt(predecessor.familySecret + predecessor.turn, 'refresh successor', box),
  }
}

// Opaque, prefixed ids that sort by the time of their making.
import { randomBytes } from 'node:crypto'

/** @param now Milliseconds since the epoch. */
export function createId(prefix: 'prd' | 'rev', now: number): string {
  const time = now.toString(16).padStart(12, '0')
  return `${prefix}_${time}${randomBytes(8).toString('hex')}`
}

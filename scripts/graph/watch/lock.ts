// In development access.lock follows by itself: anyone who commits it sees what it opens.
import { writeFileSync } from 'node:fs'
import {
  accessLockPath,
  printAccessLock,
  readAccessLock,
} from '../../../gateway/supergraph/access-lock.ts'

export function writeLock(configPath: string, opened: readonly string[]): void {
  const lock = printAccessLock(opened)
  const before = readAccessLock(configPath)
  const isKnown = opened.length === before.size && opened.every((one) => before.has(one))
  if (lock !== null && !isKnown) writeFileSync(accessLockPath(configPath), lock)
}

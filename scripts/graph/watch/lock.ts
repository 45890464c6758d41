// In development access.lock follows by itself: anyone who commits it sees what it opens.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import {
  accessLockPath,
  LOCK_HEADER,
  printAccessLock,
  readAccessLock,
} from '../../../gateway/supergraph/access-lock.ts'

export function writeLock(configPath: string, opened: readonly string[]): void {
  const path = accessLockPath(configPath)
  // Not one of ours: `compose` says so.
  if (existsSync(path) && !readFileSync(path, 'utf8').startsWith(LOCK_HEADER)) return
  const lock = printAccessLock(opened)
  const before = readAccessLock(configPath)
  const isKnown = opened.length === before.size && opened.every((one) => before.has(one))
  if (lock !== null && !isKnown) writeFileSync(path, lock)
}

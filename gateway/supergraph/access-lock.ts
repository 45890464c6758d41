// access.lock beside supergraph.yaml: what `access: public` opens, committed, so that a field that a subgraph adds by itself
// is not open to everybody until somebody has seen it.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Its first line. */
export const LOCK_HEADER = `# What "access: public" in supergraph.yaml opens to everybody. Written by "sallyport compose"; commit it.`

export function accessLockPath(configPath: string): string {
  return join(dirname(configPath), 'access.lock')
}

/** As `subgraph Type.field`; empty where there is no such file. */
export function readAccessLock(configPath: string): ReadonlySet<string> {
  const path = accessLockPath(configPath)
  if (!existsSync(path)) return new Set()
  const lines = readFileSync(path, 'utf8').split('\n')
  return new Set(lines.map((line) => line.trim()).filter((line) => line && !line.startsWith('#')))
}

/** `null`: nothing is opened, and no file is needed. */
export function printAccessLock(opened: readonly string[]): string | null {
  return opened.length === 0 ? null : `${[LOCK_HEADER, ...[...opened].sort()].join('\n')}\n`
}

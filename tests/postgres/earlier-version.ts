// The version that a rolling upgrade comes from: set to the tag of the last release with each new one (CONTRIBUTING.md).
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { linkModules } from './link-modules.ts'

export const EARLIER = {
  commit: 'ce112f45e1b0',
  /** The last migration that it has. */
  migration: '0042-recovery-codes',
} as const

/** Its source, with the packages of today. @throws Error where git has no such commit: a clone of the last commits alone */
export function unpackEarlierVersion(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-earlier-'))
  execFileSync('bash', [
    '-ec',
    'set -o pipefail; git archive "$1" -- . ":!tests" ":!docs" | tar --extract --directory "$2"',
    'unpack',
    EARLIER.commit,
    folder,
  ])
  linkModules(folder)
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

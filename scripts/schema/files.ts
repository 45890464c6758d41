// The printed files on disk: written when they changed, or only compared.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** From path to content. */
export type Files = ReadonlyMap<string, string>

/** @returns The paths whose content changed. */
export function writeFiles(files: Files): string[] {
  const stale = compareFiles(files)
  for (const path of stale) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, files.get(path) ?? '')
  }
  return stale
}

/** @returns The paths that are missing or say something else. */
export function compareFiles(files: Files): string[] {
  return [...files]
    .filter(([path, content]) => !existsSync(path) || readPlain(path) !== content)
    .map(([path]) => path)
}

/** The text as it was written: Git gives it lines that end in CR LF on some machines, an editor a byte order mark. */
export function readPlain(path: string): string {
  return readFileSync(path, 'utf8')
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
}

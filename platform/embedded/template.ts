// A database folder with the tables of both parts, unpacked in place: making one takes PGlite ten times as long. What a
// release adds is migrated after that, as in a folder of somebody's.
// `npm run template` makes the archive anew, which a new version of PGlite and a migration that changed ask for.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'

const ARCHIVE = new URL('./template.tar.br', import.meta.url)
/** What the archive was made with: another may lay its folder out otherwise. */
export const TEMPLATE_PGLITE = '0.5.16'

const BLOCK = 512
const DIRECTORY = '5'

/**
 * Lays a new database folder down. It is there whole or not at all: a process that is killed meanwhile leaves none.
 * @returns false when there is no template for this PGlite, and it has to make the folder by itself
 */
export function unpackTemplate(folder: string, pgliteVersion: string): boolean {
  if (pgliteVersion !== TEMPLATE_PGLITE) return false
  const archive = readTemplate()
  if (archive === null) return false
  const unfinished = `${folder}.new`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { mode: 0o700 })
  for (const { name, isDirectory, content } of readTar(archive)) {
    const path = join(unfinished, name)
    if (isDirectory) mkdirSync(path, { recursive: true, mode: 0o700 })
    else writeFileSync(path, content, { mode: 0o600 })
  }
  renameSync(unfinished, folder)
  return true
}

/** The folder as a tar; null where it was left out. */
function readTemplate(): Buffer | null {
  try {
    return brotliDecompressSync(readFileSync(ARCHIVE))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

interface Entry {
  readonly name: string
  readonly isDirectory: boolean
  readonly content: Buffer
}

/** ustar (POSIX.1-2017, pax): a header of 512 bytes, then the content in blocks. Folders come before what is in them. */
function* readTar(archive: Buffer): Generator<Entry> {
  for (let at = 0; at < archive.length; ) {
    const field = (from: number, length: number) =>
      archive.toString('latin1', at + from, at + from + length).split('\0', 1)[0] ?? ''
    const name = field(0, 100)
    if (name === '') return
    const size = Number.parseInt(field(124, 12), 8) || 0
    const start = at + BLOCK
    yield {
      name,
      isDirectory: field(156, 1) === DIRECTORY,
      content: archive.subarray(start, start + size),
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK
  }
}

// The disk under DATA_DIR. PostgreSQL's own is on a machine that only its monitor sees.
import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { DoctorDeps } from './examine.ts'
import { failed, type Observation, ok, warning } from './finding.ts'

const MEGABYTE = 1024 * 1024
const LITTLE_BYTES = 1024 * MEGABYTE
const NOTHING_BYTES = 100 * MEGABYTE

/** @returns how many bytes this user may still write to the file system of a path */
type ReadFree = (path: string) => Promise<number>

export async function observeDisk(
  { config }: Pick<DoctorDeps, 'config'>,
  readFree: ReadFree = freeBytes,
): Promise<Observation[]> {
  const folder = existing(resolve(config.dataDir))
  const free = await readFree(folder)
  const said = `disk: ${Math.floor(free / MEGABYTE)} MB free under DATA_DIR`
  if (free < NOTHING_BYTES) return [failed(said)]
  return [free < LITTLE_BYTES ? warning(said) : ok(said)]
}

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path)
  return bavail * bsize
}

/** The folder itself is made when something is written to it. */
function existing(path: string): string {
  return existsSync(path) ? path : existing(dirname(path))
}

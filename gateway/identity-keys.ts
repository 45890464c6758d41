// The keys that sign identity tokens, for development: read from DATA_DIR/secrets, made on first start.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateIdentityKey } from '@sallyport/claims/sign'
import type { JSONWebKeySet } from 'jose'

/** Reads the development key set of this data folder, or makes one. */
export async function developmentIdentityKeys(dataDir: string): Promise<JSONWebKeySet> {
  const existing = await readDevelopmentIdentityKeys(dataDir)
  if (existing !== null) return existing
  const keys = { keys: [await generateIdentityKey()] }
  await mkdir(join(dataDir, 'secrets'), { recursive: true, mode: 0o700 })
  await writeFile(fileIn(dataDir), JSON.stringify(keys), { mode: 0o600, flag: 'wx' })
  return keys
}

/** `null`: there is none. */
export async function readDevelopmentIdentityKeys(dataDir: string): Promise<JSONWebKeySet | null> {
  const existing = await readIfThere(fileIn(dataDir))
  return existing === null ? null : (JSON.parse(existing) as JSONWebKeySet)
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'secrets', 'identity-keys.json')
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

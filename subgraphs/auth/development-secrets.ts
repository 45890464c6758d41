// Secrets for anyone who tries Sallyport out: made on the first start and kept in DATA_DIR. Production brings its own.
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DATA_FOLDER } from '../../platform/settings.ts'

const NAMES = ['PASSWORD_PEPPER', 'CODE_KEY', 'API_KEY_PEPPER', 'KEY_ENCRYPTION_KEY'] as const

/**
 * @returns `env` with the secrets that it lacks; unchanged with `NODE_ENV=production`
 */
export function withDevelopmentSecrets(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  if (env.NODE_ENV === 'production' || NAMES.every((name) => env[name])) return { ...env }
  const folder = env.DATA_DIR || DATA_FOLDER
  const file = join(folder, 'auth-secrets.json')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const kept = readKept(file)
  const missing = NAMES.filter((name) => kept[name] === undefined)
  for (const name of missing) kept[name] = `1:${randomBytes(32).toString('base64')}`
  if (missing.length > 0) writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 })
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value))
  return { ...kept, ...given }
}

function readKept(file: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new Error(`${file} cannot be read: repair it, or remove DATA_DIR to start anew`, {
      cause: error,
    })
  }
}

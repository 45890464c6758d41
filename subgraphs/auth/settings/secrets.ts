// Auth's secrets, one for each purpose, each a list of versions.
import type { Environment } from '../../../platform/settings.ts'
import type { AuthSecrets } from '../config.ts'
import { parseVersionedSecret, type VersionedSecret } from '../core/secret.ts'

const SECRET_NAMES = {
  passwordPepper: 'PASSWORD_PEPPER',
  codeKey: 'CODE_KEY',
  apiKeyPepper: 'API_KEY_PEPPER',
  keyEncryptionKey: 'KEY_ENCRYPTION_KEY',
} as const

/** `found` is whole when there are no problems. */
export function readSecrets(env: Environment) {
  const found: Partial<Record<keyof AuthSecrets, VersionedSecret>> = {}
  const problems: string[] = []
  for (const [key, name] of Object.entries(SECRET_NAMES)) {
    const text = env[name]
    if (!text) {
      problems.push(`${name}: missing; make one with: echo "1:$(openssl rand -base64 32)"`)
      continue
    }
    const secret = parseVersionedSecret(name, text)
    if (typeof secret === 'string') problems.push(secret)
    else found[key as keyof AuthSecrets] = secret
  }
  return { found, problems }
}

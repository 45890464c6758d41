// Whether tokens can be signed and gateways believed, and whether the settings still have every secret that is in use.

import { SigningKey } from '../../tokens/signing-key.ts'
import type { DoctorDeps } from './examine.ts'
import { failed, type Observation, ok, warning } from './finding.ts'

const TIMEOUT_MS = 2_000
/** It rotates by itself; half as long again means that no auth instance runs that could. */
const OVERDUE = 1.5

export async function observeSigningKey({ db, config }: DoctorDeps): Promise<Observation[]> {
  const key = await SigningKey.query(db).findOne('status', 'active')
  if (key === undefined) return [warning('signing key: none; auth makes one when it starts')]
  try {
    key.privateJwk(config.secrets.keyEncryptionKey)
  } catch {
    return [
      failed(
        `signing key: ${key.kid} cannot be decrypted with KEY_ENCRYPTION_KEY, version ${key.key_encryption_version}: no token can be signed`,
      ),
    ]
  }
  const said = `signing key: ${key.kid}, since ${key.activated_at?.toISOString()}`
  const days = (Date.now() - (key.activated_at?.getTime() ?? 0)) / 86_400_000
  return [
    days > config.signingKeyDays * OVERDUE ? warning(`${said}: it should have rotated`) : ok(said),
  ]
}

export async function observeSecrets({ db, config }: DoctorDeps): Promise<Observation[]> {
  const { passwordPepper, apiKeyPepper, keyEncryptionKey } = config.secrets
  const used = [
    ['users', 'password_pepper_version', 'PASSWORD_PEPPER', passwordPepper, 'passwords'],
    ['recovery_codes', 'key_version', 'PASSWORD_PEPPER', passwordPepper, 'recovery codes'],
    ['api_keys', 'secret_pepper_version', 'API_KEY_PEPPER', apiKeyPepper, 'API keys'],
    ['totp_secrets', 'key_version', 'KEY_ENCRYPTION_KEY', keyEncryptionKey, 'authenticator apps'],
  ] as const
  const found: Observation[] = []
  for (const [table, column, name, secret, what] of used) {
    const rows: { version: number; count: string }[] = await db(table)
      .whereNotNull(column)
      .groupBy(column)
      .select({ version: column })
      .count('* as count')
    for (const { version, count } of rows)
      if (!secret.has(version))
        found.push(
          warning(
            `${name}: ${count} ${what} need version ${version}, which is not in the settings: they do not work`,
          ),
        )
  }
  return found.length > 0 ? found : [ok('secrets: every version that is in use is in the settings')]
}

export async function observeIdentityKeys({
  config,
}: Pick<DoctorDeps, 'config'>): Promise<Observation[]> {
  const count = await countKeys(config.identityJwksUrl).catch(() => null)
  if (count === null)
    return [{ state: 'unknown', said: 'identity keys: IDENTITY_JWKS_URL cannot be read from here' }]
  return [
    count > 0
      ? ok(`identity keys: ${count} at IDENTITY_JWKS_URL`)
      : failed(
          'identity keys: IDENTITY_JWKS_URL answers without keys: auth refuses every gateway, look at what it leads to',
        ),
  ]
}

/** @throws Error when nothing comes, or not all of it */
async function countKeys(url: string): Promise<number> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
  const text = await answer.text()
  if (!answer.ok) return 0
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown }
    return Array.isArray(keys) ? keys.length : 0
  } catch {
    return 0
  }
}

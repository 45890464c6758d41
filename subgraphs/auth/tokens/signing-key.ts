// A signing key's life: pending (published, not yet used) → active → retiring (still verifies) → retired.
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import type { Knex } from 'knex'
import { Model } from 'objection'
import { decrypt, encrypt } from '../core/encryption.ts'
import type { VersionedSecret } from '../core/secret.ts'

export type SigningKeyStatus = 'pending' | 'active' | 'retiring' | 'retired'

export class SigningKey extends Model {
  static override readonly tableName = 'signing_keys'
  static override readonly idColumn = 'kid'
  static override get jsonAttributes(): string[] {
    return ['public_jwk']
  }

  declare kid: string
  declare status: SigningKeyStatus
  declare public_jwk: JWK
  declare private_jwk_sealed: string
  declare key_encryption_version: number
  declare created_at: Date
  declare activated_at: Date | null
  declare retiring_at: Date | null
  declare compromised: boolean

  /** The private key, opened. @throws Error when KEY_ENCRYPTION_KEY no longer holds the version it was encrypted with. */
  privateJwk(keyEncryptionKey: VersionedSecret): JWK {
    const key = keyEncryptionKey.version(this.key_encryption_version).release()
    return JSON.parse(decrypt(key, `signing key ${this.kid}`, this.private_jwk_sealed)) as JWK
  }
}

/** Makes an ES256 key (RFC 7518 3.4); its kid is the thumbprint of RFC 7638. */
export async function createSigningKey(
  trx: Knex,
  status: 'pending' | 'active',
  keyEncryptionKey: VersionedSecret,
): Promise<string> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const publicJwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(publicJwk)
  const privateJwk = JSON.stringify({ ...(await exportJWK(privateKey)), kid, alg: 'ES256' })
  await trx('signing_keys').insert({
    kid,
    status,
    public_jwk: JSON.stringify({ ...publicJwk, kid, alg: 'ES256', use: 'sig' }),
    private_jwk_sealed: encrypt(
      keyEncryptionKey.current().release(),
      `signing key ${kid}`,
      privateJwk,
    ),
    key_encryption_version: keyEncryptionKey.currentVersion,
    activated_at: status === 'active' ? trx.fn.now() : null,
  })
  return kid
}

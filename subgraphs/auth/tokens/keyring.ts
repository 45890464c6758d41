// The signing keys in use, read from the database every few seconds and rotated on a timer.
import { importJWK, type JSONWebKeySet, type JWK, type JWTPayload, SignJWT } from 'jose'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import type { AuthConfig } from '../config.ts'
import { rotateKeys } from './rotate-keys.ts'
import { SigningKey } from './signing-key.ts'

export interface Keyring {
  /** Signs an access token (RFC 9068: `typ: at+jwt`) with the active key. */
  sign(payload: JWTPayload): Promise<string>
  /** Public keys that verify now or soon: pending, active and retiring. */
  jwks(): JSONWebKeySet
  /**
   * Private keys, the active one first, then those whose identity tokens apps may still hold: as hints, long after those are over
   * (OpenID Connect RP-Initiated Logout 1.0, section 4).
   */
  signing(): readonly JWK[]
  /** Reads the keys again; `sallyport rotate-keys` and tests do not wait for the timer. */
  reload(): Promise<void>
  stop(): void
}

/** Short: what signs with a withdrawn key is refused by every gateway. */
const RELOAD_MS = 1_000
const ROTATE_MS = 30_000

interface Loaded {
  readonly kid: string
  readonly key: Awaited<ReturnType<typeof importJWK>>
  readonly jwks: JSONWebKeySet
  readonly signing: readonly JWK[]
}

/** Makes the first key when there is none. @throws Error when the database is unavailable. */
export async function createKeyring(deps: {
  readonly db: Knex
  readonly config: AuthConfig
  readonly log: Logger
}): Promise<Keyring> {
  const { db, config, log } = deps
  const keyEncryptionKey = config.secrets.keyEncryptionKey
  const rotate = () => rotateKeys(db, { signingKeyDays: config.signingKeyDays, keyEncryptionKey })
  await rotate()
  let loaded = await load(db, config)

  const reload = async (): Promise<void> => {
    loaded = await load(db, config)
  }
  const logged = (work: () => Promise<unknown>) => () =>
    void work().catch((error: unknown) =>
      log.warn({ err: error }, 'signing keys could not be read'),
    )
  const timers = [
    setInterval(logged(reload), RELOAD_MS),
    setInterval(
      logged(async () => {
        await rotate()
        await reload()
      }),
      ROTATE_MS,
    ),
  ]
  for (const timer of timers) timer.unref()

  return {
    sign: async (payload) =>
      await new SignJWT(payload)
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: loaded.kid })
        .sign(loaded.key),
    jwks: () => loaded.jwks,
    signing: () => loaded.signing,
    reload,
    stop: () => timers.forEach(clearInterval),
  }
}

async function load(db: Knex, config: AuthConfig): Promise<Loaded> {
  const keys = await SigningKey.query(db)
    .whereIn('status', ['pending', 'active', 'retiring'])
    .orderBy('created_at', 'desc')
  const active = keys.find((key) => key.status === 'active')
  if (active === undefined) throw new Error('There is no active signing key')
  const earlier = [
    ...keys.filter(({ status }) => status === 'retiring'),
    ...(await retiredLately(db, config)),
  ]
  return {
    kid: active.kid,
    key: await importJWK(active.privateJwk(config.secrets.keyEncryptionKey), 'ES256'),
    jwks: { keys: keys.map((key) => key.public_jwk) },
    signing: [active, ...earlier].map((key) => key.privateJwk(config.secrets.keyEncryptionKey)),
  }
}

/** As long as a session may be. One that somebody else may hold, or that no KEY_ENCRYPTION_KEY opens any more, is none. */
async function retiredLately(db: Knex, config: AuthConfig): Promise<SigningKey[]> {
  const retired = await SigningKey.query(db)
    .where({ status: 'retired', compromised: false })
    .whereRaw("retiring_at > now() - ? * interval '1 day'", [config.refreshAbsoluteDays])
    .orderBy('created_at', 'desc')
  return retired.filter((key) => config.secrets.keyEncryptionKey.has(key.key_encryption_version))
}

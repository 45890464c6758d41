// Signs identity tokens, one subgraph each: the gateway's half of the contract (RFC 7519, RFC 7515).
import {
  type CryptoKey,
  compactVerify,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
  SignJWT,
} from 'jose'
import { type ClaimsPayload, claimsFromPayload } from './claims.ts'
import { IDENTITY_MAX_LIFETIME_SECONDS, IDENTITY_TYP, IDENTITY_VERSION } from './identity.ts'

export interface IdentitySignerOptions {
  /** Private ES256 keys, each with a `kid`. The first signs, the public parts of all are published. */
  keys: JSONWebKeySet
  /** The token's `iss`: the gateway's `PUBLIC_URL`. */
  issuer: string
  /** The time in milliseconds. Default `Date.now`. */
  now?: () => number
}

export interface IdentitySigner {
  /**
   * An identity token for one subgraph.
   *
   * @param audience The subgraph's name in `supergraph.yaml`.
   * @param lifetimeSeconds Whole seconds, 1 to 60. Default 60.
   * @throws ClaimsError when the payload is not a claims payload; RangeError on a bad lifetime.
   */
  sign(audience: string, payload: ClaimsPayload, lifetimeSeconds?: number): Promise<string>
  /** What `/.well-known/identity-jwks.json` answers: public parts only. */
  publicJwks: JSONWebKeySet
}

type Es256Jwk = JWK & { kid: string; x: string; y: string; d: string }

/**
 * A signer over `IDENTITY_KEYS`.
 *
 * @throws Error when there is no key, or one is symmetric, weak, not ES256, without a `kid`, or its
 *   public part does not belong to its private part.
 */
export async function createIdentitySigner(
  options: IdentitySignerOptions,
): Promise<IdentitySigner> {
  const keys = checkKeys(options.keys)
  for (const key of keys) await refuseMismatchedKey(key)
  const [first] = keys
  if (!first) throw new Error('identity keys: there is none')
  const privateKey = (await importJWK(first, 'ES256')) as CryptoKey
  const header = { alg: 'ES256', typ: IDENTITY_TYP, kid: first.kid }
  const now = options.now ?? Date.now

  return {
    publicJwks: { keys: keys.map(publicPart) },
    async sign(audience, payload, lifetimeSeconds = IDENTITY_MAX_LIFETIME_SECONDS) {
      checkLifetime(lifetimeSeconds)
      if (audience === '') throw new RangeError('an identity token needs an audience')
      claimsFromPayload({ ...payload })
      const iat = Math.floor(now() / 1000)
      const own = { ver: IDENTITY_VERSION, iss: options.issuer, aud: audience, iat }
      const claims = { ...payload, ...own, exp: iat + lifetimeSeconds }
      return new SignJWT(claims).setProtectedHeader(header).sign(privateKey)
    },
  }
}

/** A new private ES256 key with a random `kid`, for development and tests. */
export async function generateIdentityKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const kid = `idk_${crypto.randomUUID()}`
  return { ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' }
}

function checkKeys(jwks: JSONWebKeySet): Es256Jwk[] {
  const keys: unknown = (jwks as JSONWebKeySet | null)?.keys
  if (!Array.isArray(keys) || keys.length === 0) throw new Error('identity keys: there is none')
  const checked = keys.map(checkKey)
  if (new Set(checked.map(({ kid }) => kid)).size < checked.length) {
    throw new Error('identity keys: two have the same kid')
  }
  return checked
}

function checkKey(key: JWK | null, index: number): Es256Jwk {
  const problem = problemOf(key)
  if (problem) throw new Error(`identity keys: key ${index + 1} ${problem}`)
  return key as Es256Jwk
}

function problemOf(key: JWK | null): string | null {
  if (typeof key !== 'object' || key === null) return 'is not a JWK'
  if (key.kty === 'oct') return 'is symmetric: anyone who reads a token could forge one'
  if (key.kty !== 'EC' || key.crv !== 'P-256') return 'is not for ES256 (EC, P-256)'
  if (key.alg !== undefined && key.alg !== 'ES256') return 'has another alg than ES256'
  if (key.use !== undefined && key.use !== 'sig') return 'has another use than sig'
  if (typeof key.kid !== 'string' || !/^[A-Za-z0-9._~:-]{1,128}$/.test(key.kid)) {
    return 'has no kid of at most 128 plain characters'
  }
  const hasParts = [key.x, key.y, key.d].every((part) => typeof part === 'string' && part !== '')
  return hasParts ? null : 'is not a private key (x, y and d)'
}

/** A public part that does not belong to its private part would lock every subgraph out. */
async function refuseMismatchedKey(key: Es256Jwk): Promise<void> {
  const probe = new SignJWT().setProtectedHeader({ alg: 'ES256' })
  try {
    const token = await probe.sign((await importJWK(key, 'ES256')) as CryptoKey)
    await compactVerify(token, await importJWK(publicPart(key), 'ES256'))
  } catch (cause) {
    throw new Error(`identity keys: ${key.kid} is not a working key pair`, { cause })
  }
}

function publicPart({ kid, x, y }: Es256Jwk): JWK {
  return { kty: 'EC', crv: 'P-256', kid, x, y, alg: 'ES256', use: 'sig' }
}

function checkLifetime(seconds: number): void {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= IDENTITY_MAX_LIFETIME_SECONDS) return
  throw new RangeError(`an identity token lives 1 to ${IDENTITY_MAX_LIFETIME_SECONDS} seconds`)
}

// One strict check for every JWT of ours (RFC 7519, RFC 8725). Nothing else in the project calls jose's verify.
import { type CryptoKey, compactVerify } from 'jose'

export { createJwks, createLocalJwks, type JwksOptions, type KeySource } from './jwks.ts'

/** A public ES256 key, as `createJwks` and `createLocalJwks` yield it. */
export type VerificationKey = CryptoKey

/** `INVALID`: never acceptable. `EXPIRED`: was good once. `KEYS_UNAVAILABLE`: nobody can tell now, try again. */
export type JwtErrorCode = 'INVALID' | 'EXPIRED' | 'KEYS_UNAVAILABLE'

/** Why a token was refused. The message is for logs; it holds nothing of the token. */
export class JwtError extends Error {
  override readonly name = 'JwtError'
  readonly code: JwtErrorCode

  constructor(code: JwtErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export interface StrictJwtOptions {
  /** The header's `typ`, compared exactly (RFC 8725 section 3.11), for example `identity+jwt`. */
  typ: string
  /** The one accepted `iss`, compared exactly. */
  issuer: string
  /** The one accepted `aud`, which must be this very string; a list that holds it is refused. */
  audience: string
  /** The longest accepted `exp - iat`, in seconds. */
  maxLifetimeSeconds: number
  /** Clock difference that is forgiven, in seconds. Default 5. */
  leewaySeconds?: number
  /** The key of a `kid`, `undefined` when there is none; throws when keys cannot be had. */
  getKey(kid: string): Promise<VerificationKey | undefined> | VerificationKey | undefined
  /** The time in milliseconds. Default `Date.now`. */
  now?: () => number
}

export interface StrictJwt {
  header: Readonly<Record<string, unknown>>
  payload: Readonly<Record<string, unknown>>
  kid: string
}

/** The message of a token that is good, but not yet: the clocks of its issuer and its reader are apart. */
export const IN_THE_FUTURE = 'iat or nbf is in the future'

const MAX_TOKEN_BYTES = 8192
const DEFAULT_LEEWAY_SECONDS = 5
const HEADER_PARAMETERS = ['alg', 'typ', 'kid']
const SAFE_KID = /^[A-Za-z0-9._~:-]{1,128}$/
const BASE64URL = /^[A-Za-z0-9_-]+$/
const ES256_SIGNATURE_CHARACTERS = 86

/**
 * Verifies a compact ES256 JWT and every claim that jose leaves to its caller: canonical encoding, a
 * known `kid`, exact `typ`, `iss` and `aud`, whole `iat` and `exp`, a bounded lifetime, no future times.
 *
 * @throws JwtError with code `INVALID`, `EXPIRED` or `KEYS_UNAVAILABLE`.
 */
export async function verifyStrictJwt(
  token: string,
  options: StrictJwtOptions,
): Promise<StrictJwt> {
  const parts = splitCanonically(token)
  const header = parseObject(parts.header, 'header')
  const kid = checkHeader(header, options.typ)
  const key = await keyOf(kid, options)
  await checkSignature(token, key)
  const payload = parseObject(parts.payload, 'payload')
  checkClaims(payload, options)
  return { header, payload, kid }
}

function splitCanonically(token: unknown): { header: Buffer; payload: Buffer } {
  if (typeof token !== 'string' || token.length > MAX_TOKEN_BYTES) {
    throw new JwtError('INVALID', 'the token is not a string of at most 8 KB')
  }
  const [header, payload, signature, ...rest] = token.split('.')
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) {
    throw new JwtError('INVALID', 'the token has not exactly three parts')
  }
  if (signature.length !== ES256_SIGNATURE_CHARACTERS) {
    throw new JwtError('INVALID', 'the signature is not as long as ES256 makes it')
  }
  decodeCanonically(signature)
  return { header: decodeCanonically(header), payload: decodeCanonically(payload) }
}

/** One token has one spelling (RFC 7515 section 2): no padding, no stray bits, no white space. */
function decodeCanonically(part: string): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  if (!BASE64URL.test(part) || bytes.toString('base64url') !== part) {
    throw new JwtError('INVALID', 'a part of the token is not canonical base64url')
  }
  return bytes
}

function parseObject(bytes: Buffer, name: string): Record<string, unknown> {
  const value = parseJson(bytes, name)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new JwtError('INVALID', `the ${name} is not a JSON object`)
  }
  return value as Record<string, unknown>
}

function parseJson(bytes: Buffer, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new JwtError('INVALID', `the ${name} is not JSON`, { cause })
  }
}

/** Our issuers write three parameters; `crit`, `jku`, `jwk`, `x5u` and the like only ever come from elsewhere. */
function checkHeader(header: Record<string, unknown>, typ: string): string {
  const stray = Object.keys(header).some((name) => !HEADER_PARAMETERS.includes(name))
  if (stray) throw new JwtError('INVALID', 'the header has parameters other than alg, typ and kid')
  if (header.alg !== 'ES256') throw new JwtError('INVALID', 'alg is not ES256')
  if (header.typ !== typ) throw new JwtError('INVALID', `typ is not ${typ}`)
  if (typeof header.kid !== 'string' || !SAFE_KID.test(header.kid)) {
    throw new JwtError('INVALID', 'kid is missing or malformed')
  }
  return header.kid
}

async function keyOf(kid: string, options: StrictJwtOptions): Promise<VerificationKey> {
  const key = await findKey(kid, options)
  if (!key) throw new JwtError('INVALID', 'kid is unknown')
  if (!isEs256PublicKey(key))
    throw new JwtError('INVALID', 'the key of kid is not an ES256 public key')
  return key
}

async function findKey(kid: string, options: StrictJwtOptions) {
  try {
    return await options.getKey(kid)
  } catch (cause) {
    if (cause instanceof JwtError) throw cause
    throw new JwtError('KEYS_UNAVAILABLE', 'the keys cannot be had', { cause })
  }
}

function isEs256PublicKey(key: VerificationKey): boolean {
  const { name, namedCurve } = key.algorithm as { name: string; namedCurve?: string }
  return key.type === 'public' && name === 'ECDSA' && namedCurve === 'P-256'
}

async function checkSignature(token: string, key: VerificationKey): Promise<void> {
  try {
    await compactVerify(token, key, { algorithms: ['ES256'] })
  } catch (cause) {
    throw new JwtError('INVALID', 'the signature does not match', { cause })
  }
}

/** Whether it has expired is asked last: only a token that is good otherwise may be told so. */
function checkClaims(payload: Record<string, unknown>, options: StrictJwtOptions): void {
  const leeway = options.leewaySeconds ?? DEFAULT_LEEWAY_SECONDS
  const now = Math.floor((options.now ?? Date.now)() / 1000)
  if (payload.iss !== options.issuer) throw new JwtError('INVALID', 'iss is not the issuer')
  if (payload.aud !== options.audience) throw new JwtError('INVALID', 'aud is not the audience')
  if ('sub' in payload && (typeof payload.sub !== 'string' || payload.sub === '')) {
    throw new JwtError('INVALID', 'sub is not a non-empty string')
  }
  const iat = wholeSeconds(payload, 'iat')
  const exp = wholeSeconds(payload, 'exp')
  if (exp <= iat || exp - iat > options.maxLifetimeSeconds) {
    throw new JwtError('INVALID', 'exp - iat is not within the longest lifetime')
  }
  const notBefore = 'nbf' in payload ? wholeSeconds(payload, 'nbf') : iat
  if (Math.max(iat, notBefore) > now + leeway) {
    throw new JwtError('INVALID', IN_THE_FUTURE)
  }
  if (now >= exp + leeway) throw new JwtError('EXPIRED', 'the token has expired')
}

function wholeSeconds(payload: Record<string, unknown>, name: string): number {
  const value = payload[name]
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number
  throw new JwtError('INVALID', `${name} is not a whole number of seconds`)
}

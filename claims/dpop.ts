// A proof that the sender of a request holds the key which a token is bound to (RFC 9449).
import { type CryptoKey, calculateJwkThumbprint, compactVerify, importJWK, type JWK } from 'jose'
import { JwtError } from './jwt.ts'

export interface DpopProofOptions {
  /** Of the request that it is for, as `POST`. */
  method: string
  /** Of the request, without query and fragment, as clients see it. */
  url: string
  /** base64url SHA-256 of the access token that it stands beside; absent where there is none yet. */
  tokenHash?: string
  /** The time in milliseconds. Default `Date.now`. */
  now?: () => number
}

export interface DpopProof {
  /** Thumbprint of the key (RFC 7638): what the token's `cnf.jkt` must be. */
  readonly thumbprint: string
  /** It may be seen once. */
  readonly id: string
}

/** By which a proof may be signed. `Ed25519` is what RFC 9864 calls EdDSA with that curve. */
export const dpopAlgorithms: readonly string[] = ['ES256', 'Ed25519', 'EdDSA']

const MAX_PROOF_BYTES = 4096
const WINDOW_SECONDS = 30
const MAX_ID_LENGTH = 256
const PRIVATE_PARTS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** @throws JwtError with code `INVALID` for anything that is not a fresh proof for this very request. */
export async function verifyDpopProof(
  proof: string,
  options: DpopProofOptions,
): Promise<DpopProof> {
  if (proof.length > MAX_PROOF_BYTES) throw new JwtError('INVALID', 'the proof is too long')
  const { header, payload } = await verified(proof)
  const { htm, htu, iat, jti, ath } = payload
  if (htm !== options.method) throw new JwtError('INVALID', 'htm is another method')
  if (typeof htu !== 'string' || urlOf(htu) !== options.url) {
    throw new JwtError('INVALID', 'htu is another address')
  }
  const now = Math.floor((options.now ?? Date.now)() / 1000)
  if (!Number.isSafeInteger(iat) || Math.abs((iat as number) - now) > WINDOW_SECONDS) {
    throw new JwtError('INVALID', 'iat is not of this moment')
  }
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID_LENGTH) {
    throw new JwtError('INVALID', 'jti is not a string of at most 256 characters')
  }
  if (options.tokenHash !== undefined && ath !== options.tokenHash) {
    throw new JwtError('INVALID', 'ath is of another token')
  }
  return { thumbprint: await calculateJwkThumbprint(header.jwk), id: jti }
}

/** Signed by the public key that it carries. */
async function verified(proof: string): Promise<{
  header: { jwk: JWK }
  payload: Readonly<Record<string, unknown>>
}> {
  try {
    const { payload, protectedHeader } = await compactVerify(proof, keyInHeader, {
      algorithms: [...dpopAlgorithms],
    })
    if (protectedHeader.typ !== 'dpop+jwt') throw new Error('typ is not dpop+jwt')
    const claims: unknown = JSON.parse(new TextDecoder().decode(payload))
    if (typeof claims !== 'object' || claims === null)
      throw new Error('the payload is not an object')
    return {
      header: { jwk: protectedHeader.jwk as JWK },
      payload: claims as Record<string, unknown>,
    }
  } catch (cause) {
    throw new JwtError('INVALID', 'the proof cannot be verified', { cause })
  }
}

async function keyInHeader({ alg, jwk }: { alg?: string; jwk?: JWK }): Promise<CryptoKey> {
  if (jwk === undefined || PRIVATE_PARTS.some((part) => part in jwk)) {
    throw new JwtError('INVALID', 'the proof carries no public key')
  }
  return (await importJWK(jwk, alg ?? '')) as CryptoKey
}

function urlOf(text: string): string | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  url.search = ''
  url.hash = ''
  return url.href
}

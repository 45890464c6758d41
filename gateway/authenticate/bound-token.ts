// A token that is bound to a key counts with a proof of that key alone, for this very request, once (RFC 9449). Checked each time,
// also where the token itself is known already.
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { verifyDpopProof } from '@sallyport/claims/dpop'
import { JwtError } from '@sallyport/claims/jwt'
import { isRepeated } from '../http/credentials-in-headers.ts'
import type { ProofReplay } from './proof-replay.ts'
import { refused, type Verdict } from './verdict.ts'

export interface BoundTokenParts {
  readonly publicUrl: string
  readonly replay: ProofReplay
  /** Wall clock in milliseconds. */
  readonly now: () => number
}

/** @param scheme How it was sent: a bound token is refused as `Bearer`, and any other as `DPoP`. */
export function checkBinding(
  parts: BoundTokenParts,
  incoming: IncomingMessage,
  sent: { readonly scheme: 'bearer' | 'dpop'; readonly token: string; readonly verdict: Verdict },
): Verdict | Promise<Verdict> {
  const { scheme, token, verdict } = sent
  if (verdict.kind !== 'accepted') return verdict
  const { boundKey } = verdict.credential
  if (boundKey === null) return scheme === 'bearer' ? verdict : notProved()
  if (scheme === 'bearer') return notProved()
  return checkProof(parts, incoming, { token, boundKey, verdict })
}

async function checkProof(
  { publicUrl, replay, now }: BoundTokenParts,
  incoming: IncomingMessage,
  of: { readonly token: string; readonly boundKey: string; readonly verdict: Verdict },
): Promise<Verdict> {
  const proof = incoming.headers.dpop
  if (typeof proof !== 'string' || isRepeated(incoming, 'dpop')) return notProved()
  const [path = ''] = (incoming.url ?? '').split('?')
  try {
    const { thumbprint, id } = await verifyDpopProof(proof, {
      method: incoming.method ?? '',
      url: publicUrl + path,
      tokenHash: createHash('sha256').update(of.token).digest('base64url'),
      now,
    })
    if (thumbprint !== of.boundKey) return notProved()
    const noted = await replay.note(
      createHash('sha256').update(`${thumbprint}\0${id}`).digest('base64url'),
    )
    if (noted === 'unknown') return { kind: 'unavailable' }
    return noted === 'new' ? of.verdict : notProved()
  } catch (error) {
    if (error instanceof JwtError) return notProved()
    throw error
  }
}

function notProved(): Verdict {
  return refused('TOKEN_INVALID', 'DPOP_PROOF_INVALID')
}

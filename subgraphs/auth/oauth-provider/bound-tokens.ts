// Proofs of keys at the provider (RFC 9449). A client that gets no token without a key proves it with a nonce of ours: what was
// signed ahead of time, by somebody who had the key for a moment, gets nothing (11.2).
import { createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Configuration } from 'oidc-provider'
import type { AuthConfig } from '../config.ts'

const PROOF_SECONDS = 30

export function boundTokens({
  secrets,
}: Pick<AuthConfig, 'secrets'>): NonNullable<NonNullable<Configuration['features']>['dPoP']> {
  const key = Buffer.from(secrets.codeKey.current().release(), 'base64')
  return {
    enabled: true,
    // Nothing is stored: every instance knows the nonces of these minutes.
    nonceSecret: createHmac('sha256', key).update('dpop nonce').digest(),
    requireNonce: ({ oidc }) => oidc.client?.dpopBoundAccessTokens === true,
  }
}

/**
 * The library takes proofs of minutes: ours are of their moment, unless a nonce says when they were made. What cannot be read is the
 * library's to refuse.
 */
export function hasStaleProof({ headers }: IncomingMessage): boolean {
  const proof = headers.dpop
  if (typeof proof !== 'string') return false
  try {
    const [, payload = ''] = proof.split('.')
    const { iat, nonce } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    if (typeof nonce === 'string' && nonce !== '') return false
    return Math.abs(Number(iat) - Date.now() / 1000) > PROOF_SECONDS
  } catch {
    return false
  }
}

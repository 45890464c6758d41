// One sign-in at a provider as its challenge keeps it. What must be secret (state, nonce, the verifier of PKCE) is computed when it
// is sent and when it is checked, as mailed codes are, and stored nowhere.
import { createHmac } from 'node:crypto'
import type { AuthConfig } from '../../config.ts'
import type { VersionedSecret } from '../../core/secret.ts'
import type { Verification } from '../../verifications/verification.ts'

export interface ProviderFlow {
  /** Id of the provider: no other may answer. */
  readonly provider: string
  /** Where its answer goes, exactly. */
  readonly redirectUri: string
}

/** The page of auth's own that takes a provider's answer. */
export function callbackOf({ publicUrl }: Pick<AuthConfig, 'publicUrl'>, provider: string): string {
  return `${publicUrl}/sign-in/${provider}/callback`
}

/** Its name in a challenge's methods. */
export const PROVIDER = 'PROVIDER'

export function flowOf({ factor_state }: Pick<Verification, 'factor_state'>): ProviderFlow | null {
  const state = factor_state[PROVIDER] as ProviderFlow | undefined
  return state?.provider === undefined ? null : state
}

export interface FlowSecrets {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
}

export function flowSecrets(
  { id_hash, code_key_version }: Pick<Verification, 'id_hash' | 'code_key_version'>,
  codeKey: VersionedSecret,
): FlowSecrets {
  const key = Buffer.from(codeKey.version(code_key_version).release(), 'base64')
  const secret = (use: string) =>
    createHmac('sha256', key).update(`provider ${use}\0${id_hash}`).digest('base64url')
  // The hash of the challenge's id finds the flow; it opens none.
  return {
    state: `${id_hash}.${secret('state')}`,
    nonce: secret('nonce'),
    codeVerifier: secret('verifier'),
  }
}

// Where an agent that was refused finds who gives tokens for this deployment (RFC 9728).
import { dpopAlgorithms } from '@sallyport/claims/dpop'
import type { DescribedScopes } from '../../../platform/described-scopes.ts'
import type { AuthConfig } from '../config.ts'
import { supportedScopes } from './supported-scopes.ts'

interface ToldOf {
  readonly config: Pick<AuthConfig, 'publicUrl' | 'brand'>
  readonly describedScopes: DescribedScopes
}

const BASE = '/.well-known/oauth-protected-resource'

export const protectedResource = {
  /** Of the deployment, and of its graph. */
  paths: [BASE, `${BASE}/graphql`],
  document({ config, describedScopes }: ToldOf, path: string): object {
    const { publicUrl, brand } = config
    return {
      resource: path === BASE ? publicUrl : `${publicUrl}/graphql`,
      authorization_servers: [publicUrl],
      scopes_supported: supportedScopes(describedScopes),
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: dpopAlgorithms,
      resource_name: brand.productName,
    }
  },
} as const

// Where an agent that was refused finds who gives tokens for this deployment (RFC 9728).
import type { AuthConfig } from '../config.ts'

const BASE = '/.well-known/oauth-protected-resource'

export const protectedResource = {
  /** Of the deployment, and of its graph. */
  paths: [BASE, `${BASE}/graphql`],
  document({ publicUrl, brand }: Pick<AuthConfig, 'publicUrl' | 'brand'>, path: string): object {
    return {
      resource: path === BASE ? publicUrl : `${publicUrl}/graphql`,
      authorization_servers: [publicUrl],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access', 'graph', 'graph:write'],
      bearer_methods_supported: ['header'],
      resource_name: brand.productName,
    }
  },
} as const

// Step "introspection": who may read the schema itself.
import { isSignedIn } from '@sallyport/claims'
import type { Introspection } from '../config.ts'
import { GatewayError } from '../errors.ts'
import type { GatewayRequest } from '../request.ts'

export function controlIntrospection(parts: {
  readonly introspection: Introspection
  readonly isProduction: boolean
}) {
  const role = parts.introspection.startsWith('role:') ? parts.introspection.slice(5) : null
  return function introspection({ prepared, principal }: GatewayRequest): void {
    if (!prepared.usesIntrospection) return
    if (parts.introspection === 'development' && !parts.isProduction) return
    if (parts.introspection === 'authenticated' && isSignedIn(principal.claims)) return
    if (role !== null && principal.claims.roles.includes(role)) return
    throw new GatewayError('GRAPHQL_VALIDATION_FAILED', { message: 'Introspection is off.' })
  }
}

// Step "viewer": nobody's `viewer` is null, whatever is selected below it, and no reason to refuse what stands beside it.
import { GatewayError } from '../errors.ts'
import type { GatewayRequest } from '../request.ts'

export function leaveOutNobodysViewer(request: GatewayRequest): void {
  const { prepared, principal, verdict } = request
  if (prepared.forNobody === null || principal.claims.kind !== 'anonymous') return
  // A refresh cookie alone: null would tell a person who is signed in that they are not, and they would never refresh.
  if (verdict.kind === 'none' && verdict.missing === 'TOKEN_EXPIRED') {
    throw new GatewayError('UNAUTHENTICATED', { reason: 'TOKEN_EXPIRED' })
  }
  request.prepared = prepared.forNobody
}

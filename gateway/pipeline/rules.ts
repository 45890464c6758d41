// Step "rules": every access rule of the operation, before anything is planned. What is refused or left out costs no subgraph call.
import { rulesOfKind } from '@sallyport/claims'
import type { Principal } from '../authenticate/principal.ts'
import { errorForApp, errorFromDenial } from '../errors.ts'
import { serviceUnavailable } from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'
import { canBeAsked } from './refresh-principal.ts'

export function checkRules(parts: { readonly now: () => number }) {
  return function rules(request: GatewayRequest): void {
    const { prepared, principal, verdict } = request
    const nowSeconds = Math.floor(parts.now() / 1000)
    const denial = judge(() => prepared.authorize(principal.claims, nowSeconds))
    const reason = verdict.kind === 'none' ? verdict.missing : undefined
    const { leaveOutDenied } = prepared
    if (leaveOutDenied === null) {
      if (denial === null) return
      throw actsByOAuthToken(principal) ? errorForApp(denial) : errorFromDenial(denial, reason)
    }
    const isKnownToAuth = !prepared.needsLive || canBeAsked(principal)
    if (denial === null && isKnownToAuth) return
    const caller = { claims: principal.claims, nowSeconds, isKnownToAuth, reason }
    request.prepared = judge(() => leaveOutDenied(caller))
  }
}

function actsByOAuthToken({ claims }: Principal): boolean {
  const { proof } = rulesOfKind(claims)
  return proof === 'oauth-access-token' || proof === 'oauth-client-token'
}

/** A policy of a deployment's own that breaks says neither yes nor no, here as at a subgraph's door. */
function judge<T>(ask: () => T): T {
  try {
    return ask()
  } catch (error) {
    throw serviceUnavailable('POLICY_FAILED', error)
  }
}

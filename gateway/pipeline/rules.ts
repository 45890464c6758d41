// Step "rules": every access rule of the operation, before anything is planned. A refusal costs no subgraph call.
import type { Claims } from '@sallyport/claims'
import { errorFromDenial } from '../errors.ts'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import { serviceUnavailable } from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'

export function checkRules(parts: { readonly now: () => number }) {
  return function rules({ prepared, principal, verdict }: GatewayRequest): void {
    const denial = judge(prepared, principal.claims, Math.floor(parts.now() / 1000))
    if (denial === null) return
    throw errorFromDenial(denial, verdict.kind === 'none' ? verdict.missing : undefined)
  }
}

/** A policy of a deployment's own that breaks says neither yes nor no, here as at a subgraph's door. */
function judge(prepared: PreparedOperation, claims: Claims, nowSeconds: number) {
  try {
    return prepared.authorize(claims, nowSeconds)
  } catch (error) {
    throw serviceUnavailable('POLICY_FAILED', error)
  }
}

// Step "rules": every access rule of the operation, before anything is planned. A refusal costs no subgraph call.
import { errorFromDenial } from '../errors.ts'
import type { GatewayRequest } from '../request.ts'

export function checkRules(parts: { readonly now: () => number }) {
  return function rules({ prepared, principal, verdict }: GatewayRequest): void {
    const denial = prepared.authorize(principal.claims, Math.floor(parts.now() / 1000))
    if (denial === null) return
    throw errorFromDenial(denial, verdict.kind === 'none' ? verdict.missing : undefined)
  }
}

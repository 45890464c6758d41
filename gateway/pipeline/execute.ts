// Step "execute": hands the admitted operation to the engine, with all that it may know of the caller.
import type { Execute } from '../apollo.ts'
import type { Cors } from '../http/cors.ts'
import type { Identity } from '../identity.ts'
import type { GatewayRequest } from '../request.ts'
import type { RequestContext } from '../request-context.ts'
import { authHeaders } from './auth-headers.ts'

export interface ExecuteParts {
  readonly identity: Identity
  readonly cors: Cors
  readonly execute: Execute
}

export function executeOperation(parts: ExecuteParts) {
  return async function execute(request: GatewayRequest): Promise<void> {
    request.context = contextOf(request, parts)
    request.result = await parts.execute(request)
  }
}

function contextOf(request: GatewayRequest, { identity, cors }: ExecuteParts): RequestContext {
  const { principal, graph } = request
  let forAuth: Record<string, string> | undefined
  return {
    requestId: request.id,
    leaving: request.leaving,
    claims: principal.claims,
    identityHeader: (subgraph) => identity.headerFor(principal, subgraph, graph.version),
    // Most operations never reach auth: made when it is first asked for.
    get authHeaders() {
      forAuth ??= authHeaders(request, cors)
      return forAuth
    },
    forwardable: request.incoming.headers,
    setCookies: [],
    fetches: 0,
  }
}

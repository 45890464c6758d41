// Step "execute": hands the admitted operation to the engine, with all that it may know of the caller.
import type { IncomingHttpHeaders } from 'node:http'
import type { Claims } from '@sallyport/claims'
import type { Cancellation } from '../cancellation.ts'
import type { Identity } from '../identity.ts'
import type { GatewayRequest } from '../request.ts'
import type { IdentityHeader, IdentityTarget, RequestContext } from '../request-context.ts'
import type { Usage } from '../usage/usage.ts'
import { authHeaders } from './auth-headers.ts'
import { headersFromHook, type SubgraphHook } from './hooks.ts'

export interface ExecuteParts {
  readonly identity: Identity
  /** Default: nobody counts who asks for what. */
  readonly usage?: Pick<Usage, 'record'> | null
  /** Default: none. */
  readonly subgraphHook?: SubgraphHook | null
}

export function executeOperation(parts: ExecuteParts) {
  return function execute(request: GatewayRequest): Promise<void> {
    request.context = new ExecutionContext(request, parts)
    const { headers } = request.incoming
    parts.usage?.record(
      request.prepared,
      headers['apollographql-client-name'] ?? headers['x-client-name'],
    )
    return request.graph.execute(request).then((result) => {
      request.result = result
    })
  }
}

class ExecutionContext implements RequestContext {
  readonly requestId: string
  readonly cancellation: Cancellation
  readonly claims: Claims
  readonly forwardable: IncomingHttpHeaders
  readonly setCookies: string[] = []
  readonly trace: RequestContext['trace']
  fetches = 0
  readonly #request: GatewayRequest
  readonly #parts: ExecuteParts
  #authHeaders: Readonly<Record<string, string>> | null = null

  constructor(request: GatewayRequest, parts: ExecuteParts) {
    this.requestId = request.id
    this.cancellation = request.cancellation
    this.claims = request.principal.claims
    this.forwardable = request.incoming.headers
    this.trace = request.trace
    this.#request = request
    this.#parts = parts
  }

  get headersForSubgraph(): RequestContext['headersForSubgraph'] {
    const { subgraphHook } = this.#parts
    if (!subgraphHook) return undefined
    return (subgraph) => headersFromHook(this.#request, subgraph, subgraphHook)
  }

  identityHeader(subgraph: IdentityTarget): IdentityHeader | Promise<IdentityHeader> {
    const { principal, graph } = this.#request
    return this.#parts.identity.headerFor(principal, subgraph, graph.version)
  }

  // Most operations never reach auth: made when it is first asked for.
  get authHeaders(): Readonly<Record<string, string>> {
    this.#authHeaders ??= authHeaders(this.#request)
    return this.#authHeaders
  }
}

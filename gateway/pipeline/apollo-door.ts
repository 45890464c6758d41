// The steps at the door of a team's own Apollo Server, which has read the HTTP request itself.
import { refuseCredentialInUrl } from '../http/credentials-in-url.ts'
import { serviceUnavailable } from '../refusals.ts'
import type { GatewayRequest } from '../request.ts'
import type { Graph } from '../supergraph.ts'

export function createApolloDoor(parts: { currentGraph(): Graph | null }) {
  return {
    preconditions(request: GatewayRequest): void {
      refuseCredentialInUrl(request.search)
      const graph = parts.currentGraph()
      if (graph === null) throw serviceUnavailable('NO_GRAPH')
      request.enterGraph(graph)
    },
    /** Set with the request. */
    body: () => undefined,
    answer(request: GatewayRequest): void {
      request.answer = { status: 200, headers: {}, body: '' }
    },
  }
}

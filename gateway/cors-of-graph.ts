// CORS of the graph that is served: its configuration may change while the gateway runs.
import type { Log } from '../platform/log.ts'
import type { GatewayConfig } from './config.ts'
import { type Cors, createCors } from './http/cors.ts'
import { createTellUnlisted } from './http/unlisted-pages.ts'
import type { SupergraphConfig } from './supergraph/config.ts'
import type { Supergraph } from './supergraph.ts'

export function createCorsFactory(config: GatewayConfig, logger: Log) {
  const tellUnlisted = config.isProduction ? undefined : createTellUnlisted(logger)
  return ({ cors, subgraphs }: SupergraphConfig): Cors =>
    createCors({
      publicUrl: config.publicUrl,
      corsOrigins: [...config.corsOrigins, ...cors.origins],
      corsHeaders: [...cors.headers, ...subgraphs.flatMap(({ forwardHeaders }) => forwardHeaders)],
      tellUnlisted,
    })
}

/** For what belongs to no request of a graph: a preflight, a page, a refusal before anything was read. */
export function createCurrentCors(supergraph: Supergraph, withoutGraph: Cors): Cors {
  const current = () => supergraph.current()?.cors ?? withoutGraph
  return {
    headers: (incoming) => current().headers(incoming),
    headersFor: (origin) => current().headersFor(origin),
    preflight: (incoming) => current().preflight(incoming),
    isAllowedOrigin: (origin) => current().isAllowedOrigin(origin),
  }
}

// The admin listener: health in detail and metrics, for monitors; the graph, for operators. Never for clients.

import type { Log } from '../platform/log.ts'
import type { GatewayConfig } from './config.ts'
import { createCors } from './http/cors.ts'
import { type PageRoute, type PlainRoute, pages } from './http/route.ts'
import { createRouter } from './http/router.ts'
import { apiSecurityHeaders } from './http/security-headers.ts'
import { type Listener, listen } from './http/server.ts'
import type { Metrics } from './metrics.ts'

export interface AdminRoutes {
  readonly live: PlainRoute
  readonly ready: PlainRoute
  readonly metrics: PlainRoute
  /** Absent: the graph does not change by itself. */
  readonly graph?: PageRoute | undefined
  readonly usage?: PlainRoute | undefined
  readonly announcements?: PageRoute | undefined
}

/** Listens on `ADMIN_HOST` and `ADMIN_PORT`. @throws when the port is taken. */
export function listenForAdmins(
  config: GatewayConfig,
  { live, ready, metrics, graph, usage, announcements }: AdminRoutes,
  logger: Log,
): Promise<Listener> {
  const handle = createRouter({
    routes: {
      ...pages({ '/health/live': live, '/health/ready': ready, '/metrics': metrics }),
      ...(graph && { '/graph': graph }),
      ...(usage && pages({ '/usage': usage })),
      ...(announcements && { '/announcements': announcements }),
    },
    cors: createCors({ publicUrl: config.publicUrl, corsOrigins: [] }),
    securityHeaders: apiSecurityHeaders(config.isProduction),
    logger,
  })
  const { adminHost: host, adminPort: port, limits } = config
  // Of each process its own: a shared one would answer for whichever worker took the connection.
  return listen({ host, port, tls: null, limits, handle, isExclusive: true })
}

/** Text for monitors; JSON for the primary process, which adds up its workers'. */
export function createMetricsPage({ text, json, contentType }: Metrics): PlainRoute {
  const answer = (type: string, body: string) => ({
    status: 200,
    headers: { 'content-type': type, 'cache-control': 'no-store' },
    body,
  })
  return async ({ headers }) =>
    headers.accept === 'application/json'
      ? answer('application/json; charset=utf-8', JSON.stringify(await json()))
      : answer(contentType, await text())
}

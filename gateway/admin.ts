// The admin listener: health in detail, for monitors. Never for clients.

import type { Log } from '../platform/log.ts'
import type { GatewayConfig } from './config.ts'
import { createCors } from './http/cors.ts'
import { type PlainRoute, pages } from './http/route.ts'
import { createRouter } from './http/router.ts'
import { apiSecurityHeaders } from './http/security-headers.ts'
import { type Listener, listen } from './http/server.ts'

export interface AdminRoutes {
  readonly live: PlainRoute
  readonly ready: PlainRoute
}

/** Listens on `ADMIN_HOST` and `ADMIN_PORT`. @throws when the port is taken. */
export function listenForAdmins(
  config: GatewayConfig,
  { live, ready }: AdminRoutes,
  logger: Log,
): Promise<Listener> {
  const handle = createRouter({
    routes: pages({ '/health/live': live, '/health/ready': ready }),
    cors: createCors({ publicUrl: config.publicUrl, corsOrigins: [] }),
    securityHeaders: apiSecurityHeaders(config.isProduction),
    logger,
  })
  const { adminHost: host, adminPort: port, limits } = config
  // Of each process its own: a shared one would answer for whichever worker took the connection.
  return listen({ host, port, tls: null, limits, handle, isExclusive: true })
}

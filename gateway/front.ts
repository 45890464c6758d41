// The public listener's paths, in one table: the graph, pages and documents of our own, and what passes to auth.
import type { AuthNames } from '../platform/auth-names/auth-names.ts'
import type { Log } from '../platform/log.ts'
import type { AuthConnection, Clocks } from './auth-connection.ts'
import type { GatewayConfig } from './config.ts'
import type { Deadlines } from './deadlines.ts'
import { createDeploymentRoute, type DeploymentParts } from './deployment/route.ts'
import { createAltairRoutes } from './explorer/altair.ts'
import { firstOperationsOf } from './explorer/first-operations.ts'
import { createSandboxPage } from './explorer/sandbox.ts'
import type { Health } from './health.ts'
import { createCallerReader } from './http/client-address.ts'
import type { Cors } from './http/cors.ts'
import { createGraphqlEndpoint } from './http/graphql.ts'
import { type PlainRoute, pages, type RouteTable } from './http/route.ts'
import { createRouter } from './http/router.ts'
import { apiSecurityHeaders } from './http/security-headers.ts'
import type { Metrics } from './metrics.ts'
import { createPassedRoutes, type PassParts } from './passed/pass.ts'
import type { PassedPath } from './passed/paths.ts'
import type { Pipeline } from './pipeline.ts'
import { createRefusalPage } from './refusal-page/page.ts'
import type { OpenTrace } from './request-trace.ts'
import { createStartPage } from './start-page.ts'

/** The handler of the public listener. */
export function createFront(parts: {
  config: GatewayConfig
  pipeline: Pipeline
  pass: Omit<PassParts, 'identifyCaller' | 'renderRefusal'>
  passedPaths: readonly PassedPath[]
  health: Health
  cors: Cors
  logger: Log
  clocks: Clocks
  deadlines: Deadlines
  metrics: Metrics
  openTrace: OpenTrace
  identity: { publicJwks: unknown }
  auth: AuthConnection
  /** What auth is called in the graph that is served. */
  authNames: () => AuthNames
  deployment: DeploymentParts
}) {
  const { config, pipeline, health, cors, logger, clocks, identity, auth } = parts
  const securityHeaders = apiSecurityHeaders(config.isProduction)
  const identityJwks = JSON.stringify(identity.publicJwks)
  const identifyCaller = createCallerReader(config.trustedProxies)
  const graphql = createGraphqlEndpoint({
    pipeline,
    identifyCaller,
    cors,
    securityHeaders,
    executionTimeoutMs: config.limits.executionTimeoutMs,
    deadlines: parts.deadlines,
    logger,
    metrics: parts.metrics,
    openTrace: parts.openTrace,
    monotonic: clocks.monotonic,
    resourceMetadata: `${config.publicUrl}/.well-known/oauth-protected-resource/graphql`,
  })
  const operations = () => firstOperationsOf(parts.authNames())
  const routes: RouteTable = {
    '/graphql': {
      kind: 'graphql',
      answer: graphql,
      page: config.isProduction ? null : createSandboxPage(operations),
    },
    ...pages({
      '/': createStartPage(config),
      '/health/live': health.live,
      '/health/ready': health.ready,
      '/.well-known/sallyport': createDeploymentRoute(parts.deployment),
      '/.well-known/webauthn': () => relatedOrigins(config.passkeyOrigins),
      '/.well-known/identity-jwks.json': () => jwksAnswer(identityJwks),
      '/.well-known/jwks.json': () => jwksAnswer(auth.keys.published()),
      ...(config.isProduction ? {} : createAltairRoutes(operations)),
    }),
  }
  const renderRefusal = createRefusalPage(config.brand)
  const passed = createPassedRoutes(
    { ...parts.pass, identifyCaller, renderRefusal },
    parts.passedPaths,
  )
  for (const path of Object.keys(passed)) {
    if (path in routes) throw new Error(`${path}: is answered by the gateway itself`)
  }
  return createRouter({
    routes: { ...routes, ...passed },
    cors,
    securityHeaders,
    logger,
    renderRefusal: (refusal, incoming) => renderRefusal(refusal, incoming, null),
  })
}

/** WebAuthn level 3, section 5.11: where the passkeys of this host may be used besides. */
function relatedOrigins(origins: readonly string[]): ReturnType<PlainRoute> {
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' },
    body: JSON.stringify({ origins }),
  }
}

function jwksAnswer(body: string | null): ReturnType<PlainRoute> {
  if (body === null) return { status: 503, headers: { 'retry-after': '1' }, body: '' }
  const headers = {
    'content-type': 'application/jwk-set+json',
    'cache-control': 'public, max-age=30',
  }
  return { status: 200, headers, body }
}

// The public listener's paths: the graph, health, keys, the account pages, and the explorers in development.
import type { Log } from '../platform/log.ts'
import type { AskAccount } from './account/ask.ts'
import { createAccountRoutes } from './account/routes.ts'
import type { AuthConnection, Clocks } from './auth-connection.ts'
import type { GatewayConfig } from './config.ts'
import { createAltairRoutes } from './explorer/altair.ts'
import { createSandboxPage } from './explorer/sandbox.ts'
import type { Health } from './health.ts'
import { createCallerReader } from './http/client-address.ts'
import type { Cors } from './http/cors.ts'
import { createGraphqlEndpoint } from './http/graphql.ts'
import { createRouter, type PlainRoute } from './http/router.ts'
import { apiSecurityHeaders } from './http/security-headers.ts'
import type { Pipeline } from './pipeline.ts'
import { createStartPage } from './start-page.ts'

/** The handler of the public listener. */
export function createFront(parts: {
  config: GatewayConfig
  pipeline: Pipeline
  askAccount: AskAccount
  health: Health
  cors: Cors
  logger: Log
  clocks: Clocks
  identity: { publicJwks: unknown }
  auth: AuthConnection
}) {
  const { config, pipeline, askAccount, health, cors, logger, clocks, identity, auth } = parts
  const securityHeaders = apiSecurityHeaders(config.isProduction)
  const identityJwks = JSON.stringify(identity.publicJwks)
  const identifyCaller = createCallerReader(config.trustedProxies)
  const account = createAccountRoutes({
    ...config,
    isHttpsRequired: config.isProduction,
    identifyCaller,
    ask: askAccount,
  })
  const graphql = createGraphqlEndpoint({
    pipeline,
    identifyCaller,
    cors,
    securityHeaders,
    executionTimeoutMs: config.limits.executionTimeoutMs,
    logger,
    monotonic: clocks.monotonic,
  })
  return createRouter({
    graphql,
    sandbox: config.isProduction ? null : createSandboxPage(),
    routes: {
      '/': createStartPage(config),
      '/health/live': health.live,
      '/health/ready': health.ready,
      '/.well-known/identity-jwks.json': () => jwksAnswer(identityJwks),
      '/.well-known/jwks.json': () => jwksAnswer(auth.keys.published()),
      ...account.pages,
      ...(config.isProduction ? {} : createAltairRoutes()),
    },
    forms: account.forms,
    cors,
    securityHeaders,
    logger,
  })
}

function jwksAnswer(body: string | null): ReturnType<PlainRoute> {
  if (body === null) return { status: 503, headers: { 'retry-after': '1' }, body: '' }
  const headers = {
    'content-type': 'application/jwk-set+json',
    'cache-control': 'public, max-age=30',
  }
  return { status: 200, headers, body }
}

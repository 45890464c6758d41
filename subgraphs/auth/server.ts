// The auth subgraph's HTTP face, for gateways alone: GraphQL, pages, the internal API, public keys and health.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { ApolloServer } from '@apollo/server'
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled'
import { anonymousClaims } from '@sallyport/claims'
import type { GraphQLSchema } from 'graphql'
import { prepareStop } from '../../platform/stop-server.ts'
import { listenForMonitors, type MonitorRoutes } from './admin.ts'
import { type AuthContext, createContext } from './context.ts'
import type { AuthDeps } from './core/dependencies.ts'
import { formatError } from './core/errors.ts'
import { sendJson } from './core/http-body.ts'
import { hostedPages } from './hosted-pages.ts'
import { createRefusalWarning, fail } from './http-failures.ts'
import { createForwardingNotes } from './networks/note-forwarding.ts'
import { createPages, flowCookiesOf } from './pages/http.ts'
import { providerPages } from './pages/provider.ts'
import { credentials, metrics, ready, revocations, waysIn } from './serve-gateways.ts'
import { graphql } from './serve-graphql.ts'
import { pageRoutes } from './serve-pages.ts'
import type { Handler, ServerDeps } from './server-parts.ts'
import { createAuthSchema } from './subgraph.ts'

export interface AuthServer {
  readonly server: Server
  /** Null: there is no admin listener, and `server` answers for it. */
  readonly adminUrl: string | null
  stop(): Promise<void>
}

const LONGEST_STOP_MS = 5_000

export async function createAuthServer(parts: ServerDeps): Promise<AuthServer> {
  const { deps } = parts
  const schema = createAuthSchema(parts.names)
  parts.tracing?.traceFields(schema)
  const apollo = createApollo(schema, deps)
  await apollo.start()
  const notes = createForwardingNotes(deps)
  const warnOfRefusal = createRefusalWarning(deps.log)

  const pages = createPages(
    {
      ...parts,
      config: deps.config,
      describedScopes: deps.describedScopes,
      schema,
      onUnexpected: (error) => deps.log.error({ err: error }, 'a request failed'),
    },
    [...hostedPages, ...providerPages(deps.config, deps.providers.all), ...parts.oauth.pages],
  )
  const health = {
    'GET /health/live': async (response) => sendJson(response, 200, { status: 'ok' }),
    'GET /health/ready': (response) => ready(deps, response),
  } satisfies MonitorRoutes
  const routes: Readonly<Record<string, Handler>> = {
    ...pageRoutes({ ...parts, notes }, pages),
    ...parts.oauth.handlers({
      identity: parts.identity,
      originOf: ({ headers }) => createContext(deps, anonymousClaims, headers).origin,
      cookiesOf: ({ headers }) => flowCookiesOf(headers),
    }),
    'POST /graphql': (request, response) => {
      const work = () => graphql(apollo, { ...parts, notes }, request, response)
      return parts.tracing === null ? work() : parts.tracing.around(request.headers, work)
    },
    'POST /internal/credentials': (request, response) => credentials(parts, request, response),
    'GET /internal/revocations': (request, response) => revocations(parts, request, response),
    'GET /internal/ways-in': (request, response) => waysIn(parts, request, response),
    'GET /.well-known/jwks.json': async (_, response) =>
      sendJson(response, 200, deps.keyring.jwks()),
    'GET /health/live': (_, response) => health['GET /health/live'](response),
    'GET /health/ready': (_, response) => health['GET /health/ready'](response),
    ...(deps.config.admin === null && {
      'GET /metrics': (_: IncomingMessage, response: ServerResponse) => metrics(parts, response),
    }),
  }
  const server = createServer(
    { requestTimeout: 15_000, headersTimeout: 10_000 },
    (request, response) => {
      const path = request.url?.split('?')[0] ?? ''
      const handler = routes[`${methodOf(request, path)} ${path}`]
      if (handler === undefined) return sendJson(response, 404, { error: 'not found' })
      handler(request, response).catch((error: unknown) => {
        warnOfRefusal(error)
        fail(deps, response, error)
      })
    },
  )
  const stopServer = prepareStop(server, LONGEST_STOP_MS)
  const admin =
    deps.config.admin === null
      ? null
      : await listenForMonitors(
          deps.config.admin,
          { ...health, 'GET /metrics': (response) => metrics(parts, response) },
          (response, error) => fail(deps, response, error),
        )
  return {
    server,
    adminUrl: admin?.url ?? null,
    stop: async () => {
      parts.feed.stop()
      await stopServer()
      await admin?.stop()
      await apollo.stop()
    },
  }
}

/** HEAD is GET, of whose answer node sends the head alone; the feed has no end, and nothing for it. */
function methodOf({ method }: IncomingMessage, path: string): string | undefined {
  return method === 'HEAD' && !path.startsWith('/internal/') ? 'GET' : method
}

function createApollo(schema: GraphQLSchema, { config, log }: AuthDeps) {
  return new ApolloServer<AuthContext>({
    schema,
    introspection: !config.isProduction,
    // Requests come from gateways with an identity token, never from a browser.
    csrfPrevention: false,
    // Anyone who starts the process decides how it ends.
    stopOnTerminationSignals: false,
    plugins: [ApolloServerPluginInlineTraceDisabled()],
    allowBatchedHttpRequests: false,
    hideSchemaDetailsFromClientErrors: config.isProduction,
    includeStacktraceInErrorResponses: false,
    formatError: (formatted, thrown) =>
      formatError(formatted, thrown, (error) => log.error({ err: error }, 'a request failed')),
  })
}

// The auth subgraph's HTTP face, for gateways alone: GraphQL, pages, the internal API, public keys and health.
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { ApolloServer, HeaderMap } from '@apollo/server'
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled'
import { anonymousClaims, type Claims, IdentityError, type IdentityReader } from '@sallyport/claims'
import type { Logger } from 'pino'
import type { AuthNames } from '../../platform/auth-names/auth-names.ts'
import { prepareStop } from '../../platform/stop-server.ts'
import { listenForMonitors, type MonitorRoutes } from './admin.ts'
import { type AuthContext, createContext } from './context.ts'
import { isDatabaseAway } from './core/database.ts'
import type { AuthDeps } from './core/dependencies.ts'
import { AuthError, formatError } from './core/errors.ts'
import { inLanguage } from './core/mail/language.ts'
import { hostedPages } from './hosted-pages.ts'
import { answerCredentials } from './introspection/http.ts'
import { readMetrics } from './metrics.ts'
import { createForwardingNotes } from './networks/note-forwarding.ts'
import type { OAuthProvider } from './oauth-provider/oauth-provider.ts'
import { type AnswerPage, createPages, flowCookiesOf } from './pages/http.ts'
import { providerPages } from './pages/provider.ts'
import type { RevocationFeed } from './revocation/feed.ts'
import { signInMethods } from './sign-in/sign-in-methods.ts'
import { createAuthSchema } from './subgraph.ts'
import type { RequestTracing } from './tracing/trace-requests.ts'

export interface AuthServer {
  readonly server: Server
  /** Null: there is no admin listener, and `server` answers for it. */
  readonly adminUrl: string | null
  stop(): Promise<void>
}

interface ServerDeps {
  readonly deps: AuthDeps
  readonly identity: IdentityReader
  readonly feed: RevocationFeed
  readonly oauth: OAuthProvider
  /** What auth is called in this graph. */
  readonly names: AuthNames
  /** Null: nothing is traced. */
  readonly tracing: RequestTracing | null
}

const MAX_BODY_BYTES = 1024 * 1024
const LONGEST_STOP_MS = 5_000

type ForwardingNotes = ReturnType<typeof createForwardingNotes>
type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export async function createAuthServer(parts: ServerDeps): Promise<AuthServer> {
  const { deps } = parts
  const schema = createAuthSchema(parts.names)
  parts.tracing?.traceFields(schema)
  const apollo = new ApolloServer<AuthContext>({
    schema,
    introspection: !deps.config.isProduction,
    // Requests come from gateways with an identity token, never from a browser.
    csrfPrevention: false,
    // Anyone who starts the process decides how it ends.
    stopOnTerminationSignals: false,
    plugins: [ApolloServerPluginInlineTraceDisabled()],
    allowBatchedHttpRequests: false,
    hideSchemaDetailsFromClientErrors: deps.config.isProduction,
    includeStacktraceInErrorResponses: false,
    formatError: (formatted, thrown) =>
      formatError(formatted, thrown, (error) => deps.log.error({ err: error }, 'a request failed')),
  })
  await apollo.start()
  const notes = createForwardingNotes(deps)
  const warnOfRefusal = createRefusalWarning(deps.log)

  const pages = createPages(
    {
      ...parts,
      config: deps.config,
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
      'GET /metrics': (_: IncomingMessage, response: ServerResponse) => metrics(deps, response),
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
          { ...health, 'GET /metrics': (response) => metrics(deps, response) },
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

async function graphql(
  apollo: ApolloServer<AuthContext>,
  { deps, identity, names, notes }: ServerDeps & { notes: ForwardingNotes },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const claims = await identity.read(request.headers)
  refuseOtherNames(request.headers, names)
  const body = await readJson(request)
  const context = createContext(deps, claims, request.headers)
  noteForwarding(notes, request.headers)
  const result = await inLanguage(request.headers['sallyport-client-language'], () =>
    apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: 'POST',
        headers: new HeaderMap([['content-type', 'application/json']]),
        search: '',
        body,
      },
      context: async () => context,
    }),
  )
  for (const [name, value] of result.headers) response.setHeader(name, value)
  if (context.setCookies.length > 0) response.setHeader('set-cookie', context.setCookies)
  response.statusCode = result.status ?? 200
  response.end(result.body.kind === 'complete' ? result.body.string : '')
}

function pageRoutes(
  parts: ServerDeps & { readonly notes: ForwardingNotes },
  pages: ReadonlyMap<string, AnswerPage>,
): Record<string, Handler> {
  const handlers = [...pages].map(([path, answer]): [string, Handler] => [
    path,
    (request, response) => {
      const work = () => page(answer, parts, request, response)
      return parts.tracing === null ? work() : parts.tracing.around(request.headers, work)
    },
  ])
  return Object.fromEntries(
    handlers.flatMap(([path, handler]) => [
      [`GET ${path}`, handler],
      [`POST ${path}`, handler],
    ]),
  )
}

async function page(
  answer: AnswerPage,
  { deps, identity, notes }: ServerDeps & { readonly notes: ForwardingNotes },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { headers } = request
  const claims = await identity.read(headers)
  const flow = flowCookiesOf(headers).get('__Host-flow')
  const door = createContext(deps, claims, { ...headers, 'sallyport-client-flow': flow })
  noteForwarding(notes, headers)
  const isForm = request.method === 'POST'
  const {
    status,
    headers: answered,
    body,
  } = await answer({
    method: isForm ? 'POST' : 'GET',
    query: new URL(request.url ?? '/', 'http://auth').searchParams,
    form: new URLSearchParams(isForm ? await readText(request) : ''),
    headers,
    door,
  })
  response.writeHead(status, answered)
  response.end(body)
}

function noteForwarding(notes: ForwardingNotes, headers: IncomingHttpHeaders): void {
  const ignoredPeer = headers['sallyport-client-forwarding-ignored']
  if (typeof ignoredPeer === 'string') notes.note(ignoredPeer.slice(0, 64))
}

/** A gateway with other names means other fields: what it asks would be answered by luck. The token is verified already. */
function refuseOtherNames(headers: IncomingHttpHeaders, { fingerprint }: AuthNames): void {
  const [, payload = ''] = String(headers['sallyport-identity']).split('.')
  const said = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as {
    auth_names?: unknown
  }
  if ((said.auth_names ?? null) === fingerprint) return
  throw new HttpError(503, OTHER_NAMES)
}

const OTHER_NAMES =
  'the gateway has other names for auth: "auth:" in supergraph.yaml has to be the same for both'

async function credentials(
  { deps, identity }: ServerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  requireGateway(await identity.read(request.headers))
  const answer = await answerCredentials(deps, await readJson(request))
  if (answer === null) sendJson(response, 400, { error: 'malformed question' })
  else sendJson(response, 200, answer)
}

async function waysIn(
  { deps, identity }: ServerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  requireGateway(await identity.read(request.headers))
  sendJson(response, 200, { ...signInMethods(deps), registration: deps.config.registration })
}

async function revocations(
  { identity, feed }: ServerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  requireGateway(await identity.read(request.headers))
  await feed.subscribe(response)
}

function requireGateway(claims: Claims): void {
  if (claims.kind !== 'gateway') throw new HttpError(403, 'for gateways alone')
}

async function ready(deps: AuthDeps, response: ServerResponse): Promise<void> {
  await deps.db.raw('select 1')
  sendJson(response, 200, { status: 'ready' })
}

async function metrics(deps: AuthDeps, response: ServerResponse): Promise<void> {
  const registry = await readMetrics(deps)
  response.writeHead(200, { 'content-type': registry.contentType })
  response.end(await registry.metrics())
}

const WARN_EVERY_MS = 60_000

/**
 * A gateway whose tokens are refused has other settings than we, and nothing works until somebody is told why.
 * Once a minute: anyone who reaches this port could fill the log.
 */
function createRefusalWarning(log: Logger): (error: unknown) => void {
  let warnedAt = Number.NEGATIVE_INFINITY
  return (error) => {
    // Without a cause there was no token: somebody who is not a gateway.
    if (!(error instanceof IdentityError) || error.status !== 401 || !error.cause) return
    if (performance.now() - warnedAt < WARN_EVERY_MS) return
    warnedAt = performance.now()
    log.warn(
      { err: error.cause },
      "an identity token is refused: PUBLIC_URL must be the gateways', IDENTITY_JWKS_URL must lead to them, and the clocks must agree",
    )
  }
}

class HttpError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new HttpError(413, 'the body is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const text = await readText(request)
  try {
    // A byte order mark may be passed over (RFC 8259, section 8.1), as the gateway does.
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    throw new HttpError(400, 'the body is not JSON')
  }
}

/** A refused identity token is 401; a database that is unavailable is 503; nothing says more than that. */
function fail(deps: AuthDeps, response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy()
  const status = statusOf(error)
  if (status >= 500) deps.log.error({ err: error }, 'a request failed')
  if (status === 503) response.setHeader('retry-after', '2')
  const code =
    status === 401 ? 'UNAUTHENTICATED' : status === 503 ? 'SERVICE_UNAVAILABLE' : 'BAD_REQUEST'
  const message = status === 500 ? 'Something went wrong.' : (error as Error).message
  sendJson(response, status, {
    errors: [
      {
        message: status === 503 ? 'The service is partly away.' : message,
        extensions: { code: status === 500 ? 'INTERNAL_SERVER_ERROR' : code },
      },
    ],
  })
}

function statusOf(error: unknown): number {
  if (error instanceof HttpError) return error.status
  if (isDatabaseAway(error) || isUnavailable(error)) return 503
  const http = (error as { extensions?: { http?: { status?: unknown } } } | null)?.extensions?.http
  return typeof http?.status === 'number' ? http.status : 500
}

function isUnavailable(error: unknown): boolean {
  return error instanceof AuthError && error.code === 'SERVICE_UNAVAILABLE'
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(body))
}

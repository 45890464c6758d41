// The subgraph's HTTP: POST /graphql for the gateway, /health for the operator, nothing else.
import type {
  IncomingHttpHeaders,
  IncomingMessage,
  RequestListener,
  ServerResponse,
} from 'node:http'
import { type ApolloServer, HeaderMap } from '@apollo/server'
import { type Claims, IdentityError } from '@sallyport/claims'
import type { Logger } from 'pino'
import type { ReviewsContext } from './context.ts'

export interface HandlerDeps {
  readonly apollo: ApolloServer<ReviewsContext>
  /** @throws IdentityError */
  identify(headers: IncomingHttpHeaders): Promise<Claims>
  contextOf(claims: Claims): ReviewsContext
  isReady(): Promise<boolean>
  readonly logger: Logger
}

const MAX_BODY_BYTES = 1_048_576

/** A listener for `node:http`. Nothing of a request is read before its identity is verified. */
export function createHandler(deps: HandlerDeps): RequestListener {
  return (request, response) => {
    route(deps, request, response).catch((error: unknown) => refuse(deps, error, response))
  }
}

async function route(deps: HandlerDeps, request: IncomingMessage, response: ServerResponse) {
  const path = request.url?.split('?', 1)[0]
  if (path === '/health/live') return answer(response, 200, { status: 'live' })
  if (path === '/health/ready') {
    const isReady = await deps.isReady()
    return answer(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready' })
  }
  if (path !== '/graphql') return fail(response, 404, 'NOT_FOUND', 'There is only /graphql.')
  const claims = await deps.identify(request.headers)
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST')
    return fail(response, 405, 'BAD_REQUEST', 'Use POST.')
  }
  const body = await readBody(request)
  if (body === null) {
    response.setHeader('connection', 'close')
    return fail(response, 413, 'BAD_REQUEST', 'The request is too large.')
  }
  return execute(deps, claims, { request, body, response })
}

async function execute(
  { apollo, contextOf }: HandlerDeps,
  claims: Claims,
  { request, body, response }: { request: IncomingMessage; body: string; response: ServerResponse },
) {
  const parsed = parseJson(body)
  if (parsed === undefined) return fail(response, 400, 'BAD_REQUEST', 'The body is not JSON.')
  const result = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: 'POST',
      search: '',
      headers: headerMap(request.headers),
      body: parsed,
    },
    context: async () => contextOf(claims),
  })
  for (const [name, value] of result.headers) response.setHeader(name, value)
  response.statusCode = result.status ?? 200
  // Only @defer makes chunks, and it is not in this schema.
  response.end(result.body.kind === 'complete' ? result.body.string : undefined)
}

function refuse({ logger }: HandlerDeps, error: unknown, response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  if (!(error instanceof IdentityError)) {
    logger.error({ err: error }, 'unexpected error')
    fail(response, 500, 'INTERNAL_SERVER_ERROR', 'Something went wrong.')
    return
  }
  logger.debug({ err: error }, 'identity refused')
  if (error.status === 503) response.setHeader('retry-after', '1')
  fail(response, error.status, error.code, error.message)
}

/** `null` when it is larger than it may be. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  // Leaving the loop must not destroy the connection that the refusal is to be sent on.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    // A byte order mark may be passed over (RFC 8259, section 8.1), as the gateway does.
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

function headerMap(headers: IncomingHttpHeaders): HeaderMap {
  const map = new HeaderMap()
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return map
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  answer(response, status, { errors: [{ message, extensions: { code } }] })
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(body))
}

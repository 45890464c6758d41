// What gateways alone may ask, and monitors.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Claims } from '@sallyport/claims'
import type { AuthDeps } from './core/dependencies.ts'
import { HttpError, readJson, sendJson } from './core/http-body.ts'
import { answerCredentials } from './introspection/http.ts'
import { readMetrics } from './metrics.ts'
import type { ServerDeps } from './server-parts.ts'
import { signInMethods } from './sign-in/sign-in-methods.ts'

export async function credentials(
  { deps, identity }: ServerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  requireGateway(await identity.read(request.headers))
  const answer = await answerCredentials(deps, await readJson(request))
  if (answer === null) sendJson(response, 400, { error: 'malformed question' })
  else sendJson(response, 200, answer)
}

export async function waysIn(
  { deps, identity }: ServerDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  requireGateway(await identity.read(request.headers))
  sendJson(response, 200, { ...signInMethods(deps), registration: deps.config.registration })
}

export async function revocations(
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

export async function ready(deps: AuthDeps, response: ServerResponse): Promise<void> {
  await deps.db.raw('select 1')
  sendJson(response, 200, { status: 'ready' })
}

export async function metrics(deps: AuthDeps, response: ServerResponse): Promise<void> {
  const registry = await readMetrics(deps)
  response.writeHead(200, { 'content-type': registry.contentType })
  response.end(await registry.metrics())
}

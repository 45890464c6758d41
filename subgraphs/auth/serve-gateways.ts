// What gateways alone may ask, and monitors.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Claims } from '@sallyport/claims'
import { inTime } from '../../platform/in-time.ts'
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

/** Anyone who probes waits a few seconds, and should be told: what hangs says as little as a process that does. */
const READY_MS = 2_000

/** @throws NoAnswer while the database takes questions and answers none */
export async function ready({ db }: AuthDeps, response: ServerResponse): Promise<void> {
  await inTime(
    db.raw('select 1').then(() => true),
    READY_MS,
  )
  sendJson(response, 200, { status: 'ready' })
}

export async function metrics(
  { deps, hasTakers }: Pick<ServerDeps, 'deps' | 'hasTakers'>,
  response: ServerResponse,
): Promise<void> {
  const registry = await readMetrics({ ...deps, hasTakers })
  response.writeHead(200, { 'content-type': registry.contentType })
  response.end(await registry.metrics())
}

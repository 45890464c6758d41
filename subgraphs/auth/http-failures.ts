// What a request that fails is answered, and what the log says of it.
import type { ServerResponse } from 'node:http'
import { IdentityError } from '@sallyport/claims'
import type { Logger } from 'pino'
import { NoAnswer } from '../../platform/in-time.ts'
import { isDatabaseAway } from './core/database.ts'
import type { AuthDeps } from './core/dependencies.ts'
import { AuthError } from './core/errors.ts'
import { HttpError, sendJson } from './core/http-body.ts'

const WARN_EVERY_MS = 60_000

/**
 * A gateway whose tokens are refused has other settings than we, and nothing works until somebody is told why.
 * Once a minute: anyone who reaches this port could fill the log.
 */
export function createRefusalWarning(log: Logger): (error: unknown) => void {
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

/** A refused identity token is 401; a database that is unavailable is 503; nothing says more than that. */
export function fail(deps: AuthDeps, response: ServerResponse, error: unknown): void {
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
  if (isDatabaseAway(error) || error instanceof NoAnswer || isUnavailable(error)) return 503
  const http = (error as { extensions?: { http?: { status?: unknown } } } | null)?.extensions?.http
  return typeof http?.status === 'number' ? http.status : 500
}

function isUnavailable(error: unknown): boolean {
  return error instanceof AuthError && error.code === 'SERVICE_UNAVAILABLE'
}

// The provider's endpoints behind the gateway. Each request brings an identity token: it says that it came through a gateway, and
// for people who they are (gateway/passed/).
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AuthError } from '../core/errors.ts'
import { readText, sendJson } from '../core/http-body.ts'
import { limitNetwork } from '../core/throttling/limit-network.ts'
import { answerProgram } from './answer-program.ts'
import { authorize, resume } from './authorize.ts'
import { renderProblem } from './problem-page.ts'
import { protectedResource } from './protected-resource.ts'
import { paths } from './provider.ts'
import { registerItself } from './register-itself.ts'
import { languageOf, MAX_BODY_BYTES, type Parts } from './under-way.ts'
import { answerUserinfo } from './userinfo.ts'

export type OAuthHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** By method and path. */
export function createOAuthHandlers(parts: Parts): Readonly<Record<string, OAuthHandler>> {
  const program = (reason: string) => (request: IncomingMessage, response: ServerResponse) =>
    answerProgram(parts, { request, response, reason })
  const document = (request: IncomingMessage, response: ServerResponse) =>
    answerProgram(parts, { request, response, reason: 'none' })
  const handlers: Record<string, OAuthHandler> = {
    [`GET ${paths.authorization}`]: limited(
      parts,
      (request, response) => authorize(parts, request, response),
      ({ deps }, request, response) =>
        renderProblem(deps.config, {
          response,
          language: languageOf(request),
          status: 429,
          code: TOO_MANY,
        }),
    ),
    'GET /oauth2/resume': (request, response) => resume(parts, request, response),
    [`POST ${paths.token}`]: program('reuse'),
    [`POST ${paths.pushed_authorization_request}`]: limited(parts, program('none'), refuseProgram),
    [`POST ${paths.device_authorization}`]: limited(parts, program('none'), refuseProgram),
    [`POST ${paths.introspection}`]: program('none'),
    [`POST ${paths.revocation}`]: program('revoked-by-app'),
    [`POST ${paths.registration}`]: async (request, response) => {
      const sent = await readText(request, MAX_BODY_BYTES)
      const answer = await registerItself(parts.deps, parts.originOf(request), sent)
      if (answer.retryAfterSeconds !== undefined) {
        response.setHeader('retry-after', String(answer.retryAfterSeconds))
      }
      sendJson(response, answer.status, answer.body)
    },
    'GET /.well-known/openid-configuration': document,
    'GET /.well-known/oauth-authorization-server': document,
  }
  for (const path of protectedResource.paths) {
    handlers[`GET ${path}`] = async (_request, response) =>
      sendJson(response, 200, protectedResource.document(parts.deps, path))
  }
  for (const method of ['GET', 'POST']) {
    handlers[`${method} ${paths.userinfo}`] = (request, response) =>
      answerUserinfo(parts, request, response)
  }
  return Object.fromEntries(
    Object.entries(handlers).map(([place, handler]): [string, OAuthHandler] => [
      place,
      async (request, response) => {
        await parts.identity.read(request.headers)
        await handler(request, response)
      },
    ]),
  )
}

type Refusal = (parts: Parts, request: IncomingMessage, response: ServerResponse) => void

const TOO_MANY = 'temporarily_unavailable'

/** For what is kept before anybody has proved anything. */
function limited(parts: Parts, handler: OAuthHandler, refuse: Refusal): OAuthHandler {
  return async (request, response) => {
    const { ipAddress } = parts.originOf(request)
    try {
      await limitNetwork(parts.deps, 'oauth-request-network', ipAddress)
    } catch (error) {
      if (!(error instanceof AuthError && error.code === 'RATE_LIMITED')) throw error
      response.setHeader(
        'retry-after',
        String(Math.ceil(Number(error.extensions.retryAfterSeconds))),
      )
      return refuse(parts, request, response)
    }
    await handler(request, response)
  }
}

function refuseProgram(_parts: Parts, _request: IncomingMessage, response: ServerResponse): void {
  sendJson(response, 429, { error: TOO_MANY, error_description: 'too many requests' })
}

// What programs ask: tokens, pushed requests, devices, introspection, revocation, and the documents about all of it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readText, sendJson } from '../core/http-body.ts'
import { randomText } from '../core/identifiers.ts'
import { hasStaleProof } from './bound-tokens.ts'
import type { UnderWay } from './current-request.ts'
import { paths } from './provider.ts'
import type { ServingParts } from './serving.ts'
import { MAX_BODY_BYTES, type Parts, underWay } from './under-way.ts'
import { looksLikeJwt, verifyOwnToken } from './verify-own-token.ts'

interface Program {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Why a grant ends that ends in it. */
  readonly reason: string
}

export async function answerProgram(
  parts: Parts,
  { request, response, reason }: Program,
): Promise<void> {
  const { deps } = parts
  const sent = request.method === 'POST' ? await readText(request, MAX_BODY_BYTES) : undefined
  if (hasStaleProof(request)) return refuseProof(response)
  const path = request.url?.split('?')[0]
  const asks = path === paths.introspection || path === paths.revocation
  if (asks && provesNoClient(request, sent ?? '')) return refuseUnknownClient(deps, response)
  const { body, token } = asks
    ? await withHandle(deps, sent ?? '')
    : { body: sent, token: undefined }
  await underWay(parts, { request, reason, ...(token && { token }) }, (provider) => ({
    request,
    response,
    publicUrl: deps.config.publicUrl,
    url: request.url ?? '',
    ...(body !== undefined && { body }),
    provider,
  }))
}

function refuseProof(response: ServerResponse): void {
  const error_description = 'DPoP proof iat is not recent enough'
  sendJson(response, 400, { error: 'invalid_dpop_proof', error_description })
}

function provesNoClient({ headers }: IncomingMessage, body: string): boolean {
  const form = new URLSearchParams(body)
  return (
    headers.authorization === undefined &&
    !form.has('client_secret') &&
    !form.has('client_assertion') &&
    !form.has('client_id')
  )
}

function refuseUnknownClient({ config }: ServingParts['deps'], response: ServerResponse): void {
  response.setHeader('www-authenticate', `Basic realm="${config.publicUrl}"`)
  sendJson(response, 401, {
    error: 'invalid_client',
    error_description: 'client authentication failed',
  })
}

/**
 * Our access tokens are signed and stored nowhere, and the library asks about no such ones: it is asked about a handle that stands
 * for what we verified.
 */
async function withHandle(
  deps: ServingParts['deps'],
  sent: string,
): Promise<{ readonly body: string; readonly token?: NonNullable<UnderWay['token']> }> {
  const form = new URLSearchParams(sent)
  const presented = form.get('token') ?? ''
  if (form.getAll('token').length !== 1 || !looksLikeJwt(presented)) return { body: sent }
  const payload = await verifyOwnToken(deps, presented)
  const handle = `jwt_${randomText(32)}`
  form.set('token', handle)
  const body = form.toString()
  if (payload === null) return { body }
  const { sub, client_id, grant_id, scope, aud, iat, exp, jti, cnf } = payload
  const isOfPerson = grant_id !== undefined
  const token = {
    handle,
    payload: {
      kind: isOfPerson ? 'AccessToken' : 'ClientCredentials',
      clientId: client_id,
      ...(isOfPerson && { accountId: sub, grantId: grant_id }),
      scope,
      aud,
      iat,
      exp,
      jti,
      jkt: (cnf as { jkt?: string } | undefined)?.jkt,
      extra: {},
    },
  }
  return { body, token: token as NonNullable<UnderWay['token']> }
}

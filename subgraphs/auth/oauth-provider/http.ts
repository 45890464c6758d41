// The provider's endpoints behind the gateway. Each request brings an identity token: it says that it came through a gateway, and
// for people who they are (gateway/passed/).
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { IdentityReader } from '@sallyport/claims'
import type { Provider } from 'oidc-provider'
import { preferredLanguage } from '../../../platform/language.ts'
import type { RequestOrigin } from '../core/caller.ts'
import { AuthError } from '../core/errors.ts'
import { randomText } from '../core/identifiers.ts'
import { limitNetwork } from '../core/throttling/limit-network.ts'
import { bindSession, findPresent } from './bind-session.ts'
import type { UnderWay } from './current-request.ts'
import {
  browserCookie,
  browserOf,
  findInteraction,
  keepRequest,
  newBrowser,
} from './interactions.ts'
import { isDocumentId } from './metadata-document.ts'
import { renderProblem } from './problem-page.ts'
import { protectedResource } from './protected-resource.ts'
import { paths } from './provider.ts'
import { registerItself } from './register-itself.ts'
import type { ServingParts } from './serving.ts'
import { type Spoken, speak } from './speak.ts'
import { answerUserinfo } from './userinfo.ts'
import { looksLikeJwt, verifyOwnToken } from './verify-own-token.ts'

export type OAuthHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

interface Parts extends ServingParts {
  readonly identity: IdentityReader
  /** Made of the headers that count beside a valid identity token. */
  readonly originOf: (request: IncomingMessage) => RequestOrigin
  readonly cookiesOf: (request: IncomingMessage) => ReadonlyMap<string, string>
}

const MAX_BODY_BYTES = 64 * 1024

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
      const sent = await readText(request)
      const answer = await registerItself(parts.deps, parts.originOf(request), sent)
      sendJson(response, answer.status, answer.body)
    },
    'GET /.well-known/openid-configuration': document,
    'GET /.well-known/oauth-authorization-server': document,
  }
  for (const path of protectedResource.paths) {
    handlers[`GET ${path}`] = async (_request, response) =>
      sendJson(response, 200, protectedResource.document(parts.deps.config, path))
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
      return refuse(parts, request, response)
    }
    await handler(request, response)
  }
}

function refuseProgram(_parts: Parts, _request: IncomingMessage, response: ServerResponse): void {
  sendJson(response, 429, { error: TOO_MANY, error_description: 'too many requests' })
}

async function authorize(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const browser = browserOf(parts.cookiesOf(request)) ?? newBrowser()
  const sessionId = await sessionOf(parts, request)
  const isSignedIn = sessionId !== null
  if (!isSignedIn && mustSignInFirst(parts, request)) {
    return await signInFirst(parts, { request, response, browser })
  }
  await underWay(parts, { request, browser, isSignedIn, reason: 'none' }, (provider) => ({
    request,
    response,
    publicUrl: parts.deps.config.publicUrl,
    url: request.url ?? '',
    sessionId,
    setCookies: [browserCookie(browser)],
    provider,
  }))
}

/** A client that is known by a document is looked up for somebody who is signed in alone. */
function mustSignInFirst({ deps }: Parts, { url }: IncomingMessage): boolean {
  const query = new URL(url ?? '/', 'http://auth').searchParams
  const isDocument = isDocumentId(query.get('client_id') ?? '')
  return deps.config.oauth.metadataDocuments && isDocument && query.get('prompt') !== 'none'
}

async function signInFirst(
  { deps }: Parts,
  of: {
    readonly request: IncomingMessage
    readonly response: ServerResponse
    readonly browser: string
  },
): Promise<void> {
  const flow = await keepRequest(deps.db, { url: of.request.url ?? '', browser: of.browser })
  const location = `/sign-in?flow=${flow}`
  of.response.writeHead(303, { location, 'set-cookie': browserCookie(of.browser) })
  of.response.end()
}

/** The person did what was asked of them: the app's request goes on, in the browser that it began in. */
async function resume(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { deps, provider } = parts
  const flow = new URL(request.url ?? '/', 'http://auth').searchParams.get('flow')
  const browser = browserOf(parts.cookiesOf(request))
  const interaction = await findInteraction(deps.db, provider(), { flow, browser })
  if (interaction === null || browser === null) {
    return renderProblem(deps.config, {
      response,
      language: languageOf(request),
      status: 410,
      code: 'expired',
    })
  }
  const sessionId = await sessionOf(parts, request)
  const isSignedIn = sessionId !== null
  await underWay(parts, { request, browser, isSignedIn, reason: 'none' }, (current) => ({
    request,
    response,
    publicUrl: deps.config.publicUrl,
    url: `${paths.authorization}/${interaction.uid}`,
    sessionId,
    flow: interaction.uid,
    provider: current,
  }))
}

interface Program {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Why a grant ends that ends in it. */
  readonly reason: string
}

async function answerProgram(parts: Parts, { request, response, reason }: Program): Promise<void> {
  const { deps } = parts
  const sent = request.method === 'POST' ? await readText(request) : undefined
  if (hasStaleProof(request)) return refuseProof(response)
  const path = request.url?.split('?')[0]
  const asks = path === paths.introspection || path === paths.revocation
  if (asks && provesNoClient(request, sent ?? '')) return refuseUnknownClient(response)
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

const PROOF_SECONDS = 30

/** The library takes proofs of minutes: ours are of their moment. What cannot be read is the library's to refuse. */
function hasStaleProof({ headers }: IncomingMessage): boolean {
  const proof = headers.dpop
  if (typeof proof !== 'string') return false
  try {
    const [, payload = ''] = proof.split('.')
    const { iat } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return Math.abs(Number(iat) - Date.now() / 1000) > PROOF_SECONDS
  } catch {
    return false
  }
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

function refuseUnknownClient(response: ServerResponse): void {
  response.setHeader('www-authenticate', 'Basic')
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

/** Of the person before the page, while it is open; the library is told by its name alone. */
async function sessionOf(
  { deps, identity }: Parts,
  request: IncomingMessage,
): Promise<string | null> {
  const claims = await identity.read(request.headers)
  const present = await findPresent(deps.db, claims)
  if (present === null) return null
  await bindSession(deps.db, present)
  return present.session.id
}

async function underWay(
  parts: Parts,
  of: Pick<UnderWay, 'reason' | 'token' | 'browser'> & {
    readonly request: IncomingMessage
    readonly isSignedIn?: boolean
  },
  spoken: (provider: Provider) => Spoken & { readonly provider: Provider },
): Promise<void> {
  const { request, isSignedIn = false, ...rest } = of
  const language = languageOf(request)
  const hasLostToken = request.headers['sallyport-client-lost-session'] === 'TOKEN_EXPIRED'
  const state = { ...rest, isSignedIn, origin: parts.originOf(request), language, hasLostToken }
  await parts.current.run(state, async () => {
    const { provider, ...what } = spoken(parts.provider())
    await speak(provider, what)
  })
}

function languageOf({ headers, url }: IncomingMessage): UnderWay['language'] {
  const asked = new URL(url ?? '/', 'http://auth').searchParams.get('ui_locales')
  const said = headers['sallyport-client-language']
  return (
    preferredLanguage(asked?.replaceAll(' ', ',')) ??
    preferredLanguage(typeof said === 'string' ? said : undefined)
  )
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new Error('the gateway let a larger body pass than it may')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(body))
}

// `/oauth2/authorize`, and the way back to it when the person has done what was asked of them.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { bindSession, findPresent } from './bind-session.ts'
import {
  browserCookie,
  browserOf,
  findInteraction,
  keepRequest,
  newBrowser,
} from './interactions.ts'
import { isDocumentId } from './metadata-document.ts'
import { renderProblem } from './problem-page.ts'
import { paths } from './provider.ts'
import { languageOf, type Parts, underWay } from './under-way.ts'

export async function authorize(
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
  const languages = new URL(of.request.url ?? '/', 'http://auth').searchParams.get('ui_locales')
  const location = `/sign-in?${new URLSearchParams({ flow, ...(languages && { ui_locales: languages }) })}`
  of.response.writeHead(303, { location, 'set-cookie': browserCookie(of.browser) })
  of.response.end()
}

/** The person did what was asked of them: the app's request goes on, in the browser that it began in. */
export async function resume(
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

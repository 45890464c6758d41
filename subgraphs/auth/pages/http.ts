// Pages behind the gateway: a request becomes a visit, and what the page answers becomes HTML. The gateway has checked the origin
// and the token of every form before, and says who the person is (gateway/passed/).
import type { IncomingHttpHeaders } from 'node:http'
import type { GraphQLSchema } from 'graphql'
import type { AuthNames } from '../../../platform/auth-names/auth-names.ts'
import type { DescribedScopes } from '../../../platform/described-scopes.ts'
import { isLanguage, type Language, preferredLanguage } from '../../../platform/language.ts'
import { createFrame, type Frame } from '../../../platform/pages/frame.ts'
import { html } from '../../../platform/pages/html.ts'
import type { AuthConfig } from '../config.ts'
import { inLanguage } from '../core/mail/language.ts'
import { areFactorsOffered } from '../factors/enrolled/requirement.ts'
import { makeOffer } from '../factors/passkey/offer.ts'
import { arePasskeysOffered } from '../factors/passkey/relying-party.ts'
import type { Door } from '../sessions/issue-tokens.ts'
import { createGraph, type Graph } from './ask-graph.ts'
import { problemSummary } from './fields.ts'
import { leadOnToConsent } from './lead-on.ts'
import type { Page, PageAnswer, View, Visit } from './page.ts'
import { readPassage } from './passage.ts'
import { SCRIPT } from './script.ts'
import { pageTexts } from './texts/texts.ts'

export interface PageRequest {
  readonly method: 'GET' | 'POST'
  readonly query: URLSearchParams
  readonly form: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** Who asks, and from where; made from the identity token. */
  readonly door: Door
}

export interface PageResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: string
}

export type AnswerPage = (request: PageRequest) => Promise<PageResponse>

interface PagesParts {
  readonly config: Pick<
    AuthConfig,
    | 'returnTo'
    | 'brand'
    | 'publicUrl'
    | 'registration'
    | 'secrets'
    | 'passkeys'
    | 'passkeyOffer'
    | 'signInMethods'
    | 'mfa'
  >
  readonly schema: GraphQLSchema
  readonly names: AuthNames
  readonly describedScopes: DescribedScopes
  readonly onUnexpected: (error: unknown) => void
}

/** By path. */
export function createPages(
  parts: PagesParts,
  pages: readonly Page[],
): ReadonlyMap<string, AnswerPage> {
  const graph = createGraph(
    parts,
    pages.flatMap(({ needs, uses = [] }) => [...needs, ...uses]),
  )
  const frame = createFrame(parts.config.brand, SCRIPT)
  const offered = pages.filter(({ needs }) => needs.every((one) => graph.has(one)))
  return new Map(offered.map((page) => [page.path, createAnswer({ ...parts, graph, frame }, page)]))
}

function createAnswer(
  parts: PagesParts & { readonly graph: Graph; readonly frame: Frame },
  page: Page,
): AnswerPage {
  return async (request) => {
    const { brand } = parts.config
    const language =
      preferredLanguage(request.query.get('ui_locales')?.replaceAll(' ', ',')) ??
      languageOf(request.headers) ??
      brand.defaultLanguage
    const visit = visitOf(parts, request, language)
    if (visit === null) return render(parts.frame, language, badLink(language), [])
    return await inLanguage(language, async () => {
      if (request.method !== 'POST') {
        return render(parts.frame, language, await page.show(visit), request.door.setCookies)
      }
      const acted = await page.act?.(visit)
      if (acted === undefined) throw new Error(`${page.path} has no form`)
      const answer = leadOnToConsent(acted, visit.texts)
      return render(parts.frame, language, answer, request.door.setCookies)
    })
  }
}

function visitOf(
  { config, graph, describedScopes }: PagesParts & { readonly graph: Graph },
  { query, form, headers, door }: PageRequest,
  language: Language,
): Visit | null {
  const passage = readPassage(query, config)
  if (passage === null) return null
  const { kind, subject, sessionId } = door.claims
  const isPerson = kind === 'user' && subject !== null && sessionId !== null
  const formToken = textOf(headers['sallyport-client-form']) ?? ''
  return {
    language,
    texts: pageTexts[language],
    query,
    form,
    formToken,
    flowCookies: flowCookiesOf(headers),
    passage,
    person: isPerson ? { userId: subject, sessionId } : null,
    stepUp: door.claims.stepUp,
    addable: {
      app: areFactorsOffered(config),
      passkey: arePasskeysOffered(config),
      passkeySignsIn: config.signInMethods.includes('passkey'),
    },
    registration: config.registration,
    lostSession: textOf(headers['sallyport-client-lost-session']),
    origin: door.origin,
    describedScopes,
    publicUrl: config.publicUrl,
    productName: config.brand.productName,
    homeUrl: config.brand.homeUrl,
    offerPasskey: () => makeOffer(config, formToken),
    ask: (operation, variables) => graph.ask(door, operation, variables),
  }
}

function render(
  frame: Frame,
  language: Language,
  answer: PageAnswer,
  setCookies: readonly string[],
): PageResponse {
  const cookies = [...setCookies, ...(answer.cookies ?? [])]
  const withCookies = cookies.length > 0 ? { 'set-cookie': cookies } : {}
  if ('location' in answer) {
    return { status: 303, headers: { location: answer.location, ...withCookies }, body: '' }
  }
  return {
    status: answer.status ?? 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-language': language,
      'content-security-policy': frame.policy(answer.formTargets, answer.guests),
      ...(answer.retryAfterSeconds && { 'retry-after': String(answer.retryAfterSeconds) }),
      ...withCookies,
    },
    body: renderView(frame, language, answer),
  }
}

function renderView(frame: Frame, language: Language, view: View): string {
  const { title, content, problems = [], isWide = false } = view
  return frame.render({
    language,
    title: problems.length === 0 ? title : `${pageTexts[language].error}: ${title}`,
    content: html`<h1>${title}</h1>
      ${problemSummary(problems)}
      ${content}`,
    isWide,
  })
}

function badLink(language: Language): View {
  const { badLink: title, badLinkText: text } = pageTexts[language].problems
  return { status: 400, title, problems: [{ text }], content: html`` }
}

function languageOf(headers: IncomingHttpHeaders): Language | null {
  const said = headers['sallyport-client-language']
  return isLanguage(said) ? said : null
}

/** Of the gateway's own making: name and value of each, and nothing else. */
export function flowCookiesOf({ cookie = '' }: IncomingHttpHeaders): ReadonlyMap<string, string> {
  return new Map(
    cookie
      .split('; ')
      .filter(Boolean)
      .map((pair): [string, string] => {
        const equals = pair.indexOf('=')
        return [pair.slice(0, equals), pair.slice(equals + 1)]
      }),
  )
}

function textOf(value: string | string[] | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

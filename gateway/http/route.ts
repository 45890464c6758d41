// The kinds of routes of the public listener. One table holds them all (front.ts); what is not in it is 404.
import type { IncomingMessage, ServerResponse } from 'node:http'

/** An answer as a whole. */
export interface PlainAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | Buffer
}

/** Answers GET and HEAD on one path. */
export type PlainRoute = (incoming: IncomingMessage) => PlainAnswer | Promise<PlainAnswer>
/** Answers the form that the page of the same path shows. */
export type FormRoute = (incoming: IncomingMessage) => Promise<PlainAnswer>

/** The graph: writes its answer itself. */
export interface GraphqlRoute {
  readonly kind: 'graphql'
  readonly answer: (
    incoming: IncomingMessage,
    response: ServerResponse,
    search: string,
  ) => Promise<void>
  /** The explorer's page for a browser that opens the path; null where there is none. */
  readonly page: PlainRoute | null
}

/** A page or document of the gateway's own. */
export interface PageRoute {
  readonly kind: 'page'
  readonly show: PlainRoute
  /** POST; absent where the page has no form. */
  readonly act?: FormRoute
}

/** What auth answers, behind the gateway's checks. */
export interface PassedRoute {
  readonly kind: 'passed'
  readonly methods: readonly string[]
  readonly pass: (
    incoming: IncomingMessage,
    response: ServerResponse,
    search: string,
  ) => Promise<PlainAnswer>
  /** Query parameters that may hold an identity token. */
  readonly identityHints: readonly string[]
  /** Whether pages of listed origins may read the answers. */
  readonly isSharedWithOrigins: boolean
}

export type Route = GraphqlRoute | PageRoute | PassedRoute

/** By exact path; a path that ends with `/*` serves all below it. */
export type RouteTable = Readonly<Record<string, Route>>

export function pages(routes: Readonly<Record<string, PlainRoute>>): RouteTable {
  return Object.fromEntries(
    Object.entries(routes).map(([path, show]) => [path, { kind: 'page', show }]),
  )
}

/**
 * Whether two programs could read a path in two ways: escapes, empty and dot segments, a backslash, parameters (`;`).
 * A proxy that lets `/public/..%2Finternal` through, and anyone who is behind it, must never disagree about where it leads.
 */
export function isAmbiguousPath(path: string): boolean {
  return !path.startsWith('/') || /[%\\;]|\/\/|\/\.{1,2}(?:\/|$)/.test(path)
}

// The shape of a page: a path, what it asks of the graph, and what it shows or does.
import type { DescribedScopes } from '../../../platform/described-scopes.ts'
import type { Language } from '../../../platform/language.ts'
import type { Html } from '../../../platform/pages/html.ts'
import type { RegistrationMode } from '../config.ts'
import type { RequestOrigin } from '../core/caller.ts'
import type { Answer, AnyOperation, Operation } from './operation.ts'
import type { Passage } from './passage.ts'
import type { PasskeyChallenge } from './passkeys.ts'
import type { PageTexts } from './texts/texts.ts'

export interface Page {
  readonly path: string
  /** Where a deployment leaves out one of these, the page is not there. */
  readonly needs: readonly AnyOperation[]
  /** What the page does without, where a deployment leaves it out. Default: nothing. */
  readonly uses?: readonly AnyOperation[]
  /** GET: it changes nothing. */
  readonly show: (visit: Visit) => Promise<PageAnswer>
  /** POST: a form of this very page, as the gateway has checked. */
  readonly act?: (visit: Visit) => Promise<PageAnswer>
}

/** One request for one page. */
export interface Visit {
  readonly language: Language
  readonly texts: PageTexts
  readonly query: URLSearchParams
  /** Empty with GET. */
  readonly form: URLSearchParams
  /** For the hidden field of every form. */
  readonly formToken: string
  readonly flowCookies: ReadonlyMap<string, string>
  readonly passage: Passage
  /** Who is signed in, as the gateway says. */
  readonly person: { readonly userId: string; readonly sessionId: string } | null
  /** What the person can confirm their presence with. */
  readonly stepUp: readonly string[]
  /** Which factors can be added here, and whether a passkey is enough to sign in with. */
  readonly addable: {
    readonly app: boolean
    readonly passkey: boolean
    readonly passkeySignsIn: boolean
  }
  /** Who may make an account here. */
  readonly registration: RegistrationMode
  /** Why the cookies that were sent make nobody, as `TOKEN_EXPIRED`. */
  readonly lostSession: string | null
  /** Where it came from, for the audit trail. */
  readonly origin: RequestOrigin
  /** What scopes let an app do, in the deployment's own words. */
  readonly describedScopes: DescribedScopes
  readonly publicUrl: string
  readonly productName: string
  readonly homeUrl: string
  /** A challenge for whoever has a passkey, of which nothing is kept before it is answered. */
  offerPasskey(): PasskeyChallenge
  ask<Data, Variables>(
    operation: Operation<Data, Variables>,
    variables: Variables,
  ): Promise<Answer<Data>>
}

export type PageAnswer = View | Redirect

export interface View {
  readonly title: string
  /** Without the heading. */
  readonly content: Html
  /** Default 200. */
  readonly status?: number
  readonly problems?: readonly Problem[]
  /** `Set-Cookie` lines, beside those that the graph has set. */
  readonly cookies?: readonly string[]
  readonly retryAfterSeconds?: number
  /** Origins that a form of it may lead to, by redirects too. */
  readonly formTargets?: readonly string[]
  /** Origins whose script and frames it needs. Default: none. */
  readonly guests?: readonly string[]
  readonly isWide?: boolean
}

/** Always 303: a reload repeats nothing. */
export interface Redirect {
  readonly location: string
  readonly cookies?: readonly string[]
}

/** Shown above the form, and at the field. */
export interface Problem {
  readonly text: string
  /** Id of the field that it is about. */
  readonly field?: string
}

// Code of a deployment's own on the way of a request: what it sees, what it may change, and how it is declared (docs/hooks.md).
import type { ClaimsKind } from '@sallyport/claims'

/** What every hook is told: names and values that are no secret, frozen. */
export interface HookRequest {
  readonly requestId: string
  readonly operationName: string | null
  readonly operationType: 'query' | 'mutation'
  /** By their names in the schema. */
  readonly rootFields: readonly string[]
  readonly clientAddress: string
  readonly caller: HookCaller
  /** A header of the client, by its name in lower case. Credentials are not there. */
  header(name: string): string | undefined
}

/** Who is calling, as the rules saw it. A copy: nothing that is written to it counts. */
export interface HookCaller {
  readonly kind: ClaimsKind
  readonly subject: string | null
  readonly clientId: string | null
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
}

export interface HookSubgraphRequest extends HookRequest {
  readonly subgraph: string
}

export interface HookResponse extends HookRequest {
  /** Codes of its errors, each once. */
  readonly errorCodes: readonly string[]
}

// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks returns nothing
type Maybe<T> = T | undefined | void
type Run<A, R> = (argument: A) => Maybe<R> | Promise<Maybe<R>>

export interface Hook<A, R> {
  readonly run: Run<A, R>
  /** What takes longer has failed. Default: 250. */
  readonly deadlineMs?: number
  /** What becomes of a request whose hook failed: refused with 503, or on its way as if there were no hook. Default: `refuse`. */
  readonly onFailure?: 'refuse' | 'ignore'
}

export interface Hooks {
  /** After every check, before anything is planned: may refuse the operation. */
  readonly onRequest?: HookOf<HookRequest, { readonly refuse: string }>
  /** Before each request to a subgraph: may add headers to it. */
  readonly onSubgraphRequest?: HookOf<HookSubgraphRequest, { readonly headers: HeaderValues }>
  /** Before the answer to an operation that ran leaves: may add headers and `extensions` to it. */
  readonly onResponse?: HookOf<HookResponse, ResponseAdditions>
}

type HookOf<A, R> = Run<A, R> | Hook<A, R>

export type HeaderValues = Readonly<Record<string, string>>

export interface ResponseAdditions {
  readonly headers?: HeaderValues
  readonly extensions?: Readonly<Record<string, unknown>>
}

/** The default export of `sallyport.config.ts`, `.mjs` or `.js` beside `supergraph.yaml`. */
export interface SallyportConfig {
  readonly hooks?: Hooks
}

/** Gives an editor the types; at run time it is what it was given. */
export function defineConfig(config: SallyportConfig): SallyportConfig {
  return config
}

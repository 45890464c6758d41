// Code of a deployment's own on the way of a request: what it sees, and what it may change (docs/hooks.md).
import type { ClaimsKind } from '@sallyport/claims'
import type { HookOf, Refusal } from '../../platform/hooks/hook.ts'

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

/** Those of the gateway, in `sallyport.config.ts`. */
export interface Hooks {
  /** After every check, before anything is planned: may refuse the operation. */
  readonly onRequest?: HookOf<HookRequest, Refusal>
  /** Before each request to a subgraph: may add headers to it. */
  readonly onSubgraphRequest?: HookOf<HookSubgraphRequest, { readonly headers: HeaderValues }>
  /** Before the answer to an operation that ran leaves: may add headers and `extensions` to it. */
  readonly onResponse?: HookOf<HookResponse, ResponseAdditions>
}

export type HeaderValues = Readonly<Record<string, string>>

export interface ResponseAdditions {
  readonly headers?: HeaderValues
  readonly extensions?: Readonly<Record<string, unknown>>
}

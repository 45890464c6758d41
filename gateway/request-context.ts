// What one admitted request carries into execution: the engine and the data source read nothing else about the caller.
import type { IncomingHttpHeaders } from 'node:http'
import type { Claims } from '@sallyport/claims'
import type { Cancellation } from './cancellation.ts'
import type { RequestTrace } from './request-trace.ts'

/** A claim that a subgraph may be granted; `kind`, `sub`, `sid` and `key_id` go to every subgraph. */
export type IdentityGrant =
  | 'roles'
  | 'scope'
  | 'email_verified'
  | 'amr'
  | 'acr'
  | 'auth_time'
  | 'custom'

/** The part of a subgraph's configuration that decides what its identity token says and where it travels. */
export interface IdentityTarget {
  readonly name: string
  readonly identity: {
    readonly grants: readonly IdentityGrant[]
    readonly header: 'sallyport-identity' | 'authorization'
  }
  /** For auth, what it has to be called here as well; `null` for its own names, and for all others. */
  readonly authNames?: string | null
}

export interface IdentityHeader {
  readonly name: string
  readonly value: string
}

export interface RequestContext {
  readonly requestId: string
  /** The client left, or the request ran out of time. */
  readonly cancellation: Cancellation
  readonly claims: Claims
  /** The identity token for one subgraph, as a header; signed once per credential, subgraph and graph version. */
  identityHeader(subgraph: IdentityTarget): IdentityHeader | Promise<IdentityHeader>
  /** What a hook adds to a request to this subgraph. Absent: there is no hook. */
  readonly headersForSubgraph?:
    | ((subgraph: string) => Promise<Readonly<Record<string, string>>>)
    | undefined
  /** Extra headers for the auth subgraph alone (client address, refresh value and so on). */
  readonly authHeaders: Readonly<Record<string, string>>
  /** The client's headers: the data source picks what `forwardHeaders` of a subgraph lists, and nothing else. */
  readonly forwardable: IncomingHttpHeaders
  /** `Set-Cookie` lines of the auth subgraph; the gateway decides which of them leave. */
  readonly setCookies: string[]
  /** Null: nothing is traced, and nothing passed on. */
  readonly trace: RequestTrace | null
  /** Counted up by the data source, one per request to a subgraph. */
  fetches: number
}

// What is known of an operation once it is parsed, validated, measured and its rules are compiled.
import type { Claims } from '@sallyport/claims'
import type { Denial } from '@sallyport/claims/predicates'
import type { DocumentNode, OperationDefinitionNode } from 'graphql'
import type { CacheUse } from '../bounded-cache.ts'
import type { UnauthenticatedReason } from '../errors.ts'
import type { CredentialUse } from '../supergraph/credential-use.ts'

/** An operation and the fragments that it uses, nothing else of the document. */
export interface OperationDocument {
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
}

/** By `Type.field`, where the type is the one that the field is selected on. */
export type DeniedFields = ReadonlyMap<string, DeniedField>

/** The error that stands at each place of a field that was left out. */
export interface DeniedField {
  readonly message: string
  readonly extensions: Readonly<Record<string, unknown>>
}

/** For whom fields are left out. */
export interface DeniedCaller {
  readonly claims: Claims
  readonly nowSeconds: number
  /** Auth can say what this caller may at this moment, and was asked where a rule wants it. */
  readonly isKnownToAuth: boolean
  /** Why nobody is signed in, when that is so. */
  readonly reason?: UnauthenticatedReason | undefined
}

/** For what an engine makes of one operation: it goes with it. By a WeakMap all of them would stay until the next large collection. */
export interface EngineSlot {
  made: unknown
}

/** `document` is what is planned and sent. */
export interface PreparedOperation extends OperationDocument {
  /** The text as it was sent. */
  readonly query: string
  /** What the client asked for, and what the answer is written from; differs where nobody's `viewer` or denied fields are left out. */
  readonly asked: OperationDocument
  /** The same for somebody who is not signed in: without `viewer`, which is null for them. `null`: it does not select it. */
  readonly forNobody: PreparedOperation | null
  /** What was left out of `document` because its caller may not read it: null in the answer, with an error. */
  readonly denied: DeniedFields
  /** The same without what a caller may not read. `null`: it is refused as a whole. */
  readonly leaveOutDenied: ((caller: DeniedCaller) => PreparedOperation) | null
  /** Of this one alone, not of what is made out of it. */
  readonly slot: EngineSlot
  /** The operation's own name, `null` when it has none. */
  readonly operationName: string | null
  /** What the log says of it, see `loggedOperation`. */
  readonly logged: string
  /** SHA-256 over text and operation name. */
  readonly queryHash: string
  /** Names `document` among plans. */
  readonly planKey: string
  readonly kind: 'query' | 'mutation'
  /** All that it asks for, as `Type.field`; of an interface also those of the types behind it. The first 1,000. */
  readonly fields: readonly string[]
  /** Schema names of the root fields, not aliases, also where a field below leads back to `Query`; without introspection. */
  readonly rootFields: readonly string[]
  /** The same as `Query.name` and `Mutation.name`, whatever the schema calls these types. */
  readonly rootCoordinates: readonly string[]
  /** Its one root field makes or replaces a credential: it runs as anonymous. */
  readonly isStaleCredentials: boolean
  /** Which credentials its root fields are told, and which cookies they may set. */
  readonly credentials: CredentialUse
  /** Some rule says `live`: the principal is replaced by auth's present answer first. */
  readonly needsLive: boolean
  /** It selects `__schema` or `__type`, wherever. */
  readonly usesIntrospection: boolean
  /** All access rules of the operation; the strictest refusal, `null` lets pass. */
  authorize(claims: Claims, nowSeconds: number): Denial | null
  /**
   * The declared variables out of those that were sent, checked against their types and the limits.
   *
   * @throws GatewayError BAD_REQUEST that names the variable, never its value.
   */
  checkVariables(variables: Readonly<Record<string, unknown>>): Record<string, unknown>
  /** What it costs at most, by `@cost` and `@listSize`. @param variables As `checkVariables` returned them. */
  costOf(variables: Readonly<Record<string, unknown>>): number
}

/** What the caches of one graph's operations were good for. */
export interface OperationCacheUse {
  readonly operations: CacheUse
  readonly refusals: CacheUse
}

/** Prepares operations of one graph and remembers them. */
export interface OperationCache {
  /**
   * @param operationName `null` when the request names none.
   * @throws GatewayError that says why the document is refused; remembered too.
   */
  prepare(query: string, operationName: string | null): PreparedOperation
  /** The same; a long document that was never seen gives the event loop turns between its steps. */
  prepareInTurns(
    query: string,
    operationName: string | null,
  ): PreparedOperation | Promise<PreparedOperation>
  /** Those that were asked for last, the latest first. */
  recent(count: number): readonly Pick<PreparedOperation, 'query' | 'operationName'>[]
  readonly use: OperationCacheUse
}

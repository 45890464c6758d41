// One GraphQL request on its way through the pipeline: each step fills in what later steps read.
import type { IncomingMessage } from 'node:http'
import type { FormattedExecutionResult } from 'graphql'
import type { OurCookies } from './authenticate/cookies.ts'
import type { Principal } from './authenticate/principal.ts'
import { noCredential, type OpenVerdict, type Verdict } from './authenticate/verdict.ts'
import type { Cancellation } from './cancellation.ts'
import type { GatewayError, ResponseMediaType } from './errors.ts'
import type { Caller } from './http/client-address.ts'
import type { PreparedOperation } from './operation/prepared-operation.ts'
import type { RateStanding } from './rate-limits/standing.ts'
import type { RequestContext } from './request-context.ts'
import type { RequestTrace } from './request-trace.ts'
import type { Graph } from './supergraph.ts'

export interface OperationParams {
  /** Null: `documentId` stands for it. One of the two is there. */
  readonly query: string | null
  readonly documentId: DocumentId | null
  readonly operationName: string | null
  readonly variables: Record<string, unknown>
}

export interface DocumentId {
  readonly id: string
  /** It came as `extensions.persistedQuery`: the SHA-256 of a document, or the id of one in a manifest. */
  readonly isHash: boolean
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string
}

export interface Arrival {
  readonly id: string
  readonly incoming: IncomingMessage
  /** The query string, without its question mark. */
  readonly search: string
  readonly caller: Caller
  /** The client left, or the request ran out of time. */
  readonly cancellation: Cancellation
}

export class GatewayRequest {
  readonly id: string
  readonly incoming: IncomingMessage
  readonly search: string
  readonly caller: Caller
  readonly cancellation: Cancellation

  hasHeaderCredential = false
  cookies: OurCookies = {}
  verdict: Verdict | OpenVerdict = noCredential
  /** The document is not of the manifest, and passes: `documents: { mode: audit }`. */
  isUntrusted = false
  /** The client will send this hash instead of its document from now on. */
  hashToKeep: string | null = null
  /** Of the tightest limit that it counted for; null: none. */
  rate: RateStanding | null = null
  /** Null: it belongs to none. */
  trace: RequestTrace | null = null
  /** Why it was refused. */
  refusal: GatewayError | null = null

  // Each of these is set by the step named beside it, and read by later steps alone.
  mediaType!: ResponseMediaType // limits
  graph!: Graph // limits
  params!: OperationParams // body
  /** Of the document. */
  text!: string // document
  prepared!: PreparedOperation // operation
  principal!: Principal // principal
  context!: RequestContext // execute
  variables!: Record<string, unknown> // variables
  result!: FormattedExecutionResult // execute
  answer!: Answer // answer

  constructor(arrival: Arrival) {
    this.id = arrival.id
    this.incoming = arrival.incoming
    this.search = arrival.search
    this.caller = arrival.caller
    this.cancellation = arrival.cancellation
  }

  /**
   * Lets go of the answer once it is out. A request that took long is in old memory, where it stays, with all that it
   * still holds, until the next large collection.
   */
  release(): void {
    Object.assign(this, { result: null, answer: null })
  }

  /** Begins on this graph, to its end: whatever is swapped in meanwhile is for others. `leaveGraph` has to follow. */
  enterGraph(graph: Graph): void {
    graph.begin()
    this.graph = graph
  }

  /** Nothing of this request is under way any more. */
  leaveGraph(): void {
    const graph = this.graph as Graph | undefined
    graph?.end()
  }
}

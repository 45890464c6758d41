// What is said of the graph to operators: what is served, what is held, and why.
import type { SourceHealth } from './look.ts'
import type { GraphStore, GraphVersion } from './store.ts'

export interface GraphStatus {
  /** What is served; `null`: nothing yet. */
  readonly version: GraphVersion | null
  /** The operator went back to a version: nothing is served by itself. */
  readonly isPinned: boolean
  readonly held: readonly HeldChange[]
  readonly versions: readonly GraphVersion[]
  readonly subgraphs: readonly SourceHealth[]
  /** See `GraphStore.reach`. */
  readonly reach: ReturnType<GraphStore['reach']>
}

/** `broken` cannot be accepted; `opens` is served, without what it would open to everybody. */
export interface HeldChange {
  readonly id: string
  readonly since: string
  readonly kind: 'broken' | 'waits' | 'opens'
  /** What is different from what is served: supergraph.yaml, subgraphs. */
  readonly of: readonly string[]
  readonly reasons: readonly string[]
  /** What accepting it opens to everybody, as `subgraph Type.field`: this, and nothing else. It stands in the reasons too. */
  readonly opens: readonly string[]
}

/** A command that cannot be done, or is not done yet, in a sentence. */
export class ChangeRefused extends Error {
  override readonly name = 'ChangeRefused'
}

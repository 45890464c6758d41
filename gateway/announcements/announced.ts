import type { JSONWebKeySet } from 'jose'

/** What supergraph.yaml says of a subgraph that announces itself. */
export interface Announced {
  /** Public keys of that name. */
  readonly keys: JSONWebKeySet
  /** Where it may be. */
  readonly pattern: string
}

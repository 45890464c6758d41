// What a run has written of the schema itself, and what it still lacks.
import type { FieldNode, GraphQLField } from 'graphql'

/** One field of the schema's own, at whatever places the same nodes select it. */
export interface AskedField {
  readonly field: GraphQLField<unknown, unknown>
  readonly nodes: readonly FieldNode[]
}

export interface Introspected {
  readonly texts: Map<AskedField, string>
  readonly lacking: Set<AskedField>
  /** Of all texts. */
  fields: number
}

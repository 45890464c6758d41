// A kind of graph that engines of federation get wrong: small subgraphs with their data, and what is right to answer.

/** What a subgraph holds; a function is given the object that it belongs to, and the arguments. */
export type Row = Readonly<Record<string, unknown>>

export interface KindSubgraph {
  /** Without the header. */
  readonly sdl: string
  /** Answers by root field. */
  readonly roots?: Row
  /** What it knows of entities, by type: found by the fields of a reference, which come along. */
  readonly entities?: Readonly<Record<string, readonly Row[]>>
}

export interface Ask {
  readonly query: string
  readonly variables?: Row
  readonly data: unknown
  /** Something of it cannot be answered, and an error says so. */
  readonly isFaulty?: true
}

export interface Kind {
  /** The graph of the public federation gateway audit that is of this kind. */
  readonly audit: string
  readonly subgraphs: Readonly<Partial<Record<SubgraphName, KindSubgraph>>>
  readonly asks: readonly Ask[]
}

/** Those of Federation 1 have no header. */
export const subgraphNames = ['one', 'two', 'three', 'four', 'oldOne', 'oldTwo'] as const

export type SubgraphName = (typeof subgraphNames)[number]

// Plans as the compiled engine reads them, whichever planner made them: a tree of fetches and of orders between them.

/** An operation's plan; `node` is null when nothing has to be fetched. */
export interface Plan {
  readonly node: PlanNode | null
}

export type PlanNode = FetchNode | FlattenNode | GroupNode | ConditionNode

/** Sent to one subgraph. */
export interface FetchNode {
  readonly kind: 'Fetch'
  readonly subgraph: string
  readonly operation: string
  /** Variables of the client's that the operation uses. */
  readonly variables: readonly string[]
  /** What is asked for entities; null when root fields are asked for. */
  readonly entities: readonly EntityRequest[] | null
  /** Of the answer to root fields. */
  readonly outputRewrites: readonly PlanRewrite[]
}

/** One field `_entities` of a fetch, by its alias. */
export interface EntityRequest {
  readonly alias: string
  /** Two requests of one fetch may send the same list. */
  readonly variable: string
  /** Where the entities stand, below the place of the fetch; at least one. */
  readonly paths: readonly PlanPath[]
  readonly requires: readonly RequiredSelection[]
  readonly inputRewrites: readonly PlanRewrite[]
  readonly outputRewrites: readonly PlanRewrite[]
}

export interface FlattenNode {
  readonly kind: 'Flatten'
  readonly path: PlanPath
  readonly node: PlanNode
}

export interface GroupNode {
  readonly kind: 'Sequence' | 'Parallel'
  readonly nodes: readonly PlanNode[]
}

export interface ConditionNode {
  readonly kind: 'Condition'
  /** A Boolean variable of the client's. */
  readonly variable: string
  readonly whenOn: PlanNode | null
  readonly whenOff: PlanNode | null
}

export type PlanPath = readonly PathElement[]

/** A member's name, `@` for every item of a list, or the types of which an object has to be one. */
export type PathElement = string | readonly string[]

export type RequiredSelection = RequiredField | RequiredFragment

export interface RequiredField {
  readonly kind: 'Field'
  /** As it stands in the data. */
  readonly name: string
  /** As the subgraph knows it: the same field may stand there twice, with other arguments. */
  readonly as: string
  /** Null for a leaf. */
  readonly selections: readonly RequiredSelection[] | null
}

export interface RequiredFragment {
  readonly kind: 'Fragment'
  /** Null: every type. */
  readonly type: string | null
  readonly skipIf: string | null
  readonly includeIf: string | null
  readonly selections: readonly RequiredSelection[]
}

/** Something that a subgraph knows by another name or value than the data. */
export type PlanRewrite =
  | { readonly kind: 'SetValue'; readonly path: PlanPath; readonly value: unknown }
  | { readonly kind: 'Rename'; readonly path: PlanPath; readonly to: string }

/** A plan has something that is not known here. It is not run: a part that was skipped would be missing in the answer. */
export class UnknownPlan extends Error {
  override readonly name = 'UnknownPlan'
  /** A word for the counter. */
  readonly reason: string

  constructor(reason: string) {
    super(`a plan with something unknown: ${reason}`)
    this.reason = reason
  }
}

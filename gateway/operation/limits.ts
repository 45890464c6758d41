// How much one document may ask for. Counted before validation and planning, which are synchronous and costly.

export interface OperationLimits {
  /** UTF-8 bytes of the document. */
  readonly documentBytes: number
  readonly tokens: number
  /** Brackets of any kind inside each other: what the parser recurses on. */
  readonly nesting: number
  /** Fields inside each other, fragments flattened. */
  readonly depth: number
  /** Selections of one operation, fragments flattened. */
  readonly selections: number
  /** Aliased fields of one operation, fragments flattened. */
  readonly aliases: number
  readonly rootFields: number
  readonly directives: number
  readonly operations: number
  /** Characters of an operation's name, which goes into headers and logs. */
  readonly nameLength: number
  readonly fragments: number
  /** One response name in one selection set: what the check for conflicting fields is quadratic in. */
  readonly repetitions: number
  /** Fields of one place in the answer that have to be compared with each other, in pairs. */
  readonly comparisons: number
  /** Items of one list, as literal or inside a variable. */
  readonly listItems: number
  /** `first` and `last`, as literal or as variable. */
  readonly pageSize: number
  /** Items of nested lists: the page sizes along each path multiplied, all paths together. */
  readonly nodes: number
  /** What a list that takes `first` or `last`, and gets neither, counts as. */
  readonly defaultPage: number
  /** Objects and lists inside each other within a variable. */
  readonly variableDepth: number
  /** Values in the variables of one request, at all of their levels. */
  readonly variableValues: number
  /** What `@cost` and `@listSize` add up to; `null`: not counted. */
  readonly cost: number | null
  /** What a list of unknown size counts as in the cost. */
  readonly assumedListSize: number
  /** Prepared operations that are kept. */
  readonly cachedOperations: number
  /** Their tokens, all together, 64 characters of text counting as one more: what bounds the memory, to some 140 MB. */
  readonly cachedTokens: number
  readonly cachedRefusals: number
}

/** Tokens of a kept operation, on average: what `OPERATION_CACHE_SIZE` means for the memory. */
const TOKENS_PER_OPERATION = 250

/** The limits that a number of kept operations stands for. */
export function cacheLimits(operations: number) {
  return {
    cachedOperations: operations,
    cachedTokens: operations * TOKENS_PER_OPERATION,
    cachedRefusals: Math.ceil(operations / 2),
  } satisfies Partial<OperationLimits>
}

export const defaultOperationLimits: OperationLimits = Object.freeze({
  documentBytes: 64 * 1024,
  tokens: 5000,
  nesting: 100,
  depth: 24,
  selections: 2000,
  aliases: 50,
  rootFields: 30,
  directives: 100,
  operations: 50,
  nameLength: 128,
  fragments: 200,
  repetitions: 50,
  comparisons: 20_000,
  listItems: 1000,
  pageSize: 1000,
  nodes: 10_000,
  defaultPage: 20,
  variableDepth: 32,
  variableValues: 10_000,
  cost: 10_000,
  assumedListSize: 1,
  ...cacheLimits(2000),
})

/**
 * What holds in a graph: what a deployment set, else the defaults. A graph in which nothing has a cost of its own is not counted,
 * unless somebody set a limit.
 */
export function limitsOf(
  costs: { readonly isEmpty: boolean },
  set: Partial<OperationLimits>,
): OperationLimits {
  return { ...defaultOperationLimits, ...(costs.isEmpty ? { cost: null } : {}), ...set }
}

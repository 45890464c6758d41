// Operations that no planner of ours can plan: each is refused before any fetch. This list may only shrink: a case that is
// answered right has to go from it. A seed names a graph, and with its index an operation.
export interface Case {
  readonly seed: number
  readonly index: number
}

export const refused: Readonly<Record<string, readonly (Case & { readonly why: string })[]>> = {
  hive: [
    { seed: 6049, index: 9, why: 'two fields require a third one with other arguments' },
    { seed: 9107, index: 3, why: 'one planner ends, the other leaves out an object of a list' },
  ],
  apollo: [
    { seed: 6049, index: 9, why: 'two fields require a third one with other arguments' },
    { seed: 9107, index: 3, why: 'an object of a list is left out' },
    {
      seed: 9103,
      index: 28,
      why: 'a field whose objects have nothing that is asked for is left out',
    },
  ],
}

/** What failed once, and why. */
export const regressions: readonly (Case & {
  readonly why: string
  /** The other one refuses it, before any fetch. */
  readonly planner?: 'hive'
})[] = [
  { seed: 13, index: 14, why: 'the addon panics, and would end our process' },
  { seed: 1, index: 11, why: 'objects of one interface have a field with other nulls' },
  { seed: 0, index: 8, why: 'a fragment on one object where another stands' },
  { seed: 26, index: 7, why: 'one object at many places, found by a path with types' },
  { seed: 27, index: 4, why: 'a list of lists, for which a path has one sign' },
  { seed: 16, index: 12, why: 'an interface asks for what another subgraph has taken over' },
  {
    seed: 110,
    index: 24,
    why: 'a field is fetched of one object of an interface, and not of another',
  },
  { seed: 302, index: 5, why: 'a key is sent before anybody said it' },
  { seed: 6, index: 0, why: 'a key is sent of one object of an interface alone' },
  {
    seed: 6057,
    index: 9,
    why: 'what is required comes by the alias of another fetch',
    planner: 'hive',
  },
  { seed: 7147, index: 33, why: 'two subgraphs know objects in a list of lists' },
  { seed: 6256, index: 26, why: 'what is required is not sent' },
  {
    seed: 6188,
    index: 7,
    why: 'two fields that are required with two kinds of arguments each',
    planner: 'hive',
  },
  { seed: 5035, index: 4, why: 'a fragment of the planner of which no spread is left' },
  { seed: 7173, index: 25, why: 'a fragment of the planner with other names at each place' },
  { seed: 6, index: 5, why: 'an @interfaceObject behind fragments that narrow and widen' },
  {
    seed: 9213,
    index: 34,
    why: 'objects of two types at one place, with a field of one name and other objects behind it',
  },
  {
    seed: 9103,
    index: 28,
    why: 'an interface that no object of a subgraph has',
    planner: 'hive',
  },
  { seed: 125, index: 3, why: 'what one object is sent with is not asked for of another' },
  { seed: 83, index: 15, why: 'an object of which nothing is selected' },
  { seed: 9407, index: 19, why: 'an object goes to a subgraph that knows its interface alone' },
]

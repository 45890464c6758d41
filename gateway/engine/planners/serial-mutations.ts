// Fields of a mutation run one after the other, each to its end: what is read below one is read before the next begins (GraphQL
// specification, section 6.2.2). Hive's planner runs the next one beside such reads, or puts them behind all of them:
//
//   planned   rename { stock } of names;  Parallel: sell { name } of shop, stock below `rename`
//   serial    rename { stock } of names;  stock below `rename`;  sell { name } of shop
//
// Fields that follow each other at one subgraph stay one request as long as nothing below them is read elsewhere:
//
//   planned   rename { id } sell { id } of names;  stock below `rename`
//   serial    rename { id } of names;  stock below `rename`;  sell { id } of names
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
} from 'graphql'
import { fragmentsOf } from '../../operation/select.ts'
import { eachFetch } from './each-fetch.ts'
import { mapFetches } from './map-fetches.ts'
import { onlyRequests } from './only-requests.ts'
import type { FetchNode, PlanNode, PlanPath } from './plan.ts'
import { withoutSpreads } from './without-spreads.ts'
import { withoutUnused } from './without-unused.ts'

export function isMutation({ definitions }: DocumentNode): boolean {
  return definitions.some(
    (one) => one.kind === Kind.OPERATION_DEFINITION && one.operation === 'mutation',
  )
}

/** @param planned for a mutation */
export function serialMutations(planned: PlanNode): PlanNode {
  const plan = apart(planned)
  const roots = rootFetches(plan)
  if (roots.length < 2) return plan
  const names = roots.map(namesOf)
  const nodes = roots.map((_, turn) => partOf(plan, turn)).filter((node) => node !== null)
  return { kind: 'Sequence', nodes }

  function partOf(node: PlanNode, turn: number, path: PlanPath = []): PlanNode | null {
    switch (node.kind) {
      case 'Fetch':
        return partOfFetch(node, turn, path)
      case 'Flatten': {
        const inner = partOf(node.node, turn, [...path, ...node.path])
        return inner && { ...node, node: inner }
      }
      case 'Condition': {
        const [whenOn, whenOff] = [node.whenOn, node.whenOff].map(
          (one) => one && partOf(one, turn, path),
        )
        return whenOn || whenOff
          ? { ...node, whenOn: whenOn ?? null, whenOff: whenOff ?? null }
          : null
      }
      default: {
        const inner = node.nodes.flatMap((one) => partOf(one, turn, path) ?? [])
        return inner.length === 0 ? null : { ...node, nodes: inner }
      }
    }
  }

  function partOfFetch(fetch: FetchNode, turn: number, path: PlanPath): FetchNode | null {
    if (fetch.entities === null) {
      const own = path.length === 0 ? roots.indexOf(fetch) : turnOf(path)
      return own === turn ? fetch : null
    }
    const requests = fetch.entities.flatMap((one) => {
      const paths = one.paths.filter((own) => turnOf([...path, ...own]) === turn)
      return paths.length === 0 ? [] : [{ ...one, paths }]
    })
    return requests.length === 0 ? null : onlyRequests(fetch, requests)
  }

  function turnOf(path: PlanPath): number {
    const [name] = path
    const turn = names.findIndex((own) => typeof name === 'string' && own.has(name))
    return turn < 0 ? roots.length - 1 : turn
  }
}

function rootFetches(plan: PlanNode): FetchNode[] {
  const found: FetchNode[] = []
  eachFetch(plan, (fetch, path) => {
    if (fetch.entities === null && path.length === 0) found.push(fetch)
  })
  return found
}

/** In the answer. */
function namesOf({ operation, outputRewrites }: FetchNode): ReadonlySet<string> {
  const document = parse(operation, { noLocation: true })
  const fragments = fragmentsOf(document)
  const names = new Set<string>()
  for (const one of document.definitions) {
    if (one.kind === Kind.OPERATION_DEFINITION) collect(one.selectionSet)
  }
  for (const one of outputRewrites) {
    if (one.kind === 'Rename' && one.path.length === 1) names.add(one.to)
  }
  return names

  function collect({ selections }: SelectionSetNode): void {
    for (const one of selections) {
      if (one.kind === Kind.FIELD) names.add((one.alias ?? one.name).value)
      else if (one.kind === Kind.INLINE_FRAGMENT) collect(one.selectionSet)
      else {
        const fragment = fragments.get(one.name.value)
        if (fragment !== undefined) collect(fragment.selectionSet)
      }
    }
  }
}

/** With requests for root fields that end where something below a field is read elsewhere. */
function apart(plan: PlanNode): PlanNode {
  const readBelow = new Set<string>()
  eachFetch(plan, ({ entities }, path) => {
    const own = entities === null ? [[]] : entities.flatMap(({ paths }) => paths)
    for (const one of own) {
      const [name] = [...path, ...one]
      if (typeof name === 'string') readBelow.add(name)
    }
  })
  return mapFetches(plan, (fetch, path) => {
    if (fetch.entities !== null || path.length > 0) return fetch
    const parts = partsOf(fetch, readBelow)
    return parts.length < 2 ? fetch : { kind: 'Sequence', nodes: parts }
  })
}

function partsOf(fetch: FetchNode, readBelow: ReadonlySet<string>): readonly FetchNode[] {
  const { definitions } = withoutSpreads(parse(fetch.operation, { noLocation: true }))
  const operation = definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION)
  const fields = operation?.selectionSet.selections.filter((one) => one.kind === Kind.FIELD) ?? []
  if (operation === undefined || fields.length < operation.selectionSet.selections.length) return []
  const parts: Set<string>[] = [new Set()]
  let isOver = false
  for (const field of fields) {
    const name = nameOf(field)
    // Selected a second time: it has its turn already.
    if (parts.some((names) => names.has(name))) continue
    if (isOver) parts.push(new Set())
    parts.at(-1)?.add(name)
    isOver = readBelow.has(nameInAnswer(fetch, name))
  }
  return parts.map((names) => onlyFields(fetch, { operation, fields, names }))
}

function nameOf({ alias, name }: FieldNode): string {
  return (alias ?? name).value
}

function nameInAnswer({ outputRewrites }: FetchNode, name: string): string {
  for (const one of outputRewrites) {
    if (one.kind === 'Rename' && one.path.length === 1 && one.path[0] === name) return one.to
  }
  return name
}

interface OnlyFields {
  readonly operation: OperationDefinitionNode
  readonly fields: readonly FieldNode[]
  readonly names: ReadonlySet<string>
}

function onlyFields(fetch: FetchNode, { operation, fields, names }: OnlyFields): FetchNode {
  const selections = fields.filter((one) => names.has(nameOf(one)))
  const own = { ...operation, selectionSet: { ...operation.selectionSet, selections } }
  const document = withoutUnused({ kind: Kind.DOCUMENT, definitions: [own] })
  const [left] = document.definitions
  const declared = left?.kind === Kind.OPERATION_DEFINITION ? left.variableDefinitions : []
  const used = new Set(declared?.map(({ variable }) => variable.name.value))
  return {
    ...fetch,
    operation: print(document),
    variables: fetch.variables.filter((name) => used.has(name)),
    outputRewrites: fetch.outputRewrites.filter(({ path }) => {
      const first = path.find((one) => typeof one === 'string')
      return first === undefined || names.has(first)
    }),
  }
}

// Whether a plan asks a subgraph for a field that is external there, at a place where it does not provide it, or for one that needs
// such a field of an object that is not sent with it: a subgraph that does not look would answer it all the same, and wrong.
import {
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql'
import { fragmentsOf } from '../../operation/select.ts'
import { eachFetch } from './each-fetch.ts'
import type { Joined } from './joined.ts'
import type { EntityRequest, FetchNode, PlanNode, RequiredSelection } from './plan.ts'

/** What is wrong with such a field; null when there is none. */
export function findExternal(plan: PlanNode | null, joined: Joined): string | null {
  let found: string | null = null
  eachFetch(plan, (fetch) => {
    found ??= findInFetch(fetch, joined)
  })
  return found
}

interface At {
  readonly type: string
  /** What the fields above provide here. */
  readonly provided: readonly SelectionSetNode[]
  /** What entities are sent with, by name; null elsewhere. */
  readonly sent: ReadonlySet<string> | null
}

function findInFetch({ subgraph, operation, entities }: FetchNode, joined: Joined): string | null {
  const document = parse(operation, { noLocation: true })
  const fragments: ReadonlyMap<string, FragmentDefinitionNode> = fragmentsOf(document)
  const [whole] = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION)
  if (whole === undefined) return null
  const type = whole.operation === 'mutation' ? 'Mutation' : 'Query'
  return find(whole.selectionSet, { type, provided: [], sent: null })

  function find({ selections }: SelectionSetNode, at: At): string | null {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const field = selection.name.value
        if (isForeign(at, field)) return `${at.type}.${field} is external in ${subgraph}`
        const unsent = unsentBy(at, field)
        if (unsent !== null)
          return `${at.type}.${field} is asked of ${subgraph} without "${unsent}", which it requires`
        const found = selection.selectionSet && find(selection.selectionSet, below(at, selection))
        if (found) return found
        continue
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value)
      if (fragment === undefined) continue
      const condition = fragment.typeCondition?.name.value ?? at.type
      const found = find(fragment.selectionSet, { ...at, type: condition })
      if (found !== null) return found
    }
    return null
  }

  function isForeign({ type, provided }: At, field: string): boolean {
    if (joined.fieldIn(type, field, subgraph)?.isExternal !== true) return false
    const isKey = joined.keysOf(type, subgraph).some(({ selections }) => names(selections, field))
    return !isKey && !provided.some((one) => names(one, field))
  }

  /** What a field requires, and does not have here. */
  function unsentBy({ type, provided, sent }: At, field: string): string | null {
    const required = joined.fieldIn(type, field, subgraph)?.requires
    if (!required) return null
    const isThere = (name: string) =>
      sent?.has(name) || !isForeign({ type, provided, sent }, name) || name === '__typename'
    return namesIn(required).find((name) => !isThere(name)) ?? null
  }

  function below({ type, provided }: At, node: FieldNode): At {
    const field = node.name.value
    const own = joined.fieldIn(type, field, subgraph)?.provides ?? null
    const deeper = provided.flatMap((one) => inside(one, field))
    return {
      type: joined.namedType(type, field),
      provided: own === null ? deeper : [own, ...deeper],
      sent: field === '_entities' ? sentOf(node, entities ?? []) : null,
    }
  }
}

function names(set: SelectionSetNode, field: string): boolean {
  return set.selections.some((one) =>
    one.kind === Kind.FIELD
      ? one.name.value === field
      : one.kind === Kind.INLINE_FRAGMENT && names(one.selectionSet, field),
  )
}

function inside(set: SelectionSetNode, field: string): SelectionSetNode[] {
  return set.selections.flatMap((one) => {
    if (one.kind === Kind.INLINE_FRAGMENT) return inside(one.selectionSet, field)
    return one.kind === Kind.FIELD && one.name.value === field && one.selectionSet
      ? [one.selectionSet]
      : []
  })
}

function namesIn({ selections }: SelectionSetNode): readonly string[] {
  return selections.flatMap((one) => {
    if (one.kind === Kind.FIELD) return [one.name.value]
    return one.kind === Kind.INLINE_FRAGMENT ? namesIn(one.selectionSet) : []
  })
}

/** Of objects of whatever type. */
function sentOf(
  { alias, name }: FieldNode,
  entities: readonly EntityRequest[],
): ReadonlySet<string> {
  const sent = new Set<string>()
  for (const one of entities) if (one.alias === (alias ?? name).value) add(one.requires)
  return sent

  function add(requires: readonly RequiredSelection[]): void {
    for (const one of requires) {
      if (one.kind === 'Field') sent.add(one.as)
      else add(one.selections)
    }
  }
}

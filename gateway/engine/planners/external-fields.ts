// Whether a plan asks a subgraph for a field that is external there, at a place where it does not provide it.
import { type FragmentDefinitionNode, Kind, parse, type SelectionSetNode } from 'graphql'
import { fragmentsOf } from '../../operation/select.ts'
import { eachFetch } from './each-fetch.ts'
import type { Joined } from './joined.ts'
import type { FetchNode, PlanNode } from './plan.ts'

/** `Type.field of subgraph` for one that is; null when there is none. */
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
}

function findInFetch({ subgraph, operation }: FetchNode, joined: Joined): string | null {
  const document = parse(operation, { noLocation: true })
  const fragments: ReadonlyMap<string, FragmentDefinitionNode> = fragmentsOf(document)
  const [whole] = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION)
  if (whole === undefined) return null
  const type = whole.operation === 'mutation' ? 'Mutation' : 'Query'
  return find(whole.selectionSet, { type, provided: [] })

  function find({ selections }: SelectionSetNode, at: At): string | null {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const field = selection.name.value
        if (isForeign(at, field)) return `${at.type}.${field} of ${subgraph}`
        const found = selection.selectionSet && find(selection.selectionSet, below(at, field))
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

  function below({ type, provided }: At, field: string): At {
    const own = joined.fieldIn(type, field, subgraph)?.provides ?? null
    const deeper = provided.flatMap((one) => inside(one, field))
    return {
      type: joined.namedType(type, field),
      provided: own === null ? deeper : [own, ...deeper],
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

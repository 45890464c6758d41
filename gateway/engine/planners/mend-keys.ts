// Of an entity a plan has to send a key by which the subgraph resolves it. Planners send more than that now and then:
//
//   sent      ... on Alpha { id }   ... on Media { title }        a Beta, which is a Media as well, goes without its key
//   mended    ... on Alpha { id }   ... on Alpha { title }        nobody asked for anything of a Beta there
//
// Where none of the objects has a key, the plan is wrong.
import { Kind, type SelectionSetNode } from 'graphql'
import type { Joined } from './joined.ts'
import { mapFetches } from './map-fetches.ts'
import type {
  EntityRequest,
  FetchNode,
  PlanNode,
  RequiredFragment,
  RequiredSelection,
} from './plan.ts'
import { UnsupportedOperation } from './planner.ts'

/** @throws UnsupportedOperation */
export function mendKeys(plan: PlanNode, joined: Joined): PlanNode {
  return mapFetches(plan, (fetch) => mendFetch(fetch, joined))
}

function mendFetch(fetch: FetchNode, joined: Joined): FetchNode {
  if (fetch.entities === null) return fetch
  const mend = (one: EntityRequest) => mendRequest(one, fetch.subgraph, joined)
  return { ...fetch, entities: fetch.entities.map(mend) }
}

function mendRequest(request: EntityRequest, subgraph: string, joined: Joined): EntityRequest {
  const fragments = request.requires.filter((one) => one.kind === 'Fragment')
  const objectsOf = ({ type }: RequiredFragment) => joined.allObjectsOf(type ?? '')
  const objects = new Set(fragments.flatMap((one) => [...objectsOf(one)]))
  const known = new Set([...objects].filter((one) => hasKey(one, request, { subgraph, joined })))
  if (known.size === objects.size) return request
  if (known.size === 0) {
    throw new UnsupportedOperation('KEY_NOT_RESOLVABLE', `no key leads to "${subgraph}"`)
  }
  return { ...request, requires: request.requires.flatMap(mendFragment) }

  function mendFragment(one: RequiredSelection): RequiredSelection[] {
    if (one.kind !== 'Fragment') return [one]
    const own = [...objectsOf(one)]
    const kept = own.filter((object) => known.has(object))
    return kept.length === own.length ? [one] : kept.map((type) => ({ ...one, type }))
  }
}

/** Whether an object of this type is sent with a key that leads to the subgraph. */
export function hasKey(
  object: string,
  request: EntityRequest,
  { subgraph, joined }: { subgraph: string; joined: Joined },
): boolean {
  const keys = joined.keysOf(sentAs(object, request, joined), subgraph)
  // All fragments of its types are sent of an object.
  const sent = request.requires.flatMap((one) =>
    one.kind === 'Fragment' && joined.allObjectsOf(one.type ?? '').has(object)
      ? one.selections
      : [],
  )
  return keys.some((one) => one.isResolvable && has(sent, one.selections))
}

/** An object goes as its interface to a subgraph that knows no more than that. */
function sentAs(object: string, { inputRewrites }: EntityRequest, joined: Joined): string {
  for (const one of inputRewrites) {
    if (one.kind !== 'SetValue' || one.path.at(-1) !== '__typename') continue
    const [condition] = one.path
    const types = typeof condition === 'string' ? [] : (condition ?? [])
    const isMeant =
      types.length === 0 || types.some((type) => joined.allObjectsOf(type).has(object))
    if (isMeant && typeof one.value === 'string') return one.value
  }
  return object
}

function has(sent: readonly RequiredSelection[], { selections }: SelectionSetNode): boolean {
  const fields = sent.flatMap((one) => (one.kind === 'Field' ? [one] : innerFields(one)))
  return selections.every((node) => {
    if (node.kind !== Kind.FIELD) return true
    const found = fields.find((one) => one.as === node.name.value)
    if (found === undefined) return false
    return node.selectionSet === undefined || has(found.selections ?? [], node.selectionSet)
  })
}

function innerFields({ selections }: RequiredFragment) {
  return selections.flatMap((one) => (one.kind === 'Field' ? [one] : []))
}

// Which requests for entities may put one object in the place of several that are equal.
//
// Eleven reviews of one product hold eleven objects that say no more than its key. As one object it is represented, merged
// and written once. That is right as long as whatever is done to one of them is done to all, which the plan tells: every
// later fetch at their path is for each of them, and nothing but what made them is merged into them from further up.
import { type AskedFields, compileAskedFields, compileAskedOfEntities } from './asked-fields.ts'
import { isInherited } from './data.ts'
import { eachFetch } from './planners/each-fetch.ts'
import type { EntityRequest, FetchNode, PlanNode, PlanPath } from './planners/plan.ts'

/** Names alone: objects of different types are never equal, so a path's types do not matter here. */
type Names = readonly string[]

interface PlacedRequest {
  /** Null: it is for root fields. */
  readonly request: EntityRequest | null
  readonly names: Names
  readonly asked: AskedFields
}

/** For each of them the places, as `placeOf` names them, at which it may do so: it is the first one there. */
export function placesToDeduplicate(
  plan: PlanNode,
): ReadonlyMap<EntityRequest, ReadonlySet<string>> {
  const requests = placeAll(plan)
  const seen = new Set<string>()
  const uniting = new Map<EntityRequest, Set<string>>()
  for (const { request, names } of requests) {
    if (request === null) continue
    const place = placeOf(names)
    if (!seen.has(place) && mayUniteAt(names, requests)) {
      uniting.set(request, (uniting.get(request) ?? new Set()).add(place))
    }
    // A later one, of the same fetch too, would take away objects that another one holds.
    seen.add(place)
  }
  return uniting
}

export function placeOf(path: PlanPath): string {
  return JSON.stringify(namesOf(path))
}

function namesOf(path: PlanPath): Names {
  return path.filter((element) => typeof element === 'string')
}

function mayUniteAt(names: Names, requests: readonly PlacedRequest[]): boolean {
  if (names.some(isInherited)) return false
  return requests.filter((one) => writesFromAbove(one, names)).length === 1
}

/** Whether the answer has something for the objects at a path that is longer than its own. */
function writesFromAbove({ names: from, asked }: PlacedRequest, names: Names): boolean {
  if (from.length >= names.length || from.some((element, index) => element !== names[index])) {
    return false
  }
  let fields: AskedFields | null | undefined = asked
  for (const element of names.slice(from.length)) {
    if (element === '@') continue
    fields = fields?.get(element)
  }
  return fields !== undefined
}

function placeAll(plan: PlanNode): PlacedRequest[] {
  const found: PlacedRequest[] = []
  eachFetch(plan, (fetch, path) => found.push(...placeFetch(fetch, path)))
  return found
}

function placeFetch(fetch: FetchNode, path: PlanPath): PlacedRequest[] {
  if (fetch.entities === null) {
    const asked = compileAskedFields(fetch)
    return [{ request: null, names: namesOf(path), asked }]
  }
  const asked = compileAskedOfEntities(fetch)
  return fetch.entities.flatMap((request, index) =>
    request.paths.map((own) => ({
      request,
      names: namesOf([...path, ...own]),
      asked: asked[index] ?? new Map(),
    })),
  )
}

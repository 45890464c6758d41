// Finds the objects at a path of a plan, in which `@` stands for every item of a list, and types for objects of these alone.
import { type Data, isInherited, ownValue } from './data.ts'
import type { PlanPath } from './planners/plan.ts'
import type { Path, Run } from './run.ts'
import type { IsOfType } from './types.ts'

/** Objects, and where each of them stands: `parents[n][keys[n]]` is `objects[n]`. */
export interface Found {
  readonly objects: Data[]
  readonly parents: object[]
  readonly keys: (string | number)[]
  /** Which of the paths led to each; null when there is one path. */
  readonly ways: number[] | null
}

/** The objects at these paths; what is null or missing on the way has none. One that is shared comes once. */
export function objectsAt(
  { data, shared }: Run,
  paths: readonly PlanPath[],
  isOfType: IsOfType,
): Found {
  const ways = paths.length === 1 ? null : []
  const found: Found = { objects: [], parents: [], keys: [], ways }
  // Two paths may lead to one object.
  const met = paths.length === 1 ? null : new Set<object>()
  paths.forEach((path, way) => {
    const seen = shared === null ? null : new Set<object>()
    collect({ path, way, isOfType, found, met, shared, seen, parent: [data], key: 0 }, data, 0)
  })
  return found
}

interface Search {
  readonly path: PlanPath
  readonly way: number
  readonly isOfType: IsOfType
  readonly found: Found
  readonly shared: Run['shared']
  /** What is shared and was passed on this path. */
  readonly seen: Set<object> | null
  /** Objects that were found on any path; null when there is one path. */
  readonly met: Set<object> | null
  /** Where the value stands that is looked at. */
  parent: object
  key: string | number
}

function collect(search: Search, value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  const { shared, seen } = search
  if (seen !== null && shared?.has(value)) {
    if (seen.has(value)) return
    seen.add(value)
  }
  follow(search, value, depth)
}

/** From here on: types in a path stand for the same object, which is not a second visit. */
function follow(search: Search, value: object, depth: number): void {
  const { path } = search
  const element = path[depth]
  if (element === '@') {
    // What is not as it should be is found again when the answer is written, and told there.
    if (!Array.isArray(value)) return
    collectItems(search, value, depth + 1)
  } else if (Array.isArray(value)) {
    // Types and the end of a path reach through lists; a name does not.
    if (typeof element === 'string') return
    collectItems(search, value, depth)
  } else if (element === undefined) {
    found(search, value as Data)
  } else if (typeof element === 'string') {
    search.parent = value
    search.key = element
    collect(search, memberOf(value, element), depth + 1)
  } else if (isOneOf(value as Data, element, search.isOfType)) {
    follow(search, value, depth + 1)
  }
}

function collectItems(search: Search, list: readonly unknown[], depth: number): void {
  const reachesThrough = search.path[depth - 1] === '@' && search.path[depth] !== '@'
  for (let index = 0; index < list.length; index += 1) {
    const item = list[index]
    // One planner writes `@` once for lists of lists, another for each.
    if (reachesThrough && Array.isArray(item)) {
      collectItems(search, item, depth)
      continue
    }
    search.parent = list
    search.key = index
    collect(search, item, depth)
  }
}

function found({ found, met, way, parent, key }: Search, object: Data): void {
  if (met?.has(object)) return
  met?.add(object)
  const { objects, parents, keys, ways } = found
  objects.push(object)
  parents.push(parent)
  keys.push(key)
  ways?.push(way)
}

/** Every place at which each of these objects stands, as it is written in an error's path. One walk, however many they are. */
export function placesOf(
  run: Run,
  paths: readonly PlanPath[],
  { wanted, isOfType }: { readonly wanted: ReadonlySet<object>; readonly isOfType: IsOfType },
): ReadonlyMap<object, readonly Path[]> {
  const places = new Map<object, Path[]>()
  for (const path of paths) walk(path, run.data, 0, [])
  return places

  function walk(path: PlanPath, value: unknown, depth: number, place: Path): void {
    if (typeof value !== 'object' || value === null) return
    const element = path[depth]
    if (Array.isArray(value)) {
      const next = element === '@' ? depth + 1 : depth
      const isInside = path[depth - 1] === '@'
      if (typeof element === 'string' && element !== '@' && !isInside) return
      value.forEach((item, index) => {
        walk(path, item, next, [...place, index])
      })
    } else if (element === undefined) {
      if (wanted.has(value)) placesFor(value).push(place)
    } else if (typeof element !== 'string') {
      if (isOneOf(value as Data, element, isOfType)) walk(path, value, depth + 1, place)
    } else if (element !== '@') {
      walk(path, memberOf(value, element), depth + 1, [...place, element])
    }
  }

  function placesFor(value: object): Path[] {
    const known = places.get(value) ?? []
    places.set(value, known)
    return known
  }
}

// Where a plan names types, it asked for the type of each object that may be another: one without is of them.
function isOneOf(
  { __typename: typename }: Data,
  types: readonly string[],
  isOfType: IsOfType,
): boolean {
  if (typeof typename !== 'string' || typename === '') return true
  return types.some((type) => isOfType(typename, type))
}

function memberOf(value: object, name: string): unknown {
  return isInherited(name) ? ownValue(value, name) : (value as Data)[name]
}

// Finds the objects at a path of a plan, in which `@` stands for every item of a list.
import { type Data, isInherited, MalformedData, ownValue } from './data.ts'
import type { Path, Run } from './run.ts'

export type PlanPath = readonly string[]

/** Objects, and where each of them stands: `parents[n][keys[n]]` is `objects[n]`. */
export interface Found {
  readonly objects: Data[]
  readonly parents: object[]
  readonly keys: (string | number)[]
}

/** The objects at this path; what is null or missing on the way has none. One that is shared comes once. */
export function objectsAt({ data, shared }: Run, path: PlanPath): Found {
  const found: Found = { objects: [], parents: [], keys: [] }
  const seen = shared === null ? null : new Set<object>()
  collect({ path, found, shared, seen, parent: [data], key: 0 }, data, 0)
  return found
}

interface Search {
  readonly path: PlanPath
  readonly found: Found
  readonly shared: Run['shared']
  readonly seen: Set<object> | null
  /** Where the value stands that is looked at. */
  parent: object
  key: string | number
}

function collect(search: Search, value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return
  const { path, found, shared, seen } = search
  if (seen !== null && shared?.has(value)) {
    if (seen.has(value)) return
    seen.add(value)
  }
  const element = path[depth]
  if (element === undefined) {
    found.objects.push(value as Data)
    found.parents.push(search.parent)
    found.keys.push(search.key)
  } else if (element === '@') {
    if (!Array.isArray(value)) throw new MalformedData('a subgraph sent no list where one is due')
    for (let index = 0; index < value.length; index += 1) {
      search.parent = value
      search.key = index
      collect(search, value[index], depth + 1)
    }
  } else {
    if (Array.isArray(value)) throw new MalformedData('a subgraph sent a list where none is due')
    search.parent = value
    search.key = element
    collect(search, memberOf(value, element), depth + 1)
  }
}

/** Every place at which each of these objects stands, as it is written in an error's path. One walk, however many they are. */
export function placesOf(
  run: Run,
  path: PlanPath,
  wanted: ReadonlySet<object>,
): ReadonlyMap<object, readonly Path[]> {
  const places = new Map<object, Path[]>()
  const walk = (value: unknown, depth: number, place: Path): void => {
    if (typeof value !== 'object' || value === null) return
    const element = path[depth]
    if (element === undefined) {
      if (!wanted.has(value)) return
      const known = places.get(value)
      if (known === undefined) places.set(value, [place])
      else known.push(place)
    } else if (element === '@') {
      if (!Array.isArray(value)) return
      value.forEach((item, index) => {
        walk(item, depth + 1, [...place, index])
      })
    } else if (!Array.isArray(value)) {
      walk(memberOf(value, element), depth + 1, [...place, element])
    }
  }
  walk(run.data, 0, [])
  return places
}

function memberOf(value: object, name: string): unknown {
  return isInherited(name) ? ownValue(value, name) : (value as Data)[name]
}

// Finds the objects at a path of a plan, in which `@` stands for every item of a list.
import { type Data, isInherited, MalformedData, ownValue } from './data.ts'
import type { Path, Run } from './run.ts'

export type PlanPath = readonly string[]

/** The objects at this path; what is null or missing on the way has none. One that is shared comes once. */
export function objectsAt(run: Run, path: PlanPath): Data[] {
  const found: Data[] = []
  const { shared } = run
  collect({ path, found, shared, seen: shared === null ? null : new Set() }, run.data, 0)
  return found
}

interface Search {
  readonly path: PlanPath
  readonly found: Data[]
  readonly shared: Run['shared']
  readonly seen: Set<object> | null
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
    found.push(value as Data)
  } else if (element === '@') {
    if (!Array.isArray(value)) throw new MalformedData('a subgraph sent no list where one is due')
    for (const item of value) collect(search, item, depth + 1)
  } else {
    if (Array.isArray(value)) throw new MalformedData('a subgraph sent a list where none is due')
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

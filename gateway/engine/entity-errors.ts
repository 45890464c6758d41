// Errors of a fetch of entities: each stands in the answer wherever its entity stands.
import type { GraphQLFormattedError } from 'graphql'
import { placesOf } from './cursor.ts'
import type { Data } from './data.ts'
import type { Flight } from './flight.ts'
import type { Rename } from './planner-names.ts'
import type { PlanPath } from './planners/plan.ts'
import type { Run, Slot } from './run.ts'
import type { IsOfType } from './types.ts'

/** Objects that wait for one entity of a fetch. */
export interface Seated {
  readonly slot: Slot
  readonly targets: readonly Data[]
}

export interface Landed {
  /** Where the entities stand. */
  readonly paths: readonly PlanPath[]
  readonly isOfType: IsOfType
  readonly rename: Rename
  readonly flight: Flight
  readonly groups: readonly Seated[]
}

/** One walk through the data, however many errors there are. */
export function reportFlight(run: Run, { paths, isOfType, rename, flight, groups }: Landed): void {
  if (flight.failure !== null) run.addError(flight.failure)
  if (flight.errors.length === 0) return
  const byIndex = new Map<number, readonly Data[]>()
  for (const { slot, targets } of groups) {
    if (slot.flight === flight) byIndex.set(slot.index, targets)
  }
  const targetsOf = (index: unknown) =>
    typeof index === 'number' ? (byIndex.get(index) ?? []) : []
  const failed = new Set(flight.errors.flatMap((error) => targetsOf(error.path?.[1])))
  const place = (paths[0] ?? []).filter((element) => typeof element === 'string')
  const places = placesOf(run, paths, { wanted: failed, isOfType })
  for (const error of flight.errors.map(rename)) {
    if (run.isFullOfErrors) return
    const index = error.path?.[1]
    if (typeof index !== 'number') {
      run.addError(error.path ? { ...error, path: [...place, ...error.path] } : error)
    } else if (index >= flight.count) {
      const { path: _, ...placeless } = error
      run.addError(placeless)
    } else {
      const own = targetsOf(index).flatMap((target) => places.get(target) ?? [])
      addAtEach(run, error, own)
    }
  }
}

function addAtEach(
  run: Run,
  error: GraphQLFormattedError,
  places: readonly (readonly (string | number)[])[],
): void {
  const rest = error.path?.slice(2) ?? []
  for (const place of places) {
    if (run.isFullOfErrors) return
    run.addError({ ...error, path: [...place, ...rest] })
  }
}

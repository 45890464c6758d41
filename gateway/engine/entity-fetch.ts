// Compiles a fetch of entities: each representation is sent once, and an entity that is known is not asked for again.
import type { FetchNode } from '@apollo/query-planner'
import type { GraphQLFormattedError } from 'graphql'
import { objectsAt, placesOf } from './cursor.ts'
import { cloneData, type Data, merge } from './data.ts'
import { compileBody, type FetchOptions } from './fetch.ts'
import { type Flight, followFlight } from './flight.ts'
import { compileRepresentation } from './representation.ts'
import { compileRewrites } from './rewrite.ts'
import type { Run, Slot } from './run.ts'
import type { Step } from './step.ts'

export interface EntityFetchOptions extends FetchOptions {
  /** Names fetches of one text, variables and subgraph; null when there is no other of this one. */
  readonly sharedKey: string | null
}

/** Objects that one representation stands for. */
interface Group {
  readonly representation: string
  readonly slot: Slot
  readonly targets: Data[]
}

export function compileEntityFetch(options: EntityFetchOptions): Step {
  const { fetch, path, source, isOfType, sharedKey } = options
  const writeBody = compileBody(fetch)
  const represent = compileRepresentation({
    requires: fetch.requires ?? [],
    isOfType,
    rewrite: compileRewrites(fetch.inputRewrites, isOfType),
  })
  const rewriteOutput = compileRewrites(fetch.outputRewrites, isOfType)

  return function fetchEntities(run) {
    const targets = objectsAt(run, path)
    const groups = new Map<string, Data[]>()
    for (const target of targets) {
      const representation = represent(target)
      if (representation === null) continue
      const group = groups.get(representation)
      if (group === undefined) groups.set(representation, [target])
      else group.push(target)
    }
    if (groups.size === 0) return
    if (sharedKey === null) return settle(run, seatAll(run, groups))
    return shareAndSettle(run, groups, run.slotsOf(sharedKey))
  }

  /** Takes from fetches of others what they ask for already, and sends for the rest. */
  async function shareAndSettle(
    run: Run,
    targets: ReadonlyMap<string, Data[]>,
    slots: Map<string, Slot>,
  ): Promise<void> {
    const fresh = new Map<string, Data[]>()
    const joined: Group[] = []
    for (const [representation, own] of targets) {
      const slot = slots.get(representation)
      if (slot === undefined) fresh.set(representation, own)
      else joined.push({ representation, slot, targets: own })
    }
    const seated = fresh.size === 0 ? [] : seatAll(run, fresh)
    for (const { representation, slot } of seated) slots.set(representation, slot)
    for (const { slot } of joined) await slot.flight.landed
    // What others asked for beside it may be why they got nothing.
    const refused = joined.filter(({ slot }) => slot.flight.isRefused)
    const again = new Map(refused.map((group) => [group.representation, group.targets]))
    const retried = again.size === 0 ? [] : seatAll(run, again)
    const kept = joined.filter(({ slot }) => !slot.flight.isRefused)
    await settle(run, [...seated, ...kept, ...retried])
  }

  /** Sends for all of these at once. */
  function seatAll(run: Run, targets: ReadonlyMap<string, Data[]>): Group[] {
    const flight = send(run, targets)
    return [...targets].map(([representation, own], index) => ({
      representation,
      slot: { flight, index },
      targets: own,
    }))
  }

  function send(run: Run, targets: ReadonlyMap<string, readonly Data[]>): Flight {
    const representations = [...targets.keys()]
    const typenames = [...targets.values()].map(([first]) => first?.__typename)
    return followFlight(source.send(writeBody(run, representations), run.context), {
      count: representations.length,
      prepare(entity, index) {
        if (!entity.__typename) entity.__typename = typenames[index]
        rewriteOutput?.(entity)
      },
    })
  }

  async function settle(run: Run, groups: readonly Group[]): Promise<void> {
    const flights = new Set(groups.map(({ slot }) => slot.flight))
    for (const flight of flights) await flight.landed
    for (const flight of flights) report(run, flight, groups)
    for (const { slot, targets } of groups) {
      const entity = slot.flight.entities[slot.index]
      if (entity) spread(run, { entity, targets, isNested: slot.flight.isNested })
    }
  }

  function spread(
    run: Run,
    { entity, targets, isNested }: { entity: Data; targets: readonly Data[]; isNested: boolean },
  ): void {
    // Other places go on differently from here, so what is nested cannot be theirs too.
    const own = isNested && sharedKey !== null ? cloneData(entity) : entity
    if (isNested && targets.length > 1) run.share(own)
    for (const target of targets) merge(target, own)
  }

  function report(run: Run, flight: Flight, groups: readonly Group[]): void {
    if (flight.failure !== null) run.errors.push(flight.failure)
    for (const error of flight.errors) {
      const index = error.path?.[1]
      if (typeof index === 'number') reportEntity(run, { error, index, flight, groups })
      else run.errors.push(error.path ? { ...error, path: [...path, ...error.path] } : error)
    }
  }

  /** An error of one entity stands at every place where that entity stands. */
  function reportEntity(
    run: Run,
    at: { error: GraphQLFormattedError; index: number; flight: Flight; groups: readonly Group[] },
  ): void {
    const { error, index, flight, groups } = at
    const { path: _, ...placeless } = error
    if (index >= flight.count) return void run.errors.push(placeless)
    const group = groups.find(({ slot }) => slot.flight === flight && slot.index === index)
    if (group === undefined) return
    const rest = error.path?.slice(2) ?? []
    for (const place of placesOf(run, path, new Set(group.targets))) {
      run.errors.push({ ...error, path: [...place, ...rest] })
    }
  }
}

/** What two fetches of entities have in common when one answer serves both. */
export function sharedKeyOf(fetch: FetchNode): string {
  // The planner numbers operations by node; the number is all that differs.
  const text = fetch.operation.replace(/^query \w+/, 'query')
  return JSON.stringify([fetch.serviceName, text, fetch.outputRewrites ?? []])
}

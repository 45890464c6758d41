// Compiles a fetch of entities: each representation is sent once, and an entity that is known is not asked for again.
import type { FetchNode } from '@apollo/query-planner'
import { compileAskedFields } from './asked-fields.ts'
import { objectsAt } from './cursor.ts'
import { cloneData, type Data, haveSameScalars, merge } from './data.ts'
import { reportFlight } from './entity-errors.ts'
import { compileBody, type FetchOptions } from './fetch.ts'
import { type Flight, followFlight } from './flight.ts'
import { compileRepresentation } from './representation.ts'
import { compileRewrites } from './rewrite.ts'
import type { Run, Slot } from './run.ts'
import type { Step } from './step.ts'

export interface EntityFetchOptions extends FetchOptions {
  /** Names fetches of one text, variables and subgraph; null when there is no other of this one. */
  readonly sharedKey: string | null
  /** Objects at its path that are equal may become one, see `united-places.ts`. */
  readonly mayUnite: boolean
}

/** Objects of one type that one representation stands for. */
interface Wanted {
  readonly representation: string
  readonly targets: Data[]
}

interface Group extends Wanted {
  /** The representation, with the type where it does not tell. */
  readonly key: string
  readonly slot: Slot
}

export function compileEntityFetch(options: EntityFetchOptions): Step {
  const { fetch, path, source, isOfType, sharedKey, mayUnite } = options
  const writeBody = compileBody(fetch)
  const represent = compileRepresentation({
    requires: fetch.requires ?? [],
    isOfType,
    rewrite: compileRewrites(fetch.inputRewrites, isOfType),
  })
  const rewriteOutput = compileRewrites(fetch.outputRewrites, isOfType)
  const asked = compileAskedFields(fetch)
  // Behind an @interfaceObject two types send the same words, and are two entities all the same.
  const isTypeTold = (fetch.inputRewrites ?? []).length === 0

  return function fetchEntities(run) {
    const groups = groupTargets(run)
    if (groups.size === 0) return
    if (sharedKey === null) return settle(run, seatAll(run, groups))
    return shareAndSettle(run, groups, run.slotsOf(sharedKey))
  }

  function groupTargets(run: Run): Map<string, Wanted> {
    const groups = new Map<string, Wanted>()
    const { objects, parents, keys } = objectsAt(run, path)
    for (let index = 0; index < objects.length; index += 1) {
      const target = objects[index] as Data
      const representation = represent(target)
      if (representation === null) continue
      const key = isTypeTold ? representation : `${target.__typename} ${representation}`
      const group = groups.get(key)
      if (group === undefined) {
        groups.set(key, { representation, targets: [target] })
        continue
      }
      const first = group.targets[0] as Data
      // One that is shared already stands at other places too, which are not looked at a second time.
      const isElsewhere = run.shared?.has(target) === true
      if (mayUnite && !isElsewhere && haveSameScalars(first, target)) {
        run.putInPlaceOf(first, { parent: parents[index] as Data, key: keys[index] as string })
      } else group.targets.push(target)
    }
    return groups
  }

  /** Takes from fetches of others what they ask for already, and sends for the rest. */
  async function shareAndSettle(
    run: Run,
    wanted: ReadonlyMap<string, Wanted>,
    slots: Map<string, Slot>,
  ): Promise<void> {
    const fresh = new Map<string, Wanted>()
    const joined: Group[] = []
    for (const [key, own] of wanted) {
      const slot = slots.get(key)
      if (slot === undefined) fresh.set(key, own)
      else joined.push({ ...own, key, slot })
    }
    const seated = fresh.size === 0 ? [] : seatAll(run, fresh)
    for (const { key, slot } of seated) slots.set(key, slot)
    for (const { slot } of joined) await slot.flight.landed
    // What others asked for beside it may be why they got nothing.
    const refused = joined.filter(({ slot }) => slot.flight.isRefused)
    const again = new Map(refused.map((group) => [group.key, group]))
    const retried = again.size === 0 ? [] : seatAll(run, again)
    const kept = joined.filter(({ slot }) => !slot.flight.isRefused)
    await settle(run, [...seated, ...kept, ...retried])
  }

  /** Sends for all of these at once. */
  function seatAll(run: Run, wanted: ReadonlyMap<string, Wanted>): Group[] {
    const flight = send(run, [...wanted.values()])
    return [...wanted].map(([key, { representation, targets }], index) => ({
      key,
      representation,
      slot: { flight, index },
      targets,
    }))
  }

  function send(run: Run, wanted: readonly Wanted[]): Flight {
    const representations = wanted.map(({ representation }) => representation)
    const typenames = wanted.map(({ targets: [first] }) => first?.__typename)
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
    for (const flight of flights) reportFlight(run, { path, flight, groups })
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
    for (const target of targets) merge(target, own, asked)
  }
}

/** What two fetches of entities have in common when one answer serves both. */
export function sharedKeyOf(fetch: FetchNode): string {
  // The planner numbers operations by node; the number is all that differs.
  const text = fetch.operation.replace(/^query \w+/, 'query')
  return JSON.stringify([fetch.serviceName, text, fetch.outputRewrites ?? []])
}

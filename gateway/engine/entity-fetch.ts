// Compiles a fetch of entities: each representation is sent once, and an entity that is known is not asked for again.
import { type AskedFields, compileAskedOfEntities } from './asked-fields.ts'
import { objectsAt } from './cursor.ts'
import { cloneData, type Data, haveSameScalars } from './data.ts'
import { placeOf } from './deduplicated-entities.ts'
import { answerFor } from './entity-answer.ts'
import { reportFlight } from './entity-errors.ts'
import { compileBody, type FetchOptions } from './fetch.ts'
import { type Flight, followFlight } from './flight.ts'
import { compileErrorNames } from './planner-names.ts'
import type { EntityRequest, FetchNode, PlanPath } from './planners/plan.ts'
import { compileRepresentation } from './representation.ts'
import { compileRewrites } from './rewrite.ts'
import type { Condition, Run, Slot } from './run.ts'
import type { Step } from './step.ts'

export interface EntityFetchOptions extends FetchOptions {
  /** Names fetches of one text, variables and subgraph; null when there is no other of this one. */
  readonly sharedKey: string | null
  /** Objects of this request at this place that are equal may become one, see `deduplicated-entities.ts`. */
  mayUnite(request: EntityRequest, place: string): boolean
  conditionOf(variable: string): Condition
}

/** Objects of one type that one representation stands for. */
interface Wanted {
  readonly representation: string
  readonly targets: Data[]
  /** By which path each was found; null when there is one path. */
  readonly ways: number[] | null
}

type WantedByKey = ReadonlyMap<string, Wanted>

interface Group extends Wanted {
  /** The representation, with the type where it does not tell. */
  readonly key: string
  readonly slot: Slot
}

/** One request for entities of a fetch: what it looks for in the data, and where it puts what comes. */
interface Request {
  readonly alias: string
  /** Where its list stands among those that are sent. */
  readonly list: number
  groupTargets(run: Run): Map<string, Wanted>
  prepare(entity: Data, typename: unknown): void
  settle(run: Run, groups: readonly Group[]): Promise<void>
}

export function compileEntityFetch(options: EntityFetchOptions): Step {
  const { fetch, source, sharedKey } = options
  const entities = fetch.entities ?? []
  const aliases = entities.map(({ alias }) => alias)
  const lists = [...new Set(entities.map(({ variable }) => variable))]
  const asked = compileAskedOfEntities(fetch)
  const writeBody = compileBody(fetch, options.variables, lists)
  const requests = entities.map((request, index) =>
    compileRequest(request, {
      ...options,
      asked: asked[index] ?? new Map(),
      list: lists.indexOf(request.variable),
    }),
  )
  const [only] = requests
  if (requests.length === 1 && only !== undefined) return compileSingle(only)

  return function fetchBatch(run) {
    const wanted = requests.map((request) => request.groupTargets(run))
    if (wanted.every((one) => one.size === 0)) return
    const seated = seatBatch(run, wanted)
    return Promise.all(
      requests.map((request, index) => request.settle(run, seated[index] ?? [])),
    ).then(() => undefined)
  }

  /** Sends for the entities of all requests at once. */
  function seatBatch(run: Run, wanted: readonly WantedByKey[]): Group[][] {
    const sent = lists.map(() => new Map<string, number>())
    const seats = requests.map(({ list }, index) => {
      const texts = sent[list] as Map<string, number>
      return [...(wanted[index] as WantedByKey)].map(([key, group]) => {
        const seat = texts.get(group.representation) ?? texts.size
        texts.set(group.representation, seat)
        return { key, group, seat }
      })
    })
    const body = writeBody(
      run,
      sent.map((texts) => [...texts.keys()]),
    )
    const answer = source.send(body, run.context, true)
    // One that asks for nobody reads no errors.
    const teller = wanted.findIndex((one) => one.size > 0)
    return requests.map((request, index) => {
      const own = seats[index] ?? []
      const typenames = new Map(own.map(({ seat, group }) => [seat, group.targets[0]?.__typename]))
      const whose = { aliases, isTeller: index === teller }
      const flight = followFlight(answer, {
        count: sent[request.list]?.size ?? 0,
        partOf: (whole) => answerFor(whole, request.alias, whose),
        prepare: (entity, seat) => request.prepare(entity, typenames.get(seat)),
      })
      return own.map(({ key, group, seat }) => ({ ...group, key, slot: { flight, index: seat } }))
    })
  }

  function compileSingle(request: Request): Step {
    return function fetchEntities(run) {
      const groups = request.groupTargets(run)
      if (groups.size === 0) return
      if (sharedKey === null) return request.settle(run, seatAll(run, request, groups))
      return shareAndSettle(run, request, { wanted: groups, slots: run.slotsOf(sharedKey) })
    }
  }

  /** Takes from fetches of others what they ask for already, and sends for the rest. */
  async function shareAndSettle(
    run: Run,
    request: Request,
    { wanted, slots }: { wanted: WantedByKey; slots: Map<string, Slot> },
  ): Promise<void> {
    const fresh = new Map<string, Wanted>()
    const joined: Group[] = []
    for (const [key, own] of wanted) {
      const slot = slots.get(key)
      if (slot === undefined) fresh.set(key, own)
      else joined.push({ ...own, key, slot })
    }
    const seated = fresh.size === 0 ? [] : seatAll(run, request, fresh)
    for (const { key, slot } of seated) slots.set(key, slot)
    for (const { slot } of joined) await slot.flight.landed
    // What others asked for beside it may be why they got nothing.
    const refused = joined.filter(({ slot }) => slot.flight.isRefused)
    const again = new Map(refused.map((group) => [group.key, group]))
    const retried = again.size === 0 ? [] : seatAll(run, request, again)
    const kept = joined.filter(({ slot }) => !slot.flight.isRefused)
    await request.settle(run, [...seated, ...kept, ...retried])
  }

  /** Sends for all of these at once. */
  function seatAll(run: Run, request: Request, wanted: WantedByKey): Group[] {
    const groups = [...wanted.values()]
    const body = writeBody(run, [groups.map(({ representation }) => representation)])
    const typenames = groups.map(({ targets: [first] }) => first?.__typename)
    const flight = followFlight(source.send(body, run.context, true), {
      count: groups.length,
      partOf: (answer) => answerFor(answer, request.alias, { aliases, isTeller: true }),
      prepare: (entity, index) => request.prepare(entity, typenames[index]),
    })
    return [...wanted].map(([key, group], index) => ({ ...group, key, slot: { flight, index } }))
  }
}

interface RequestOptions extends EntityFetchOptions {
  readonly asked: AskedFields
  readonly list: number
}

function compileRequest(request: EntityRequest, options: RequestOptions): Request {
  const { path, isOfType, merge, sharedKey, mayUnite, conditionOf, asked, list } = options
  const represent = compileRepresentation({
    requires: request.requires,
    isOfType,
    rewrite: compileRewrites(request.inputRewrites, isOfType),
    conditionOf,
  })
  const rewriteOutput = compileRewrites(request.outputRewrites, isOfType)
  const rename = compileErrorNames(request.outputRewrites)
  const paths = request.paths.map((own): PlanPath => [...path, ...own])
  const unites = paths.map((one) => mayUnite(request, placeOf(one)))
  // Behind an @interfaceObject two types send the same words, and are two entities all the same.
  const isTypeTold = request.inputRewrites.length === 0

  return {
    alias: request.alias,
    list,
    groupTargets(run) {
      const groups = new Map<string, Wanted>()
      const { objects, parents, keys, ways } = objectsAt(run, paths, isOfType)
      for (let index = 0; index < objects.length; index += 1) {
        const target = objects[index] as Data
        const way = ways?.[index] ?? 0
        const representation = represent(target, run)
        if (representation === null) continue
        const key = isTypeTold ? representation : `${target.__typename} ${representation}`
        const group = groups.get(key)
        if (group === undefined) {
          groups.set(key, { representation, targets: [target], ways: ways && [way] })
          continue
        }
        const first = unites[way] === true ? firstOf(group, way) : undefined
        // One that is shared already stands at other places too, which are not looked at a second time.
        const isElsewhere = run.shared?.has(target) === true
        if (first !== undefined && !isElsewhere && haveSameScalars(first, target)) {
          run.putInPlaceOf(first, { parent: parents[index] as Data, key: keys[index] as string })
          continue
        }
        group.targets.push(target)
        group.ways?.push(way)
      }
      return groups
    },
    prepare(entity, typename) {
      if (!entity.__typename) entity.__typename = typename
      rewriteOutput?.(entity)
    },
    settle(run, groups) {
      const flights = [...new Set(groups.map(({ slot }) => slot.flight))]
      const [only] = flights
      const landed =
        only !== undefined && flights.length === 1
          ? only.landed
          : Promise.all(flights.map((flight) => flight.landed))
      return landed.then(() => take(run, groups, flights))
    },
  }

  function take(run: Run, groups: readonly Group[], flights: readonly Flight[]): void {
    for (const flight of flights) {
      reportFlight(run, { paths, isOfType, rename, flight, groups })
      if (!flight.isPlain) run.isPlain = false
    }
    for (const group of groups) {
      const { flight, index } = group.slot
      const entity = flight.entities[index]
      if (entity === null) run.markAbsent(group.targets)
      if (entity) spread(run, { entity, group, isNested: flight.isNested })
    }
  }

  function spread(
    run: Run,
    { entity, group, isNested }: { entity: Data; group: Group; isNested: boolean },
  ): void {
    const { targets, ways } = group
    // Other places go on differently from here, so what is nested cannot be theirs too.
    const isTakenElsewhere = isNested && sharedKey !== null
    if (!isNested || ways === null) {
      const own = isTakenElsewhere ? cloneData(entity) : entity
      if (isNested && targets.length > 1) run.share(own)
      for (const target of targets) merge(target, own, asked)
      return
    }
    let own = isTakenElsewhere ? cloneData(entity) : entity
    targets.forEach((target, index) => {
      if (index > 0 && ways[index] !== ways[index - 1]) own = cloneData(entity)
      else if (index > 0) run.share(own)
      merge(target, own, asked)
    })
  }
}

/** The first target that a path led to: those of one path stand together. */
function firstOf({ targets, ways }: Wanted, way: number): Data | undefined {
  return ways === null ? targets[0] : targets[ways.indexOf(way)]
}

/** What two fetches of entities have in common when one answer serves both. */
export function sharedKeyOf({ subgraph, operation, entities }: FetchNode): string {
  // Apollo's planner numbers operations by node; the number is all that differs.
  const text = operation.replace(/^query \w+/, 'query')
  return JSON.stringify([subgraph, text, (entities ?? []).map((one) => one.outputRewrites)])
}

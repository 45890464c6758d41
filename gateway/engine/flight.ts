// One fetch of entities, under way or done: several places of the data may wait for the same one.
import type { GraphQLFormattedError } from 'graphql'
import type { SubgraphAnswer } from '../subgraph/data-source.ts'
import { type Data, hasNested, isObject } from './data.ts'

export interface Flight {
  readonly landed: Promise<void>
  /** Entities that were asked for. */
  readonly count: number
  /** Empty until it landed, and when it failed. */
  entities: readonly (Data | null)[]
  /** Of the subgraph; one that names an entity has its index as the second element of its path. */
  errors: readonly GraphQLFormattedError[]
  /** Why the answer could not be used at all. */
  failure: Error | null
  /** The subgraph refused all of it, as it may for one entity that it cannot read. */
  isRefused: boolean
  /** Whether any entity has more than scalars. */
  isNested: boolean
  /** See `SubgraphAnswer`. */
  isPlain: boolean
}

export interface FlightOptions {
  readonly count: number
  /** What of the answer belongs to this request. */
  readonly partOf: (answer: SubgraphAnswer) => SubgraphAnswer
  /** Called for each entity before anybody sees it. */
  readonly prepare: (entity: Data, index: number) => void
}

/** Follows an answer until it is read. Never rejects: what went wrong is in it. */
export function followFlight(
  answer: Promise<SubgraphAnswer>,
  { count, partOf, prepare }: FlightOptions,
): Flight {
  const flight: Flight = {
    count,
    entities: [],
    errors: [],
    failure: null,
    isRefused: false,
    isNested: false,
    isPlain: false,
    landed: answer.then(land, fail),
  }

  function land(whole: SubgraphAnswer): void {
    try {
      read(partOf(whole))
    } catch (error) {
      fail(error)
    }
  }

  function fail(error: unknown): void {
    flight.failure = error as Error
  }

  function read({ data, errors, isUnanswered = false, isPlain = false }: SubgraphAnswer): void {
    flight.isPlain = isPlain
    flight.errors = errors ?? []
    const entities = data?._entities ?? null
    flight.isRefused = entities === null && !isUnanswered
    // In a list of another length nobody knows which is whose: as if nothing had come, which is told where it is missing.
    if (!Array.isArray(entities) || entities.length !== count) return
    flight.entities = entities.map((entity: unknown, index) => {
      if (!isObject(entity)) return null
      prepare(entity, index)
      flight.isNested ||= hasNested(entity)
      return entity
    })
  }

  return flight
}

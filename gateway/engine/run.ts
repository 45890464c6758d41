// One operation while it runs: the data so far, the errors so far, and what several places share.
import type { GraphQLFormattedError } from 'graphql'
import type { ExecuteOptions } from '../engine.ts'
import type { RequestContext } from '../request-context.ts'
import { type Data, ownValue, toJson } from './data.ts'
import type { Flight } from './flight.ts'
import type { Introspected } from './introspected.ts'
import type { Literals } from './shared-literals.ts'

export type Path = readonly (string | number)[]

/** An object or list that stands at several places of the data, and its text once that is written. */
export interface Shared {
  writer: unknown
  text: string | null
}

const MAX_ERRORS = 1000

export class Run {
  data: Data = {}
  readonly variables: Readonly<Record<string, unknown>>
  readonly context: RequestContext
  /** What the operation says itself of variables of its plan. */
  literals: Literals = {}
  /** Errors of subgraphs with their place in the answer, and whatever else was thrown. */
  errors: (GraphQLFormattedError | unknown)[] = []
  /** Null as long as nothing is shared: then nobody needs to look. */
  shared: Map<object, Shared> | null = null
  /** Objects of which a subgraph that was asked knows nothing. */
  absent: Set<object> | null = null
  /** The answer has a null that nobody asked for, see `faults.ts`. */
  isFaulty = false
  /** No string of the data, of whatever subgraph, has a character that JSON writes otherwise. */
  isPlain = true
  /** What is said of the schema itself. */
  introspected: Introspected | null = null
  /** Entities by type and representation, for each text that more than one fetch sends. */
  #entities: Map<string, Map<string, Slot>> | null = null
  /** Representations by their key, for whoever makes them. */
  #texts: Map<object, Map<unknown, string>> | null = null

  constructor({ variables, context }: ExecuteOptions) {
    this.variables = variables
    this.context = context
  }

  markAbsent(targets: readonly Data[]): void {
    this.absent ??= new Set()
    for (const target of targets) this.absent.add(target)
  }

  /** Null stands here instead of what should. */
  fault(): 'null' {
    this.isFaulty = true
    return 'null'
  }

  /** A value of the data as JSON text. */
  write(value: unknown): string {
    return this.isPlain && typeof value === 'string' ? `"${value}"` : toJson(value)
  }

  /** Lets go of all that was collected, once the answer is written; see `GatewayRequest.release`. */
  release(): void {
    this.data = {}
    this.errors = []
    this.shared = null
    this.absent = null
    this.introspected = null
    this.#entities = null
    this.#texts = null
  }

  /** There are as many errors as an answer may have: no more are taken. */
  get isFullOfErrors(): boolean {
    return this.errors.length >= MAX_ERRORS
  }

  /** An entity that stands at many places has its errors at each of them: a few bytes of a subgraph could become gigabytes. */
  addError(error: GraphQLFormattedError | unknown): void {
    if (this.isFullOfErrors) return
    this.errors.push(error)
    if (!this.isFullOfErrors) return
    const code = 'SUBGRAPH_UNAVAILABLE'
    this.errors[MAX_ERRORS - 1] = { message: 'There are more errors.', extensions: { code } }
  }

  /** Remembers that these nested values stand at several places. */
  share(entity: Data): void {
    for (const key in entity) {
      const value = entity[key]
      if (typeof value === 'object' && value !== null) this.#shareOne(value)
    }
  }

  /** From now on this object stands there as well, where an equal one stood. */
  putInPlaceOf(entity: Data, { parent, key }: { parent: Data; key: string }): void {
    parent[key] = entity
    this.#shareOne(entity)
  }

  #shareOne(value: object): void {
    this.shared ??= new Map()
    if (!this.shared.has(value)) this.shared.set(value, { writer: null, text: null })
  }

  /** What was written of objects at several places does not hold any more. */
  forgetTexts(): void {
    for (const shared of this.shared?.values() ?? []) {
      shared.writer = null
      shared.text = null
    }
  }

  slotsOf(key: string): Map<string, Slot> {
    this.#entities ??= new Map()
    return innerMap(this.#entities, key)
  }

  /** Representations that were made already, by their keys. */
  textsOf(maker: object): Map<unknown, string> {
    this.#texts ??= new Map()
    return innerMap(this.#texts, maker)
  }

  /** The value of a Boolean variable that a directive asks for. */
  isOn({ name, byDefault }: Condition): boolean {
    const value = ownValue(this.variables, name)
    return value === undefined ? byDefault : value === true
  }
}

/** The map that is kept under this key; a new one, kept from now on, where there is none. */
function innerMap<K, I, V>(maps: Map<K, Map<I, V>>, key: K): Map<I, V> {
  const known = maps.get(key)
  if (known !== undefined) return known
  const inner = new Map<I, V>()
  maps.set(key, inner)
  return inner
}

/** A variable in `@skip` or `@include`. */
export interface Condition {
  readonly name: string
  readonly byDefault: boolean
}

/** One entity of a fetch that is under way or done. */
export interface Slot {
  readonly flight: Flight
  readonly index: number
}

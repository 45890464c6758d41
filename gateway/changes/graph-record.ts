// What is served, what is held, and what operators said: the state of a graph that changes, and nothing that decides about it.
import type { Log } from '../../platform/log.ts'
import { type Contents, createIds, shortId } from './contents.ts'
import type { Decision } from './decision.ts'
import type { Composed } from './judge.ts'
import { remembered } from './remembered.ts'
import type { HeldChange } from './status.ts'
import type { GraphStore, GraphVersion, History } from './store.ts'

export interface RecordParts {
  readonly store: GraphStore
  readonly countSwap: (outcome: 'swapped' | 'refused' | 'held') => void
  readonly logger: Log
  readonly now: () => number
}

interface Served {
  readonly id: string
  readonly contents: Contents
  readonly sdl: string
  readonly readAt: number
  readonly version: GraphVersion
  readonly waiting: readonly string[]
}

export interface Kept {
  readonly id: string
  readonly contents: Contents
  readonly composed: Pick<Composed, 'sdl' | 'opened' | 'waiting'>
  readonly by: string
  readonly changes: readonly string[]
  /** Holds what stays held while this is served, so that there is no moment without it. Default: nothing stays. */
  readonly holdRest?: (() => void) | undefined
}

/** A part of a change, with the subgraphs whose change it has. */
interface HeldPart extends HeldChange {
  readonly names: readonly string[]
}

/** @property opens Default: nothing. */
type Holding = Pick<HeldChange, 'of' | 'reasons'> & Partial<Pick<HeldChange, 'opens'>>

/** Of reasons in a line of the log. */
const TOLD = 50
/** So long a change that was accepted may come and go, as while the instances of a subgraph are replaced one by one. */
const RETURNS_MS = 60 * 60 * 1000

export class GraphRecord {
  readonly idOf = createIds()
  history: History = { versions: [], opened: [] }
  served: Served | null = null
  /** What there is as a whole; null: that is served. */
  held: HeldChange | null = null
  /** Parts of it that can be accepted by themselves. */
  apart: readonly HeldPart[] = []
  /** Of the version that an operator went back to. */
  pinned: string | null = null
  /** By the id of a change. See `acceptanceOf`. */
  readonly accepted = new Map<string, Decision>()
  /** The last decision that was followed. */
  decided: Decision | null = null
  /** Accepted changes that another has taken the place of: the history forgets them after a while. */
  readonly #gaveWay = new Set<string>()
  /** Parts that were told of last. */
  #told: readonly HeldPart[] = []
  readonly #parts: RecordParts

  constructor(parts: RecordParts) {
    this.#parts = parts
  }

  async keep({ id, contents, composed, by, changes, holdRest }: Kept): Promise<void> {
    const { now, store } = this.#parts
    const version = { id, at: new Date(now()).toISOString(), by, changes }
    const { sdl, waiting } = composed
    const isAccepted = this.acceptanceOf(id) !== null
    const given = this.served?.version.id
    if (given !== undefined && this.accepted.has(given)) this.#gaveWay.add(given)
    this.served = { id, contents, sdl, readAt: now(), version, waiting }
    this.release()
    const opened = isAccepted ? composed.opened : this.history.opened
    const others = this.history.versions.filter((one) => one.id !== id)
    this.history = { versions: remembered([version, ...others]), opened }
    holdRest?.()
    await store.keep(version, contents, opened)
  }

  /**
   * Whether an operator accepted it, and who. A change that was served and gave way to another is another change when it comes back:
   * what was closed since would open once more, and nobody would look.
   */
  acceptanceOf(id: string): Decision | null {
    const accepted = this.accepted.get(id)
    if (accepted === undefined) return null
    const [served, ...earlier] = this.history.versions
    const wasServed = this.#gaveWay.has(id) || earlier.some((version) => version.id === id)
    const isOver = this.#parts.now() - accepted.number > RETURNS_MS
    return wasServed && served?.id !== id && isOver ? null : accepted
  }

  /** Nothing is held. */
  release(): void {
    this.held = null
    this.apart = []
  }

  hold(id: string, kind: 'broken' | 'waits', { of, reasons: found, opens = [] }: Holding): void {
    const reasons = [...found, ...opens.map(opensToEverybody)]
    this.held = { id, since: this.#since(), kind, of, reasons, opens }
    this.#tell(this.held)
  }

  /** Beside the whole, which is held. One that was held before is told no second time, whatever became of the whole. */
  holdApart(parts: readonly (Holding & Pick<HeldPart, 'id' | 'names'>)[]): void {
    this.apart = parts.map(({ id, names, of, reasons: found, opens = [] }) => {
      const known = this.#told.find((one) => one.id === id)
      const since = known?.since ?? this.#since()
      const reasons = [...found, ...opens.map(opensToEverybody)]
      const part = { id, names, since, kind: 'waits' as const, of, reasons, opens }
      if (known === undefined) this.#tell(part)
      return part
    })
    this.#told = this.apart
  }

  #since(): string {
    return new Date(this.#parts.now()).toISOString()
  }

  #tell({ id, kind, of, reasons }: HeldChange): void {
    const { countSwap, logger } = this.#parts
    countSwap(kind === 'broken' ? 'refused' : 'held')
    const said = { change: shortId(id), of, reasons: few(reasons) }
    if (kind === 'broken') logger.error(said, 'a change of the graph is refused')
    else logger.warn(said, 'a change of the graph waits for "sallyport subgraphs accept"')
  }

  /** What an operator can be shown, and accept. */
  get allHeld(): readonly HeldChange[] {
    const { served, held } = this
    const apart = this.apart.map(({ names, ...part }) => part)
    const others = held === null ? [] : [held, ...apart]
    if (served === null || served.waiting.length === 0) return others
    const opens = {
      id: served.id,
      since: served.version.at,
      kind: 'opens' as const,
      of: [],
      reasons: served.waiting.map(opensToEverybody),
      opens: served.waiting,
    }
    return [...others, opens]
  }
}

/** In a line of the log: an SDL may be wrong in thousands of places. */
function few(reasons: readonly string[]): readonly string[] {
  const more = reasons.length - TOLD
  return more > 0 ? [...reasons.slice(0, TOLD), `and ${more} more`] : reasons
}

function opensToEverybody(one: string): string {
  return `opens to everybody: ${one}`
}

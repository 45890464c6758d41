// What is under way goes first: while subgraphs' answers keep the event loop busy, new requests wait for their turn.
// A request under way holds all that its subgraphs answered. Fifty that are half done at a time are copied by each garbage
// collection, and outlive so many of them that only the large ones find them; begun a few at a time, all are done sooner.
// Nor are all begun in the few milliseconds in which a subgraph stops to collect its garbage: they would go through every
// fetch together, and the first be done when the last is. So what was begun lately, and has not come in, counts too; but not
// for long, as nobody waits for a slow subgraph.

/** What one turn of the event loop takes in before it begins nothing new, in bytes of subgraphs' answers. */
const TURN_BYTES = 16 * 1024
/** How much is under way lately before nothing new begins, in bytes that subgraphs are still to answer. */
const UNDER_WAY_BYTES = 256 * 1024
/** After so long, half of what has not come in no longer counts. */
const HALF_LIFE_MS = 4
/** Requests over which the size of the next one's answers is estimated. */
const REMEMBERED = 256

interface Waiting {
  readonly begin: () => void
  readonly since: number
  behind: Waiting | null
}

/** The line before one gateway. */
export interface Admission {
  /** Nothing when a new request may begin at once; else a promise for its turn. First come, first served. */
  admit(): Promise<void> | undefined
  /** Counts an answer of a subgraph. */
  countTakenIn(bytes: number): void
  /** How long the first in line has waited. 0: there is no line. */
  longestWaitMs(): number
}

export function createAdmission(): Admission {
  let first: Waiting | null = null
  let last: Waiting | null = null
  // Bytes of this turn: those that came, and those that what was begun is expected to bring.
  let takenIn = 0
  let expected = 0
  // Bytes that are still to come for what was begun lately, as of `fadedAt`.
  let underWay = 0
  let fadedAt = 0
  let rememberedBytes = 0
  let rememberedRequests = 0

  return {
    admit() {
      if (first === null && mayBegin()) {
        countBegun()
        return
      }
      return new Promise((begin) => queue({ begin, since: performance.now(), behind: null }))
    },
    countTakenIn(bytes) {
      takenIn += bytes
      underWay = Math.max(underWay - bytes, 0)
      rememberedBytes += bytes
    },
    longestWaitMs: () => (first === null ? 0 : performance.now() - first.since),
  }

  // What was begun brings a finite number of answers, so a turn without any comes, whatever is under way.
  function mayBegin(): boolean {
    return takenIn < TURN_BYTES && expected < TURN_BYTES && underWay < UNDER_WAY_BYTES
  }

  function fade(): void {
    const now = performance.now()
    underWay *= 0.5 ** ((now - fadedAt) / HALF_LIFE_MS)
    fadedAt = now
  }

  function countBegun(): void {
    const bytes = rememberedBytes / Math.max(rememberedRequests, 1)
    expected += bytes
    underWay += bytes
    rememberedRequests += 1
    if (rememberedRequests < REMEMBERED) return
    rememberedRequests /= 2
    rememberedBytes /= 2
  }

  function queue(one: Waiting): void {
    if (last === null) {
      first = one
      setImmediate(endTurn)
    } else last.behind = one
    last = one
  }

  function endTurn(): void {
    expected = 0
    fade()
    while (first !== null && mayBegin()) {
      const { begin, behind } = first
      // One that is over must not hold those that came later, see `deadlines.ts`.
      first.behind = null
      first = behind
      countBegun()
      begin()
    }
    takenIn = 0
    if (first === null) last = null
    else setImmediate(endTurn)
  }
}

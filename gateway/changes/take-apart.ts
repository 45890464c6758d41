// Of a change that is broken, or waits, its parts. A part is what one subgraph says whose SDL came by itself; what is in files goes with
// every part. Nobody who owns one subgraph keeps others from being served, or from being accepted.
//
//   changed    orders, live, reviews: live is broken, reviews opens something
//   good       orders                 served, without the others
//   waiting    orders and reviews     held, and accepted by itself, whatever live says
import type { Contents } from './contents.ts'
import { changedByThemselves, withAlone } from './graph-source.ts'
import type { Composed, Verdict } from './judge.ts'
import type { Seen } from './look.ts'

export interface Part {
  /** Of the subgraphs whose change it has. */
  readonly names: readonly string[]
  readonly contents: Contents
  readonly composed: Composed
}

export interface TakenApart {
  /** The most of it that may be served; null: nothing that is not served already. */
  readonly good: Part | null
  /** Each is what is good, and one subgraph more. */
  readonly waiting: readonly Part[]
}

export interface TakeApartOptions {
  readonly served: Contents
  readonly seen: Seen
  judge(contents: Contents): Promise<Verdict>
  mayServe(part: Part): boolean
}

/** So often is composed for one change: each costs a process of its own. */
const TRIES = 24

type Names = readonly string[]

/** The whole of it is broken or waits: that was judged before. */
export async function takeApart(options: TakeApartOptions): Promise<TakenApart> {
  const { served, seen } = options
  const changed = changedByThemselves(served, seen)
  const tried = createTries(options)
  const found: Found = { names: [], part: null }
  const files = withAlone([], served, seen)
  if (changed.length === 0) return nothing
  if (files !== served) {
    const part = await tried([])
    if (part === null || !options.mayServe(part)) return nothing
    found.part = part
  }
  const search = { found, tried, ...options }
  // Of one alone it is known: it is the whole.
  let bad = changed.length === 1 ? changed : await findBad(changed, search)
  if (bad.length > 2) bad = await withoutOne(bad, search)
  const waiting: Part[] = []
  for (const name of bad.length > 1 ? bad : []) {
    const part = await tried([...found.names, name])
    if (part !== null) waiting.push(part)
  }
  return { good: found.part, waiting }
}

const nothing: TakenApart = { good: null, waiting: [] }

interface Found {
  names: Names
  part: Part | null
}

interface Search extends TakeApartOptions {
  readonly found: Found
  tried(names: Names): Promise<Part | null>
}

/** Half of them, a quarter of them and so on: of twenty of which one is bad nine or so are composed. @returns those that are left out */
async function findBad(names: Names, search: Search): Promise<Names> {
  const bad: string[] = []
  for (const some of halvesOf(names)) {
    if (await takes(some, search)) continue
    bad.push(...(some.length === 1 ? some : await findBad(some, search)))
  }
  // One that needs another was asked before that was taken.
  const left: string[] = []
  for (const name of bad) if (!(await takes([name], search))) left.push(name)
  return left
}

function halvesOf(names: Names): readonly Names[] {
  const middle = Math.ceil(names.length / 2)
  return [names.slice(0, middle), names.slice(middle)].filter((some) => some.length > 0)
}

/** Two that need each other are bad alone: all but one may be good together. @returns those that are left out then */
async function withoutOne(bad: Names, search: Search): Promise<Names> {
  for (const name of bad) {
    const others = bad.filter((other) => other !== name)
    if (await takes(others, search)) return [name]
  }
  return bad
}

async function takes(names: Names, { found, tried, mayServe }: Search): Promise<boolean> {
  const all = [...found.names, ...names]
  const part = await tried(all)
  if (part === null || !mayServe(part)) return false
  found.names = all
  found.part = part
  return true
}

/** Null: it is broken, or enough was tried. Nothing is judged twice. */
function createTries({ served, seen, judge }: TakeApartOptions): Search['tried'] {
  const known = new Map<string, Part | null>()
  return async (names) => {
    const key = [...names].sort().join()
    const before = known.get(key)
    if (before !== undefined) return before
    if (known.size >= TRIES) return null
    const contents = withAlone(names, served, seen)
    const verdict = await judge(contents)
    const part = 'problems' in verdict ? null : { names, contents, composed: verdict }
    known.set(key, part)
    return part
  }
}

// Numbers that follow from a seed, so that a graph or an operation which once failed can be made again.

/** A number from 0 up to, and without, `max`. */
export type Pick = (max: number) => number

/** mulberry32. */
export function createPick(seed: number): Pick {
  let state = seed >>> 0
  return (max) => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) % max
  }
}

export function pickOne<T>(pick: Pick, all: readonly T[]): T {
  const one = all[pick(all.length)]
  if (one === undefined) throw new Error('nothing to choose from')
  return one
}

/** Some of these, in their order; at least one. */
export function pickSome<T>(pick: Pick, all: readonly T[]): T[] {
  const sure = pickOne(pick, all)
  return all.filter((one) => one === sure || pick(2) === 0)
}

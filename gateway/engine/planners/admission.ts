// So many at a time, the others in the order in which they came.

export type Admit = <T>(work: () => Promise<T>) => Promise<T>

export function createAdmission(atOnce: number): Admit {
  const waiting: (() => void)[] = []
  let running = 0

  return async (work) => {
    if (running >= atOnce) await new Promise<void>((begin) => waiting.push(begin))
    else running += 1
    try {
      return await work()
    } finally {
      // The next in line takes this place.
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}

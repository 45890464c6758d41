// No wait without an end: a server that was stopped, or a disk that hangs, takes a question and never answers it.

/** Nothing came for so long; it may come yet. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'

  constructor(ms: number) {
    super(`no answer within ${ms / 1000} s`)
  }
}

/** @throws NoAnswer when it took longer; whatever comes of it later is nobody's. */
export async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(ms)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

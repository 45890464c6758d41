// The loading of a graph in slices: requests that are served meanwhile wait for one of them, not for the whole.
//
//   pieces   ▪▪▪▪▪▪▪▪ │ ▪▪▪▪▪▪▪▪ │ ▪▪▪▪
//            a turn of the event loop, in which others are served

/** Work that stops after each piece, which is a type of the supergraph in most of them, and ends with its result. */
export type Pieces<T> = Generator<undefined, T>

/** So many are done in one turn of the event loop: a type of some twenty fields takes a tenth of a millisecond. */
export const PIECES_AT_ONCE = 8

/** @param atOnce pieces in one turn. Default: `PIECES_AT_ONCE`. */
export async function inSlices<T>(pieces: Pieces<T>, atOnce = PIECES_AT_ONCE): Promise<T> {
  for (;;) {
    for (let count = 0; count < atOnce; count += 1) {
      const { done, value } = pieces.next()
      if (done) return value
    }
    await nextTurn()
  }
}

/** Until the event loop has served what came in meanwhile. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** For programs that answer nobody meanwhile. */
export function atOnce<T>(pieces: Pieces<T>): T {
  for (;;) {
    const { done, value } = pieces.next()
    if (done) return value
  }
}

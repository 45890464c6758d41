// What goes out waits for the end of the event loop's turn: requests that came in together are answered together.
// Each write to a peer that sleeps wakes it, and that costs the writer more than the write (an interrupt to another
// core): one write after the other finds it asleep each time, many at once only the first time. Fetches need no such
// thing: undici sends on a connection that was used before at the end of a turn.

export type WriteBatching = () => Promise<void>

/** Resolves when everything that the event loop has at hand was read, for all who wait in the same turn. */
export function createWriteBatching(): WriteBatching {
  let ending: Promise<void> | null = null
  return function endOfBatch() {
    ending ??= new Promise((resolve) => {
      setImmediate(() => {
        ending = null
        resolve()
      })
    })
    return ending
  }
}

// Reads a gateway's metrics as Prometheus does, and fifteen times as often as it does by default.
import { setTimeout as sleep } from 'node:timers/promises'

const EVERY_MS = 1_000

/** Begins at once. The end waits for what is under way, and fails where nothing was read. */
export function startScraping(adminPort: number): () => Promise<void> {
  const stopped = new AbortController()
  const { signal } = stopped
  let scrapes = 0
  const work = (async () => {
    while (!signal.aborted) {
      const response = await fetch(`http://127.0.0.1:${adminPort}/metrics`)
      const text = await response.text()
      if (!text.includes('sallyport_requests_total')) throw new Error(`no metrics: ${text}`)
      scrapes += 1
      await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined)
    }
  })()
  work.catch(() => undefined)
  return async () => {
    stopped.abort()
    await work
    if (scrapes === 0) throw new Error('nothing was scraped')
  }
}

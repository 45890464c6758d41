// Addresses that apps named are asked from here: of the public internet, without redirects, briefly, and for little.
import { createOutgoingFetch } from '../core/outgoing-fetch.ts'

const MOST_BYTES = 64 * 1024

/** @param allow private networks in which they may be, as `setting` lists them; null: no setting does */
export function createSafeFetch(allow: readonly string[], setting: string | null): typeof fetch {
  const bounded = createOutgoingFetch(allow, setting, { mostBytes: MOST_BYTES })
  const safely = async (input: string | URL, init: RequestInit = {}) =>
    await bounded.fetch(String(input), {
      method: init.method ?? 'GET',
      headers: Object.fromEntries(new Headers(init.headers)),
      body: init.body,
      ...(init.signal && { signal: init.signal }),
    })
  return safely as typeof fetch
}

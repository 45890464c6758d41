// The headers in which a credential may come, read from the raw list: Node would silently keep one of two.
import type { IncomingMessage } from 'node:http'

export interface HeaderCredentials {
  readonly authorization: string | null
  readonly apiKey: string | null
  readonly apiSecret: string | null
}

const slots: ReadonlyMap<string, keyof HeaderCredentials> = new Map([
  ['authorization', 'authorization'],
  ['x-api-key', 'apiKey'],
  ['x-api-secret', 'apiSecret'],
])

/** The credential headers of a request, or null when one is there twice or two kinds are. */
export function readHeaderCredentials(incoming: IncomingMessage): HeaderCredentials | null {
  const found: Record<keyof HeaderCredentials, string | null> = {
    authorization: null,
    apiKey: null,
    apiSecret: null,
  }
  const { rawHeaders } = incoming
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const slot = slotOf(rawHeaders[index] ?? '')
    if (slot === undefined) continue
    if (found[slot] !== null) return null
    found[slot] = rawHeaders[index + 1] ?? ''
  }
  if (found.authorization !== null && (found.apiKey !== null || found.apiSecret !== null))
    return null
  return found
}

/** Whether a header that may occur once only, and is not a list, occurs twice. */
export function isRepeated(incoming: IncomingMessage, name: string): boolean {
  const { rawHeaders } = incoming
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index] ?? ''
    if (header.length === name.length && header.toLowerCase() === name) count++
  }
  return count > 1
}

function slotOf(name: string): keyof HeaderCredentials | undefined {
  // Almost every header is told apart by its length alone.
  if (name.length !== 13 && name.length !== 9 && name.length !== 12) return undefined
  return slots.get(name.toLowerCase())
}

// The name of a request in every log.
import type { IncomingMessage } from 'node:http'

/** A proxy of ours may name a request; anybody else would write into our logs and our subgraphs. */
export function requestIdOf(incoming: IncomingMessage, isBehindProxy: boolean): string {
  const sent = incoming.headers['x-request-id']
  if (isBehindProxy && typeof sent === 'string' && /^[\w.:-]{8,128}$/.test(sent)) return sent
  return crypto.randomUUID()
}

// How auth asks other services: no redirect is followed, no private network is reached, and neither time nor length has no bound.
import { isIP } from 'node:net'
import { Agent, type Response as UndiciResponse, fetch as undiciFetch } from 'undici'
import { createAddressCheck, createLookup, hostOf, PrivateAddressError } from './allowed-address.ts'

/** As `openid-client` calls it too. */
export type OutgoingFetch = (
  url: string,
  options: {
    readonly method: string
    readonly headers: Record<string, string>
    readonly body?: unknown
    readonly signal?: AbortSignal | undefined
  },
) => Promise<Response>

export interface BoundedFetch {
  readonly fetch: OutgoingFetch
  stop(): Promise<void>
}

/** A discovery document with its keys is a tenth of it. */
const MOST_BYTES = 256 * 1024
const DEADLINE_MS = 5_000

/** @param allow private networks in which they may be, as `setting` lists them; null: no setting does */
export function createOutgoingFetch(
  allow: readonly string[],
  setting: string | null,
  { mostBytes = MOST_BYTES }: { readonly mostBytes?: number } = {},
): BoundedFetch {
  const isAllowed = createAddressCheck(allow)
  const agent = new Agent({
    connect: { lookup: createLookup(isAllowed, setting), timeout: DEADLINE_MS },
    headersTimeout: DEADLINE_MS,
    bodyTimeout: DEADLINE_MS,
    maxResponseSize: mostBytes,
    connections: 8,
  })
  return {
    fetch: async (url, { method, headers, body, signal }) => {
      const host = hostOf(new URL(url))
      // An address is not looked up, so that nothing else would look at it.
      if (isIP(host) !== 0 && !isAllowed(host)) throw new PrivateAddressError(host, setting)
      const deadline = AbortSignal.timeout(DEADLINE_MS)
      const answer = await undiciFetch(url, {
        method,
        // What is compressed could expand to anything.
        headers: { ...headers, 'accept-encoding': 'identity' },
        // A form, as text or as parameters.
        ...(body !== undefined && body !== null && { body: String(body) }),
        redirect: 'manual',
        dispatcher: agent,
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      })
      // Read here, so that the deadline and the bound hold for all of it.
      const bytes = await readBounded(answer, mostBytes)
      return new Response(isBodiless(answer.status) ? null : bytes, {
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
      })
    },
    stop: async () => await agent.destroy(),
  }
}

async function readBounded({ headers, body }: UndiciResponse, most: number): Promise<Buffer> {
  const encoding = headers.get('content-encoding')
  if (encoding !== null && encoding.toLowerCase() !== 'identity') {
    await body?.cancel()
    throw new Error('the answer is compressed, which nobody asked for')
  }
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.byteLength
    if (length > most) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304
}

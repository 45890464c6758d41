// An SDL over HTTP: the text at an address, or what a running subgraph says of itself. No redirects, bounded in size and time.

/** A header for the subgraph of that name. */
export type IdentityFor = (
  subgraph: string,
) => Promise<{ readonly name: string; readonly value: string }>

type Place = ({ readonly url: string } | { readonly subgraphUrl: string }) & {
  readonly identity?: Awaited<ReturnType<IdentityFor>> | undefined
  /** Default: 10 s. */
  readonly timeoutMs?: number | undefined
}

/** Why a running subgraph gave none. The message also says what to write in supergraph.yaml. */
export class NoSdlError extends Error {
  override readonly name = 'NoSdlError'
  readonly reason: string

  constructor(reason: string, advice: string) {
    super(`${reason}; ${advice}`)
    this.reason = reason
  }
}

const TIMEOUT_MS = 10_000
const MAX_BYTES = 5 * 1024 * 1024

/** @throws Error in a sentence that says what to do, without what the other side wrote */
export async function fetchSdl(place: Place): Promise<string> {
  const timeoutMs = place.timeoutMs ?? TIMEOUT_MS
  if (!('url' in place)) return await askSubgraph(place, timeoutMs)
  return (await fetchText(place.url, { timeoutMs, etag: null })).sdl ?? ''
}

export interface FetchedText {
  /** `null`: it is as it was. */
  readonly sdl: string | null
  /** RFC 9110, section 8.8.3. */
  readonly etag: string | null
}

/** An address as messages and logs have it: what stands behind `?`, or before `@`, may be a secret. */
export function withoutQuery(url: string): string {
  if (!/[?#@]/.test(url) || !URL.canParse(url)) return url
  const shown = new URL(url)
  for (const part of ['username', 'password', 'search', 'hash'] as const) shown[part] = ''
  return shown.href
}

/** The same of a text at an address that was fetched before. @param etag What it came with. @throws Error */
export async function fetchText(
  url: string,
  { etag, timeoutMs = TIMEOUT_MS }: { readonly etag: string | null; readonly timeoutMs?: number },
): Promise<FetchedText> {
  const headers = {
    accept: 'text/plain, application/graphql',
    ...(etag === null ? {} : { 'if-none-match': etag }),
  }
  const response = await request(url, { headers }, timeoutMs)
  if (response.status === 304 && etag !== null) return { sdl: null, etag }
  if (!response.ok)
    throw new Error(`${withoutQuery(url)} answers ${response.status} instead of an SDL; ${TEXT}`)
  const text = await readBounded(response, url)
  if (text.trim() === '') throw new Error(`${withoutQuery(url)} answers nothing; ${TEXT}`)
  // What the parser would say of it is about its first character.
  const [first] = text.trimStart()
  if (first === '<') throw new Error(`${withoutQuery(url)} answers HTML instead of an SDL; ${TEXT}`)
  if (first === '{' || first === '[')
    throw new Error(`${withoutQuery(url)} answers JSON instead of an SDL; ${TEXT}`)
  return { sdl: text, etag: response.headers.get('etag') }
}

const TEXT =
  'schema.url is the address of the text, and a running subgraph is asked with schema.subgraph_url'

async function askSubgraph(
  {
    subgraphUrl: url,
    identity,
  }: { readonly subgraphUrl: string; readonly identity?: Place['identity'] },
  timeoutMs: number,
): Promise<string> {
  const asked = {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(identity === undefined ? {} : { [identity.name]: identity.value }),
    },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  }
  const response = await request(url, asked, timeoutMs)
  const text = await readBounded(response, url)
  const sdl = sdlOf(text)
  if (sdl !== null) return sdl
  const why =
    response.status === 401
      ? 'it answers 401: it takes the identity tokens of another gateway, or another name'
      : `it answers ${response.status} without { _service { sdl } }`
  const reason = `${withoutQuery(url)} gives no SDL: ${why}`
  throw new NoSdlError(reason, 'name a file with schema.file instead')
}

async function request(url: string, init: RequestInit, timeoutMs: number): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    return await fetch(url, { ...init, signal, redirect: 'error' })
  } catch (error) {
    const { name, cause } = error as Error
    const code = (cause as { code?: unknown } | undefined)?.code
    const why = name === 'TimeoutError' ? `no answer in ${timeoutMs / 1000} s` : code
    const said = typeof why === 'string' ? ` (${why})` : ''
    const reason = `${withoutQuery(url)} cannot be reached${said}`
    throw new NoSdlError(reason, 'start it, or name a file with schema.file')
  }
}

/** @throws Error in a sentence: for what is too large, unpacked, and for what comes too slowly or breaks off */
export async function readBounded(response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      size += chunk.length
      if (size > MAX_BYTES) break
      chunks.push(chunk)
    }
  } catch (error) {
    const isLate = (error as Error).name === 'TimeoutError'
    const why = isLate ? 'does not end its answer in time' : 'breaks off its answer'
    throw new Error(`${withoutQuery(url)} ${why}`)
  }
  if (size > MAX_BYTES) throw new Error(`${withoutQuery(url)} sends more than ${MAX_BYTES} bytes`)
  return Buffer.concat(chunks).toString('utf8')
}

function sdlOf(text: string): string | null {
  try {
    const { data } = JSON.parse(text) as { data?: { _service?: { sdl?: unknown } } }
    const sdl = data?._service?.sdl
    return typeof sdl === 'string' && sdl !== '' ? sdl : null
  } catch {
    return null
  }
}

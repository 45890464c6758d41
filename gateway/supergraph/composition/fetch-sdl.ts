// An SDL over HTTP: the text at an address, or what a running subgraph says of itself. No redirects, bounded in size and time.

/** A header for the subgraph of that name. */
export type IdentityFor = (
  subgraph: string,
) => Promise<{ readonly name: string; readonly value: string }>

type Place = ({ readonly url: string } | { readonly subgraphUrl: string }) & {
  readonly identity?: Awaited<ReturnType<IdentityFor>> | undefined
}

const TIMEOUT_MS = 10_000
const MAX_BYTES = 5 * 1024 * 1024

/** @throws Error in a sentence, without what the other side wrote */
export async function fetchSdl(place: Place): Promise<string> {
  return 'url' in place ? await fetchText(place.url) : await askSubgraph(place)
}

async function fetchText(url: string): Promise<string> {
  const response = await request(url, { headers: { accept: 'text/plain, application/graphql' } })
  if (!response.ok) throw new Error(`${url} answers ${response.status} instead of an SDL`)
  return await readBounded(response, url)
}

async function askSubgraph({
  subgraphUrl: url,
  identity,
}: {
  readonly subgraphUrl: string
  readonly identity?: Place['identity']
}): Promise<string> {
  const response = await request(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(identity === undefined ? {} : { [identity.name]: identity.value }),
    },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  })
  const text = await readBounded(response, url)
  const sdl = sdlOf(text)
  if (sdl !== null) return sdl
  const why =
    response.status === 401
      ? 'it answers 401: it takes the identity tokens of another gateway, or another name'
      : `it answers ${response.status} without { _service { sdl } }`
  throw new Error(`${url} gives no SDL: ${why}; name a file with schema.file instead`)
}

async function request(url: string, init: RequestInit): Promise<Response> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    return await fetch(url, { ...init, signal, redirect: 'error' })
  } catch (error) {
    const { name, cause } = error as Error
    const code = (cause as { code?: unknown } | undefined)?.code
    const why = name === 'TimeoutError' ? `no answer in ${TIMEOUT_MS / 1000} s` : code
    throw new Error(`${url} cannot be reached${typeof why === 'string' ? ` (${why})` : ''}`)
  }
}

async function readBounded(response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > MAX_BYTES) throw new Error(`${url} sends more than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
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

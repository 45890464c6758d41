// One request to auth for a passed path: the listed path, headers of ours, a body of a length that we counted.
import type { Dispatcher } from 'undici'
import { GatewayError } from '../errors.ts'
import type { GatewayRequest } from '../request.ts'
import { bodyInwards, type PassedBody } from './body.ts'
import type { PassedPath } from './paths.ts'

export interface AuthAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

export type AskAuth = (asked: {
  readonly path: PassedPath
  readonly request: GatewayRequest
  readonly headers: Record<string, string>
  readonly body: PassedBody | null
}) => Promise<AuthAnswer>

const MAX_BYTES = 1024 * 1024

export function createAskAuth(parts: {
  readonly authUrl: string
  readonly dispatcher: Dispatcher
}): AskAuth {
  const { origin } = new URL(parts.authUrl)

  return async function askAuth({ path, request, headers, body }) {
    try {
      const answer = await parts.dispatcher.request({
        origin,
        path: addressInwards(path, request.search),
        method: (request.incoming.method ?? 'GET') as Dispatcher.HttpMethod,
        headers,
        body: body === null ? null : bodyInwards(body),
        signal: request.cancellation.signal,
      })
      if (answer.headers['content-encoding'] !== undefined) {
        throw new Error('a content encoding nobody asked for')
      }
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: await collect(answer.body),
      }
    } catch (cause) {
      throw new GatewayError('SUBGRAPH_UNAVAILABLE', { cause })
    }
  }
}

/** Parameters as they are understood, not as they were written: two readers of one text may differ. */
export function addressInwards({ path }: PassedPath, search: string): string {
  const text = new URLSearchParams(search).toString()
  return text === '' ? path : `${path}?${text}`
}

async function collect(body: Dispatcher.ResponseData['body']): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += (chunk as Buffer).byteLength
    if (bytes > MAX_BYTES) throw new Error(`the answer is larger than ${MAX_BYTES} bytes`)
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

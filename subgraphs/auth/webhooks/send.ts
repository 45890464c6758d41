// One POST to a target: no redirect is followed, and neither time nor what comes back is without a bound.
import { Agent as HttpAgent, request as httpRequest, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import {
  createAddressCheck,
  createLookup,
  hostOf,
  PrivateAddressError,
} from '../core/allowed-address.ts'
import { signWebhook } from './sign.ts'
import type { WebhookTarget } from './targets.ts'

export interface WebhookSender {
  /** @throws Error for everything but a 2xx, without the target's path */
  send(
    target: WebhookTarget,
    message: { readonly id: string; readonly body: string },
    signal: AbortSignal,
  ): Promise<void>
  stop(): void
}

export interface SenderOptions {
  readonly allow: readonly string[]
  /** Until the answer is complete. Default: 10 seconds. */
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 10_000
/** Nobody reads it; so much is let through for the sake of the connection, which can then be used again. */
const MAX_ANSWER_BYTES = 16_384
const MAX_HEADER_BYTES = 16_384

export function createWebhookSender({
  allow,
  timeoutMs = TIMEOUT_MS,
}: SenderOptions): WebhookSender {
  const isAllowed = createAddressCheck(allow)
  const lookup = createLookup(isAllowed, 'WEBHOOK_ALLOW')
  const agents = {
    'http:': new HttpAgent({ keepAlive: true }),
    'https:': new HttpsAgent({ keepAlive: true }),
  }

  return {
    send: async ({ url, secrets }, { id, body }, signal) => {
      const host = hostOf(url)
      // An address is not looked up, so that nothing else would look at it.
      if (isIP(host) !== 0 && !isAllowed(host)) throw new PrivateAddressError(host, 'WEBHOOK_ALLOW')
      const timestamp = Math.floor(Date.now() / 1000)
      const status = await post(url, body, {
        agent: agents[url.protocol as keyof typeof agents],
        lookup,
        maxHeaderSize: MAX_HEADER_BYTES,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'Sallyport',
          ...signWebhook({ id, timestamp, body }, secrets),
        },
      })
      if (status < 200 || status > 299) throw new Error(`the target answered ${status}`)
    },
    stop: () => {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

async function post(url: URL, body: string, options: RequestOptions): Promise<number> {
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest
  return await new Promise((resolve, reject) => {
    const request = start(url, { ...options, method: 'POST' }, (response) => {
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MAX_ANSWER_BYTES) response.destroy()
      })
      // The status has come, which is all that counts.
      response.on('error', () => {})
      response.on('close', () => resolve(response.statusCode ?? 0))
    })
    request.on('error', reject)
    request.end(body)
  })
}

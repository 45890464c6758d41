// Somebody who takes webhooks, over real HTTP: keeps what came, checks each signature by the specification, and answers as told.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AuthEvent } from '@sallyport/claims/events'

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly event: AuthEvent
  readonly wasTaken: boolean
}

export interface WebhookReceiver {
  readonly url: string
  readonly received: readonly Received[]
  /** Events of one user that were taken, by id, as often as they came. */
  takenOf(userId: string): string[]
  /** What it answers from now on. Default: 204. */
  answer(how: (event: AuthEvent, response: ServerResponse) => void): void
  stop(): Promise<void>
}

const take = (_: AuthEvent, response: ServerResponse): void => {
  response.writeHead(204).end()
}

/** @param secret without it nothing is checked */
export async function startReceiver(secret?: string): Promise<WebhookReceiver> {
  const received: Received[] = []
  let respond = take
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString('utf8')
    if (secret !== undefined && !isSigned(request.headers, body, secret)) {
      response.writeHead(401).end()
      return
    }
    const event = JSON.parse(body) as AuthEvent
    response.on('finish', () => {
      const wasTaken = response.statusCode >= 200 && response.statusCode < 300
      received.push({ headers: request.headers, event, wasTaken })
    })
    respond(event, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    takenOf: (userId) =>
      received
        .filter(({ event, wasTaken }) => wasTaken && event.subject === userId)
        .map(({ event }) => event.id),
    answer: (how) => {
      respond = how
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** As any library of the specification does it: the newest five minutes, and one of the signatures. */
function isSigned(headers: IncomingHttpHeaders, body: string, secret: string): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp } = headers
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest()
  return String(headers['webhook-signature'])
    .split(' ')
    .map((signature) => Buffer.from(signature.replace('v1,', ''), 'base64'))
    .some((found) => found.length === expected.length && timingSafeEqual(found, expected))
}

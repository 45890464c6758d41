// Requests at a steady rate, whether or not the answers keep up: waiting shows in the times, as it does for clients.
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Sample {
  readonly ms: number
  /** 0: no answer. */
  readonly status: number
  readonly body: string
}

export interface LoadOptions {
  readonly url: string
  readonly perSecond: number
  readonly seconds: number
  /** Asked for each request. */
  next(index: number): {
    readonly query: string
    readonly headers?: Readonly<Record<string, string>>
  }
}

/** @returns one sample a request, in the order in which they were sent */
export async function steadyLoad({
  url,
  perSecond,
  seconds,
  next,
}: LoadOptions): Promise<Sample[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const startedAt = performance.now()
  const pending: Promise<Sample>[] = []
  const total = Math.floor(perSecond * seconds)
  while (pending.length < total) {
    const due = Math.min(total, Math.ceil(((performance.now() - startedAt) / 1000) * perSecond))
    while (pending.length < due) pending.push(send(agent, url, next(pending.length)))
    await sleep(2)
  }
  const samples = await Promise.all(pending)
  agent.destroy()
  return samples
}

function send(agent: Agent, url: string, what: ReturnType<LoadOptions['next']>): Promise<Sample> {
  const startedAt = performance.now()
  return new Promise((resolve) => {
    const done = (status: number, body: string) =>
      resolve({ ms: performance.now() - startedAt, status, body })
    const outgoing = request(
      url,
      { agent, method: 'POST', headers: { 'content-type': 'application/json', ...what.headers } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => done(response.statusCode ?? 0, Buffer.concat(chunks).toString()))
        response.on('error', () => done(0, ''))
      },
    )
    outgoing.on('error', () => done(0, ''))
    outgoing.end(JSON.stringify({ query: what.query }))
  })
}

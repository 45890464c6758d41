// Case 167: clients that are slow on purpose, a thousand at once (as slowhttptest -H, -B and -X): cut off, and nobody else notices.
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer } from '../client.ts'
import type { Person } from '../people.ts'
import { type Deployment, startDeployment } from '../postgres/deployment.ts'
import { steadyLoad } from './load.ts'
import { percentile } from './statistics.ts'

const CONNECTIONS = Number(process.env.SLOW_CONNECTIONS || 1_000)
/** And a moment for a machine that has other work. */
const CUT_WITHIN_MS = 15_000 + 1_000

let deployment: Deployment
let person: Person

beforeAll(async () => {
  deployment = await startDeployment({ pairs: 1 })
  const [first] = await deployment.register(1)
  if (first === undefined) throw new Error('nobody registered')
  person = first
})
afterAll(async () => {
  await deployment?.stop()
})

const head = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'

/** What each connection sends at first, and then every second. */
const attacks: Readonly<Record<string, readonly [first: string, more: string]>> = {
  'headers that never end': [head, 'X-More: 1\r\n'],
  'a body that never ends': [`${head}Content-Length: 100000\r\n\r\n{`, ' '],
  'chunks that never end': [`${head}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'],
  'nothing at all': ['', ''],
}

test.each(Object.entries(attacks))(
  '%s: cut off, and good requests are answered as ever',
  async (_, [first, more]) => {
    const before = percentile(await readFor(3), 0.99)
    const attackers = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => attack(first, more)),
    )
    const times = await readFor(CUT_WITHIN_MS / 1_000)
    await sleep(1_000)
    const open = attackers.filter(({ socket }) => !socket.destroyed)
    for (const { socket } of attackers) socket.destroy()
    const lives = attackers.map(({ livedMs }) => livedMs()).filter((ms) => ms !== null)
    console.log(
      `p99 ${before.toFixed(1)} → ${percentile(times, 0.99).toFixed(1)} ms; cut after ${Math.min(...lives).toFixed(0)} to ${Math.max(...lives).toFixed(0)} ms; ${open.length} left`,
    )
    expect(open.length).toBe(0)
    expect(percentile(times, 0.99)).toBeLessThan(Math.max(250, before * 5))
  },
)

test('answers that nobody reads hold up nobody', async () => {
  const query = JSON.stringify({ query: '{ __schema { types { name fields { name } } } }' })
  const request = `${head}Content-Length: ${query.length}\r\n\r\n${query}`
  const readers = []
  for (let count = 0; count < CONNECTIONS; count += 1) {
    const reader = await attack(request, '')
    reader.socket.pause()
    readers.push(reader)
    await sleep(5)
  }
  const times = await readFor(10)
  for (const { socket } of readers) socket.destroy()
  expect(percentile(times, 0.99)).toBeLessThan(250)
})

async function attack(first: string, more: string) {
  const startedAt = performance.now()
  let endedAt: number | null = null
  const { hostname, port } = new URL(deployment.gateway(0).url)
  const socket: Socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  socket.resume()
  await new Promise((resolve) => socket.once('connect', resolve))
  if (first !== '') socket.write(first)
  const drip = setInterval(() => {
    if (more !== '' && socket.writable) socket.write(more)
  }, 1_000)
  socket.once('close', () => {
    clearInterval(drip)
    endedAt = performance.now()
  })
  return { socket, livedMs: () => (endedAt === null ? null : endedAt - startedAt) }
}

async function readFor(seconds: number): Promise<number[]> {
  const samples = await steadyLoad({
    url: deployment.client(0).url,
    perSecond: 50,
    seconds,
    next: () => ({ query: '{ __typename }', headers: bearer(person.accessToken) }),
  })
  expect(samples.filter(({ status }) => status !== 200)).toEqual([])
  expect(samples.every(({ body }) => body.includes('Query'))).toBe(true)
  return samples.map(({ ms }) => ms)
}

test('the gateway is the same process as before, and takes new connections', async () => {
  expect(deployment.gateway(0).process.exitCode).toBeNull()
  const answer = await deployment.client(0).send('{ __typename }')
  expect(answer.status).toBe(200)
})

// One gateway with a great deal to remember and to hold open: 200,000 revocations, and 5,000 connections.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer } from '../client.ts'
import { LOGOUT, type Person, refreshWith } from '../people.ts'
import { type Deployment, startDeployment } from '../postgres/deployment.ts'
import { steadyLoad } from './load.ts'
import { percentile } from './statistics.ts'

const REVOCATIONS = Number(process.env.REVOCATIONS || 200_000)
const CONNECTIONS = Number(process.env.CONNECTIONS || 5_000)
const AT_ONCE = 100
const READS = { perSecond: 100, seconds: 10 }

let deployment: Deployment
let people: Person[]

beforeAll(async () => {
  if (!process.env.DATABASE_URL) throw new Error('scale needs PostgreSQL: set DATABASE_URL')
  deployment = await startDeployment({ pairs: 1 })
  people = await deployment.register(3)
})
afterAll(async () => {
  await deployment?.stop()
})

const megabytes = (): number => {
  const status = readFileSync(`/proc/${deployment.gateway(0).process.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}
/** Answered by the gateway alone, once it knows the token. */
const read = ({ accessToken }: Person) =>
  deployment.client(0).send('{ __typename }', {}, bearer(accessToken))

test(`with ${REVOCATIONS} revocations a gateway is ready in seconds, knows all of them, and a new one in a second`, async () => {
  const [revoked, leaving, staying] = people as [Person, Person, Person]
  const empty = megabytes()
  await deployment.db.raw(
    `insert into revocations (kind, ref, expires_at)
     select 'session', 'ses_' || substr(md5(n::text), 1, 22), now() + interval '1 hour' from generate_series(1, ?) as n`,
    [REVOCATIONS - 1],
  )
  await deployment.db('revocations').insert({
    kind: 'session',
    ref: revoked.sessionId,
    expires_at: deployment.db.raw("now() + interval '1 hour'"),
  })
  // One that runs takes them as news.
  await expect.poll(async () => (await read(revoked)).status, { timeout: 20_000 }).toBe(401)
  const full = megabytes()
  await deployment.gateway(0).end('SIGKILL')
  const since = performance.now()
  await deployment.startGateway(0)
  const seconds = (performance.now() - since) / 1000
  console.log(
    `ready after ${seconds.toFixed(1)} s, start of the process included; ${empty.toFixed(0)} MB without them, ${full.toFixed(0)} MB with them, ${megabytes().toFixed(0)} MB after the start`,
  )
  expect(seconds).toBeLessThan(20)
  expect((await read(revoked)).status).toBe(401)
  expect((await read(staying)).status).toBe(200)
  expect((await read(leaving)).status).toBe(200)
  expect((await deployment.client(0).send(LOGOUT, {}, leaving.headers)).errors).toEqual([])
  await expect
    .poll(async () => (await read(leaving)).status, { timeout: 1_000, interval: 50 })
    .toBe(401)
})

test(`with ${CONNECTIONS} connections held open everybody else is served as before, and they cost little`, async () => {
  const [, , reader] = people as [Person, Person, Person]
  const load = async () => {
    const samples = await steadyLoad({
      url: deployment.client(0).url,
      ...READS,
      next: () => ({ query: '{ __typename }', headers: bearer(reader.accessToken) }),
    })
    expect(samples.filter(({ status }) => status !== 200)).toEqual([])
    return percentile(
      samples.map(({ ms }) => ms),
      0.99,
    )
  }
  await load()
  const idle = await load()
  const before = megabytes()
  const sockets: Socket[] = []
  while (sockets.length < CONNECTIONS)
    sockets.push(...(await Promise.all(Array.from({ length: AT_ONCE }, () => holdOpen(reader)))))
  const busy = await load()
  const each = ((megabytes() - before) * 1024) / CONNECTIONS
  console.log(
    `p99 ${idle.toFixed(1)} → ${busy.toFixed(1)} ms; ${each.toFixed(1)} KB for each connection`,
  )
  expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([])
  expect(each).toBeLessThan(64)
  // What another process takes of the core is not the connections' doing.
  expect(busy).toBeLessThan(Math.max(2 * idle, 20))
  for (const socket of sockets) socket.destroy()
  expect((await refreshWith(deployment.client(0), reader.refreshToken)).errors).toEqual([])
})

/** It has asked once, and asks again by and by, as a browser's does. */
async function holdOpen({ accessToken }: Person): Promise<Socket> {
  const { hostname, port } = new URL(deployment.client(0).url)
  const socket = connect(Number(port), hostname)
  const body = JSON.stringify({ query: '{ __typename }' })
  const ask = () =>
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\nauthorization: Bearer ${accessToken}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
  await once(socket, 'connect')
  ask()
  await once(socket, 'data')
  const timer = setInterval(ask, 30_000)
  socket.resume()
  socket.on('error', () => socket.destroy())
  socket.once('close', () => clearInterval(timer))
  return socket
}

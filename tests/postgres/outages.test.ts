// PostgreSQL away, slow or cut off in the middle (cases 24, 169, 172 to 175): what was answered stays true, nobody is logged out.
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bearer, type GraphqlAnswer } from '../client.ts'
import { freePorts } from '../free-ports.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGOUT, type Person, refreshWith, registerPerson, VIEWER } from '../people.ts'
import { type DatabaseProxy, startDatabaseProxy } from './database-proxy.ts'
import { startPart } from './processes.ts'

let proxy: DatabaseProxy
let stack: Stack

beforeEach(async () => {
  proxy = await startDatabaseProxy()
  stack = await startStack({ database: proxy.database, auths: 2, gateways: 2 })
})
afterEach(async () => {
  proxy.delayMs = 0
  await proxy.restore()
  await stack?.stop()
  await proxy?.stop()
})

/** What an outage may answer: keep the session, try again. */
const AWAY = ['SERVICE_UNAVAILABLE', 'SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_TIMEOUT']
const either = (index: number) => stack.clientOf(index % 2)

async function registerMany(count: number): Promise<Person[]> {
  return await Promise.all(Array.from({ length: count }, () => registerPerson(stack)))
}

const tokenCheck = (person: Person): Promise<GraphqlAnswer> =>
  stack.client.send('{ __typename }', {}, bearer(person.accessToken))

test('with 50 ms between reading and writing, 50 parallel refreshes still leave one successor', async () => {
  const person = await registerPerson(stack)
  proxy.delayMs = 50
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) => refreshWith(either(index), person.refreshToken)),
  )
  proxy.delayMs = 0
  const good = answers.filter(({ errors }) => errors.length === 0)
  expect(good.length).toBeGreaterThan(0)
  expect(new Set(good.map(({ data }) => data.refresh.tokens.refreshToken)).size).toBe(1)
  for (const { code } of answers) expect([undefined, ...AWAY]).toContain(code)
  const row = await stack.db('sessions').where('id', person.sessionId).first('generation', 'status')
  expect(row).toEqual({ generation: 2, status: 'ACTIVE' })
})

test.each(['before', 'after'] as const)(
  'a connection that breaks %s the write is done: the retry of a refresh gets a working pair',
  async (moment) => {
    const person = await registerPerson(stack)
    proxy.breakOnce('update "sessions" set "previous_turn_hash"', moment)
    expect(AWAY).toContain((await refreshWith(stack.client, person.refreshToken)).code)
    const retried = await refreshWith(either(1), person.refreshToken)
    expect(retried.errors).toEqual([])
    const row = await stack.db('sessions').where('id', person.sessionId).first('generation')
    expect(row).toEqual({ generation: 2 })
    const next = await refreshWith(either(0), retried.data.refresh.tokens.refreshToken)
    expect(next.errors).toEqual([])
  },
)

test.each([
  ['before', [], 1],
  ['after', ['REVOKED'], 0],
] as const)(
  'a connection that breaks %s COMMIT: the change is whole or absent, and happens once',
  async (moment, done, left) => {
    const person = await registerPerson(stack)
    proxy.breakOnce('COMMIT', moment, 'update "sessions" set "status"')
    const lost = await stack.client.send(LOGOUT, {}, person.headers)
    expect(AWAY).toContain(lost.code)
    const session = stack.db('sessions').where({ id: person.sessionId, status: 'REVOKED' })
    expect(await session.pluck('status')).toEqual(done)
    const retried = await stack.client.send(LOGOUT, {
      input: { refreshToken: person.refreshToken },
    })
    expect(retried.data.logout.revokedSessionIds).toHaveLength(left)
    for (const [table, where] of [
      ['outbox_events', { user_id: person.id, type: 'session.revoked' }],
      ['audit_events', { session_id: person.sessionId, action: 'session.revoked' }],
      ['revocations', { ref: person.sessionId }],
    ] as const) {
      expect(await stack.db(table).where(where), table).toHaveLength(1)
    }
  },
)

test('an outage under load: errors that keep the session, then work again, and no answer was a lie', async () => {
  const people = await registerMany(6)
  const latest = new Map(people.map((person) => [person, person.refreshToken]))
  const codes = new Set<string | undefined>()
  let isOver = false
  const work = people.map(async (person, index) => {
    for (let turn = index; !isOver; turn += 1) {
      const answer = await refreshWith(either(turn), latest.get(person) ?? '')
      codes.add(answer.code)
      const next = answer.data?.refresh?.tokens.refreshToken
      if (next !== undefined) latest.set(person, next)
      const read = await either(turn).send(VIEWER, {}, bearer(person.accessToken))
      codes.add(read.code)
      await sleep(20)
    }
  })
  await sleep(500)
  await proxy.cut()
  await sleep(3_000)
  await proxy.restore()
  await expect
    .poll(async () => (await refreshWith(either(0), await registerAnew())).errors, {
      timeout: 30_000,
    })
    .toEqual([])
  isOver = true
  await Promise.all(work)
  expect([...codes].filter((code) => code !== undefined && !AWAY.includes(code))).toEqual([])
  expect(codes.size).toBeGreaterThan(1)
  for (const token of latest.values())
    expect((await refreshWith(either(1), token)).errors).toEqual([])
})

async function registerAnew(): Promise<string> {
  return (await registerPerson(stack).catch(() => null))?.refreshToken ?? ''
}

test('token checks go on while a database answers nothing: they do not wait for it', async () => {
  const [person] = await registerMany(1)
  if (person === undefined) throw new Error('nobody registered')
  expect((await tokenCheck(person)).status).toBe(200)
  // Longer than the feed may be silent: from then on a gateway would ask auth, which waits for its database.
  proxy.delayMs = 10_000
  const feedAgeMs = async () => {
    const detail = await fetch(`${stack.gateways[0]?.adminUrl}/health/ready`)
    return ((await detail.json()) as { revocations: { ageMs: number } }).revocations.ageMs
  }
  await expect.poll(feedAgeMs, { timeout: 30_000 }).toBeGreaterThan(1_500)
  const tookMs: number[] = []
  while (tookMs.length < 100) {
    const begun = performance.now()
    expect((await tokenCheck(person)).status).toBe(200)
    tookMs.push(performance.now() - begun)
  }
  tookMs.sort((one, other) => one - other)
  // One that had waited would have taken all of this time, and those that ask in vain half a second each.
  expect(tookMs.at(-1)).toBeLessThan(proxy.delayMs)
  expect(tookMs[50]).toBeLessThan(450)
})

test('200 requests that wait for a locked table: 503 within seconds for those without a connection, the others go on', async () => {
  const [person] = await registerMany(1)
  if (person === undefined) throw new Error('nobody registered')
  const locker = new pg.Client({ connectionString: proxy.url })
  // A test that fails cuts it off.
  locker.on('error', () => {})
  await locker.connect()
  await locker.query('begin; lock table sessions in access exclusive mode')
  let isLocked = true
  const flood = Array.from({ length: 200 }, async (_, index) => {
    const { code } = await refreshWith(either(index), person.refreshToken)
    return { code, wasLocked: isLocked }
  })
  // Ten have a connection at each of two instances; nobody else may be kept while the table is locked.
  const refused = await Promise.race([
    firstOf(flood, 150),
    sleep(30_000).then(() => Promise.reject(new Error('requests wait for ever'))),
  ])
  expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['SERVICE_UNAVAILABLE']))
  expect(refused.every(({ wasLocked }) => wasLocked)).toBe(true)
  isLocked = false
  await locker.query('commit')
  await locker.end()
  const codes = (await Promise.all(flood)).map(({ code }) => code)
  expect(new Set(codes)).toEqual(new Set([undefined, 'SERVICE_UNAVAILABLE']))
  expect((await refreshWith(either(0), person.refreshToken)).errors).toEqual([])
})

/** The first so many that are there. */
async function firstOf<T>(promises: readonly Promise<T>[], count: number): Promise<T[]> {
  const first: T[] = []
  return await new Promise((resolve) => {
    for (const promise of promises)
      void promise.then((one) => {
        if (first.push(one) === count) resolve([...first])
      })
  })
}

test('auth that starts before its database is live and not ready, and ready once it is there', async () => {
  const [port = 0] = await freePorts(1)
  await proxy.cut()
  const env = { ...stack.env, AUTH_PORT: String(port), SMTP_URL: 'smtp://127.0.0.1:9' }
  const part = await startPart('subgraphs/auth', env, port)
  try {
    expect((await fetch(`${part.url}/health/live`)).status).toBe(200)
    expect((await fetch(`${part.url}/health/ready`)).status).toBe(503)
    expect((await fetch(`${part.url}/graphql`, { method: 'POST' })).status).toBe(503)
    await proxy.restore()
    const isReady = () =>
      fetch(`${part.url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      )
    await expect.poll(isReady, { timeout: 30_000 }).toBe(true)
    expect(await part.end('SIGTERM')).toBe(0)
  } finally {
    await part.end('SIGKILL')
  }
})

test('metrics of auth come without the database, or with one that does not answer, and lack what it alone knows', async () => {
  const metrics = async () => {
    const answer = await fetch(`${stack.auths[0]?.url}/metrics`)
    const text = await answer.text()
    return [
      answer.status,
      ...['process_cpu_seconds_total ', 'sallyport_events_waiting '].map((name) =>
        text.includes(`\n${name}`),
      ),
    ]
  }
  await expect.poll(metrics).toEqual([200, true, true])
  proxy.muteAt('outbox_events')
  expect(await metrics()).toEqual([200, true, false])
  await proxy.cut()
  expect(await metrics()).toEqual([200, true, false])
  await proxy.restore()
  await expect.poll(metrics, { timeout: 30_000 }).toEqual([200, true, true])
})

test('with a database that answers nothing auth says within seconds that it is not ready, and that it is as soon as it answers', async () => {
  const ready = async () => {
    const answer = await fetch(`${stack.auths[0]?.url}/health/ready`, {
      signal: AbortSignal.timeout(8_000),
    })
    return [answer.status, answer.headers.get('retry-after')]
  }
  await expect.poll(ready).toEqual([200, null])
  // Of all connections, those included that are open by then.
  proxy.muteAt('select 1')
  expect(await ready()).toEqual([503, '2'])
  await proxy.cut()
  await proxy.restore()
  await expect.poll(ready, { timeout: 30_000 }).toEqual([200, null])
})

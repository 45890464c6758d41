// Two auth processes and two gateway processes: killed, drained, cut off. What was answered stays true.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import type { GraphqlAnswer } from '../client.ts'
import { LOGIN, LOGOUT, PASSWORD, refreshWith, viewerOf } from '../people.ts'
import { type Deployment, startDeployment } from './deployment.ts'
import type { Part } from './processes.ts'

let deployment: Deployment

beforeAll(async () => {
  deployment = await startDeployment()
})
afterAll(async () => {
  await deployment?.stop()
})
// What a test that failed had ended.
beforeEach(async () => {
  for (const index of [0, 1]) {
    if (hasEnded(deployment.auth(index))) await deployment.startAuth(index)
    if (hasEnded(deployment.gateway(index))) await deployment.startGateway(index)
  }
})

const hasEnded = ({ process }: Part) => process.exitCode !== null || process.signalCode !== null

test('kill -9 of an auth instance under refreshes: every answered pair works on the other one', async () => {
  const people = await deployment.register(8)
  const latest = new Map(people.map((person) => [person.id, person.refreshToken]))
  const stopAt = Date.now() + 4_000
  const work = people.map(async (person, index) => {
    for (let turn = index; Date.now() < stopAt; turn += 1) {
      const token = latest.get(person.id) ?? ''
      const answer = await refreshWith(client(turn % 2), token).catch(() => null)
      const next = answer?.data?.refresh?.tokens.refreshToken
      if (next !== undefined) latest.set(person.id, next)
      else expect(answer?.code ?? 'NETWORK').not.toBe('INVALID_REFRESH_TOKEN')
    }
  })
  await sleep(1_500)
  await deployment.auth(1).end('SIGKILL')
  await Promise.all(work)
  for (const token of latest.values()) {
    expect((await refreshWith(client(0), token)).errors).toEqual([])
  }
  await deployment.startAuth(1)
  await expect.poll(() => isReady(1), { timeout: 30_000 }).toBe(true)
})

test('a replayed token is refused after every process was killed and started again', async () => {
  const [person] = await deployment.register(1)
  if (person === undefined) throw new Error('nobody registered')
  const second = await refreshWith(client(0), person.refreshToken)
  await refreshWith(client(0), second.data.refresh.tokens.refreshToken)
  await deployment.auth(0).end('SIGKILL')
  await deployment.auth(1).end('SIGKILL')
  await deployment.startAuth(0)
  await deployment.startAuth(1)
  const replay = await refreshWith(client(0), person.refreshToken)
  expect(replay.code).toBe('INVALID_REFRESH_TOKEN')
})

test('while auth is unavailable verified tokens go on, unknown ones get 503, and nobody is told to log in again', async () => {
  const [known, unknown] = await deployment.register(2)
  if (known === undefined || unknown === undefined) throw new Error('nobody registered')
  const introspect = (token: string) =>
    client(1).send('{ __typename }', {}, { authorization: `Bearer ${token}` })
  expect((await introspect(known.accessToken)).status).toBe(200)
  await deployment.auth(1).end('SIGKILL')
  await sleep(2_500)
  expect((await introspect(known.accessToken)).status).toBe(200)
  const refused = await introspect(unknown.accessToken)
  expect([refused.status, refused.code]).toEqual([503, 'SERVICE_UNAVAILABLE'])
  const refresh = await refreshWith(client(1), known.refreshToken)
  expect(refresh.code).toMatch(/SUBGRAPH_UNAVAILABLE|SERVICE_UNAVAILABLE/)
  await deployment.startAuth(1)
  await expect
    .poll(async () => (await viewerOf(client(1), unknown.accessToken)).status, { timeout: 30_000 })
    .toBe(200)
})

test('connections that the database cuts cost an error, never a half-done change', async () => {
  const people = await deployment.register(4)
  const results = await Promise.all([
    ...people.map((person) =>
      client(0)
        .send(LOGOUT, {}, person.headers)
        .catch(() => null),
    ),
    sleep(2).then(() =>
      deployment.db.raw(`select pg_terminate_backend(pid) from pg_stat_activity
              where application_name = 'sallyport-auth' and datname = current_database() and pid <> pg_backend_pid()`),
    ),
  ])
  expect(results.length).toBe(5)
  for (const person of people) {
    const { status } = await deployment.db('sessions').where('id', person.sessionId).first('status')
    const revocations = await deployment.db('revocations').where('ref', person.sessionId)
    const events = await deployment
      .db('outbox_events')
      .where({ user_id: person.id, type: 'session.revoked' })
    const expected = status === 'REVOKED' ? 1 : 0
    expect(revocations).toHaveLength(expected)
    expect(events).toHaveLength(expected)
  }
  // The pools find new connections by themselves.
  await expect.poll(async () => (await refreshAny()).errors.length, { timeout: 30_000 }).toBe(0)
})

test('SIGTERM drains a gateway: what is in flight is answered, then it ends by itself', async () => {
  const people = await deployment.register(2)
  const locker = await lock('users', 'access exclusive')
  const inFlight = Promise.all(
    Array.from({ length: 4 }, (_, index) =>
      viewerOf(client(1), people[index % 2]?.accessToken ?? ''),
    ),
  )
  await expect.poll(() => queriesThatWait('users')).toBeGreaterThanOrEqual(4)
  const code = deployment.gateway(1).end('SIGTERM')
  await sleep(200)
  await locker.commit()
  for (const answer of await inFlight) expect(answer.status).toBe(200)
  expect(await code).toBe(0)
  await deployment.startGateway(1)
  expect((await viewerOf(client(1), people[0]?.accessToken ?? '')).status).toBe(200)
})

test('kill -9 of a gateway with refreshes in flight: anyone who tries again at the other one goes on', async () => {
  const people = await deployment.register(40)
  const locker = await lock('sessions', 'exclusive')
  const inFlight = people.map(({ refreshToken }) =>
    refreshWith(client(1), refreshToken).catch(() => null),
  )
  await expect.poll(() => queriesThatWait('sessions')).toBeGreaterThan(0)
  await deployment.gateway(1).end('SIGKILL')
  await locker.commit()
  const answers = await Promise.all(inFlight)
  expect(answers).toContain(null)
  for (const [index, person] of people.entries()) {
    const held = answers[index]?.data?.refresh?.tokens.refreshToken ?? person.refreshToken
    expect((await refreshWith(client(0), held)).errors).toEqual([])
    const sessions = await deployment.db('sessions').where('user_id', person.id).pluck('status')
    expect(sessions).toEqual(['ACTIVE'])
  }
  await deployment.startGateway(1)
})

test('SIGTERM drains an auth instance: logins in flight are answered, then it ends by itself', async () => {
  const people = await deployment.register(6)
  const locker = await lock('sessions', 'access exclusive')
  const inFlight = people.map(({ email, deviceToken }) =>
    client(1).send(LOGIN, { input: { email, password: PASSWORD, deviceToken } }),
  )
  await expect.poll(() => queriesThatWait('sessions')).toBeGreaterThanOrEqual(6)
  const code = deployment.auth(1).end('SIGTERM')
  await sleep(200)
  await locker.commit()
  for (const { data } of await Promise.all(inFlight)) {
    expect(data?.login?.__typename).toBe('SignedIn')
  }
  expect(await code).toBe(0)
  await deployment.startAuth(1)
})

/** Until the test lets go, or is over. */
async function lock(table: string, mode: string) {
  const locker = await deployment.db.transaction()
  onTestFinished(async () => {
    if (!locker.isCompleted()) await locker.rollback()
  })
  await locker.raw(`lock table ${table} in ${mode} mode`)
  return locker
}

/** As many as wait with one and the same query: a sweep waits as well. */
async function queriesThatWait(table: string): Promise<number> {
  const { rows } = await deployment.db.raw(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock' and query ilike ?
     group by query order by count desc limit 1`,
    [`%${table}%`],
  )
  return rows[0]?.count ?? 0
}

const client = (gateway: number) => deployment.client(gateway)

const isReady = async (index: number) =>
  (await fetch(`${deployment.auth(index).url}/health/ready`)).ok

async function refreshAny(): Promise<GraphqlAnswer> {
  const [person] = await deployment.register(1).catch(() => [])
  return await refreshWith(client(0), person?.refreshToken ?? '')
}

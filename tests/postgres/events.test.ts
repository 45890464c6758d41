// Events over a real NATS JetStream: two relays, a server that goes away, a relay that is killed. Nothing is lost,
// nothing is applied twice, and each user's events keep their order. NATS_AWAY_SECONDS=600 for a long outage.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { connectNats } from '@sallyport/claims/nats'
import type { Knex } from 'knex'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { emitEvent } from '../../subgraphs/auth/core/events/emit.ts'
import { replayEvents } from '../../subgraphs/auth/core/events/replay.ts'
import { readEventLag } from '../../subgraphs/auth/events/lag.ts'
import { createNatsPublisher } from '../../subgraphs/auth/events/nats-publisher.ts'
import { startEventRelay } from '../../subgraphs/auth/events/relay.ts'
import { type Stack, startStack } from '../harness.ts'
import { registerPerson } from '../people.ts'
import { type AppliedLog, startAppliedLog } from './applied-log.ts'
import { type NatsServer, startNatsServer } from './nats-server.ts'

const AWAY_SECONDS = Number(process.env.NATS_AWAY_SECONDS ?? 5)
/** Fifty a second. */
const WRITE_EVERY_MS = 20

let nats: NatsServer
let stack: Stack
let log: AppliedLog

beforeAll(async () => {
  nats = await startNatsServer()
  stack = await startStack({ auths: 2, env: { NATS_URL: nats.urlOf('auth') } })
  log = await startAppliedLog(nats.urlOf('reviews'), 'reviews')
})
afterAll(async () => {
  await log?.stop()
  await stack?.stop()
  await nats?.drop()
})
// What a test that failed took away, the next one finds again.
afterEach(async () => {
  log.before(() => {})
  log.after(() => {})
  await nats.start()
})

const newUser = () => `usr_${crypto.randomUUID()}`

/** What the outbox holds for a user, in order. */
async function outboxOf(userId: string): Promise<string[]> {
  return await stack.db('outbox_events').where('user_id', userId).orderBy('sequence').pluck('id')
}

async function emit(userId: string, count = 1): Promise<void> {
  await stack.db.transaction(async (trx) => {
    for (let index = 0; index < count; index += 1)
      await emitEvent(trx, 'session.created', userId, { sessionId: `ses_${index}` })
  })
}

async function expectApplied(userIds: readonly string[], timeout = 30_000): Promise<void> {
  for (const userId of userIds) {
    const expected = await outboxOf(userId)
    expect(expected.length).toBeGreaterThan(0)
    await expect.poll(() => log.of(userId), { timeout }).toEqual(expected)
  }
}

test('consumers find their stream on a new server before any event was sent', async () => {
  const empty = await startNatsServer()
  const quiet = await startStack({ gateways: 0, env: { NATS_URL: empty.urlOf('auth') } })
  const { host, username, password } = new URL(empty.urlOf('auth'))
  const connection = await connect({
    servers: host,
    user: username,
    pass: decodeURIComponent(password),
  })
  try {
    const manager = await jetstreamManager(connection)
    await expect
      .poll(async () => (await manager.streams.names().next()).sort(), { timeout: 30_000 })
      .toEqual(['SALLYPORT_EVENTS', 'SALLYPORT_RECEIPTS'])
  } finally {
    await connection.close()
    await quiet.stop()
    await empty.drop()
  }
})

test('what happens through the gateway is applied by a subgraph in its own database', async () => {
  const person = await registerPerson(stack)
  await expectApplied([person.id])
  expect(await outboxOf(person.id)).toHaveLength(2)
})

test('two relays under parallel writers keep the order of every user', async () => {
  const users = Array.from({ length: 10 }, (_, index) => `usr_order_${index}`)
  await Promise.all(
    users.flatMap((userId) =>
      Array.from({ length: 4 }, async () => {
        for (let turn = 0; turn < 10; turn += 1) await emit(userId, 1 + (turn % 2))
      }),
    ),
  )
  await expectApplied(users)
})

test('a transaction that commits late is not passed over, and one of the same user waits for it', async () => {
  let release = () => {}
  const isReleased = new Promise<void>((resolve) => {
    release = resolve
  })
  const [late, fast] = [newUser(), newUser()]
  let slow: Promise<void> | undefined
  await new Promise<void>((emitted, failed) => {
    slow = stack.db.transaction(async (trx) => {
      await emitEvent(trx, 'session.created', late, { sessionId: 'ses_first' })
      emitted()
      await isReleased
    })
    slow.catch(failed)
  })
  const sameUser = emit(late)
  try {
    await emit(fast)
    await expectApplied([fast])
    expect(await log.of(late)).toEqual([])
  } finally {
    release()
    await Promise.all([slow, sameUser])
  }
  await expectApplied([late])
  expect(await outboxOf(late)).toHaveLength(2)
})

test(
  `NATS away for ${AWAY_SECONDS} s under writes: every write is answered, and all drains within a minute, in order`,
  async () => {
    await nats.kill()
    const users = Array.from({ length: 20 }, newUser)
    const person = registerPerson(stack)
    await emit(users[0] ?? '')
    const startedAt = Date.now()
    let writes = 1
    for (; Date.now() - startedAt < AWAY_SECONDS * 1_000; writes += 1) {
      await emit(users[writes % users.length] ?? '')
      await sleep(startedAt + writes * WRITE_EVERY_MS - Date.now())
    }
    const lag = await readEventLag(stack.db)
    expect(lag.waiting).toBeGreaterThanOrEqual(writes)
    expect(lag.oldestSeconds).toBeGreaterThan(AWAY_SECONDS - 1)
    await nats.start()
    await expect
      .poll(async () => (await readEventLag(stack.db)).waiting, { timeout: 60_000, interval: 250 })
      .toBe(0)
    // One event after the other, each in a transaction: a consumer takes its time.
    await expectApplied([...users, (await person).id], 60_000 + writes * 20)
  },
  AWAY_SECONDS * 3_000 + 180_000,
)

test('a relay killed between publishing and marking: the event stays open, is sent again, and is applied once', async () => {
  const other = await startStack({ gateways: 0 })
  const userId = newUser()
  const open = () => other.db('outbox_events').whereNull('published_at').orderBy('sequence')
  try {
    for (const sessionId of ['ses_1', 'ses_2'])
      await emitEvent(other.db, 'session.created', userId, { sessionId })
    const ids = await open().pluck('id')
    expect(await runRelayThatDies(other.database.url ?? '')).toBe('SIGKILL')
    await expect.poll(() => log.of(userId), { timeout: 30_000 }).toEqual(ids.slice(0, 1))
    expect(await open().pluck('id')).toEqual(ids)
    // Another relay waits for the lease of the dead one; this test does not.
    await open().update({ available_at: other.db.fn.now() })
    await relayAll(other.db)
    await expect.poll(() => log.of(userId), { timeout: 30_000 }).toEqual(ids)
  } finally {
    await other.stop()
  }
})

test('a copy that the broker lets through, after its window, is applied once', async () => {
  const userId = newUser()
  await emit(userId, 3)
  await expectApplied([userId])
  const before = log.deliveries(userId)
  expect(await replayEvents(stack.db, { since: new Date(0), userId })).toBe(3)
  await expect.poll(() => log.deliveries(userId)).toBe(before + 3)
  await expectApplied([userId])
})

test('NATS that lost everything is set up again, and a replay brings back what it had', async () => {
  const [lost, found] = [newUser(), newUser()]
  await emit(lost, 2)
  await expectApplied([lost])
  await nats.lose()
  await emit(found, 2)
  await expectApplied([found])
  const fresh = await startAppliedLog(nats.urlOf('auth'), 'fresh')
  try {
    await replayEvents(stack.db, { since: new Date(0), userId: lost })
    await expect.poll(() => fresh.of(lost), { timeout: 30_000 }).toEqual(await outboxOf(lost))
  } finally {
    await fresh.stop()
  }
  await expectApplied([lost])
})

test('a consumer that fails gets the event again before any later one', async () => {
  const userId = newUser()
  let failures = 0
  log.before(({ subject }) => {
    if (subject !== userId) return
    failures += 1
    if (failures <= 2) throw new Error('refused by the test')
  })
  await emit(userId, 3)
  await expectApplied([userId])
  expect(failures).toBe(5)
})

test('a consumer that dies after its commit and before its answer: delivered twice, applied once', async () => {
  const userId = newUser()
  let answers = 0
  log.after(({ subject }) => {
    if (subject !== userId) return
    answers += 1
    if (answers === 1) throw new Error('died here')
  })
  await emit(userId, 2)
  await expectApplied([userId])
  await expect.poll(() => answers, { timeout: 30_000 }).toBe(3)
  expect(await log.of(userId)).toHaveLength(2)
})

async function runRelayThatDies(databaseUrl: string): Promise<NodeJS.Signals | null> {
  const child = spawn(
    process.execPath,
    [
      '--import',
      './scripts/run-typescript.js',
      '--conditions=sallyport-source',
      'tests/postgres/relay-that-dies.ts',
    ],
    {
      env: { ...process.env, DATABASE_URL: databaseUrl, NATS_URL: nats.urlOf('auth') },
      stdio: 'inherit',
    },
  )
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  return signal
}

/** Runs a relay until nothing waits. */
async function relayAll(db: Knex): Promise<void> {
  const log = pino({ level: 'silent' })
  const link = connectNats({ url: nats.urlOf('auth'), name: 'relay', log })
  const publisher = createNatsPublisher(link, { retentionDays: 1 })
  const relay = startEventRelay({ db, log, publisher, source: 'http://localhost:4000' })
  await expect.poll(() => readEventLag(db), { timeout: 30_000 }).toMatchObject({ waiting: 0 })
  await relay.stop()
  await link.stop()
}

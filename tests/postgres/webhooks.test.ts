// Webhooks with several instances: each event goes out once, in order for each user, and one whose instance was killed goes out again.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { emitEvent } from '../../subgraphs/auth/core/events/emit.ts'
import { type Stack, startStack } from '../harness.ts'
import { startReceiver, type WebhookReceiver } from '../webhook-receiver.ts'

const secret = `whsec_${randomBytes(32).toString('base64')}`
const WAIT = { timeout: 60_000 }
let receiver: WebhookReceiver
let stack: Stack

const envFor = (url: string) => ({
  WEBHOOK_URLS: `billing=${url}`,
  WEBHOOK_SECRETS: `billing=${secret}`,
})

beforeAll(async () => {
  receiver = await startReceiver(secret)
  stack = await startStack({ auths: 2, gateways: 0, env: envFor(receiver.url) })
})
afterAll(async () => {
  await stack?.stop()
  await receiver?.stop()
})

test('two instances share the work: each event once, those of a user in the order in which they were committed', async () => {
  const users = Array.from({ length: 20 }, (_, index) => `usr_${index}_${crypto.randomUUID()}`)
  await Promise.all(
    users.map(async (userId) => {
      for (let index = 0; index < 10; index += 1)
        await stack.db.transaction(async (trx) => {
          await emitEvent(trx, 'session.created', userId, { sessionId: `ses_${index}` })
        })
    }),
  )
  for (const userId of users) {
    const ids = await stack
      .db('outbox_events')
      .where('user_id', userId)
      .orderBy('sequence')
      .pluck('id')
    expect(ids).toHaveLength(10)
    await expect.poll(() => receiver.takenOf(userId), WAIT).toEqual(ids)
  }
})

test('an instance killed between delivery and mark: the event comes again under the same id, and the next after it', async () => {
  const target = await startReceiver(secret)
  // Nobody delivers here but the process below, and then the stack that follows it.
  const first = await startStack({ auths: 0, gateways: 0 })
  try {
    const child = spawn(
      process.execPath,
      [
        '--import',
        './scripts/run-typescript.js',
        '--conditions=sallyport-source',
        'tests/postgres/webhooks-that-die.ts',
      ],
      {
        env: {
          ...process.env,
          DATABASE_URL: first.database.url ?? '',
          TARGET: target.url,
          SECRET: secret,
        },
        stdio: 'inherit',
      },
    )
    await expect.poll(() => first.db('webhook_targets').pluck('name'), WAIT).toEqual(['billing'])
    const id = await emitEvent(first.db, 'session.created', 'usr_killed', { sessionId: 'ses_1' })
    const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
    expect(signal).toBe('SIGKILL')
    expect(target.takenOf('usr_killed')).toEqual([id])
    expect(await first.db('webhook_deliveries').pluck('event_id')).toEqual([id])
    // Another instance waits for the lease of the dead one; this test does not.
    await first.db('webhook_deliveries').update({ available_at: first.db.fn.now() })
    const next = await emitEvent(first.db, 'session.created', 'usr_killed', { sessionId: 'ses_2' })
    const { database } = first
    const kept = { ...database, drop: async () => {} }
    const second = await startStack({ database: kept, gateways: 0, env: envFor(target.url) })
    try {
      await expect.poll(() => target.takenOf('usr_killed'), WAIT).toEqual([id, id, next])
      const names = target.received.map(({ headers }) => headers['webhook-id'])
      expect(names).toEqual([id, id, next])
    } finally {
      await second.stop()
    }
  } finally {
    await first.stop()
    await target.stop()
  }
})

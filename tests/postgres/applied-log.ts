// A subgraph of the simplest kind: its own database, and a row for every event that it has applied.
import {
  APPLIED_EVENTS_TABLE,
  type AuthEvent,
  applyOnce,
  type EventConsumer,
} from '@sallyport/claims/events'
import { connectNats, consumeEvents } from '@sallyport/claims/nats'
import type { Knex } from 'knex'
import pino from 'pino'
import { eventTypes } from '../../subgraphs/auth/core/events/types.ts'
import { createTestDatabase } from '../database.ts'

export interface AppliedLog {
  readonly db: Knex
  /** Ids of one user's events, in the order in which they were applied. */
  of(userId: string): Promise<string[]>
  count(): Promise<number>
  /** How often `handle` was called with an event of this user. */
  deliveries(userId: string): number
  /** Runs before the transaction, for a test that makes it fail. */
  before(act: (event: AuthEvent) => void): void
  /** Runs after the commit and before the event is acknowledged. */
  after(act: (event: AuthEvent) => void): void
  stop(): Promise<void>
}

/** @param name the subgraph's, and that of its place in the stream */
export async function startAppliedLog(natsUrl: string, name: string): Promise<AppliedLog> {
  const database = await createTestDatabase('empty')
  const { db, stop } = await database.connect()
  await db.raw(APPLIED_EVENTS_TABLE)
  await db.raw(
    'create table effects (id bigint generated always as identity, user_id text, event_id text)',
  )
  const delivered: AuthEvent[] = []
  let before: (event: AuthEvent) => void = () => {}
  let after: (event: AuthEvent) => void = () => {}
  const consumer: EventConsumer = {
    name,
    types: Object.keys(eventTypes),
    handle: async (event) => {
      delivered.push(event)
      before(event)
      const receipt = await db.transaction(
        async (trx) =>
          await applyOnce(trx, event, async () => {
            await trx('effects').insert({ user_id: event.subject, event_id: event.id })
            return undefined
          }),
      )
      after(event)
      return receipt
    },
  }
  const log = pino({ level: process.env.TEST_LOG ?? 'silent' })
  const nats = connectNats({ url: natsUrl, name, log })
  const subscription = consumeEvents(nats, consumer)
  return {
    db,
    of: async (userId) =>
      await db('effects').where('user_id', userId).orderBy('id').pluck('event_id'),
    count: async () => Number((await db('effects').count('* as count').first())?.count),
    deliveries: (userId) => delivered.filter(({ subject }) => subject === userId).length,
    before: (act) => {
      before = act
    },
    after: (act) => {
      after = act
    },
    stop: async () => {
      await subscription.stop()
      await nats.stop()
      await stop()
      await database.drop()
    },
  }
}

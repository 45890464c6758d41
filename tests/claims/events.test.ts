// What a subgraph author gets for events: a text that is not one is refused, and each event is applied once.
import { PGlite } from '@electric-sql/pglite'
import {
  APPLIED_EVENTS_TABLE,
  applyOnce,
  EventError,
  parseAuthEvent,
} from '@sallyport/claims/events'
import { afterAll, beforeAll, expect, test } from 'vitest'

const EVENT = {
  specversion: '1.0',
  id: '8d6c0e1c-6c3a-4f6e-9b8a-0f8f3f0a7f11',
  source: 'http://localhost:4000',
  type: 'session.created',
  subject: 'usr_1',
  time: '2026-03-01T12:00:00.123Z',
  datacontenttype: 'application/json',
  dataschema: 'https://sallyport.dev/events/session.created.v1.json',
  sequence: '0000000000000000001',
  data: { sessionId: 'ses_1' },
}
let database: PGlite

beforeAll(async () => {
  database = await PGlite.create()
  await database.exec(APPLIED_EVENTS_TABLE)
  await database.exec('create table effects (event_id text)')
})
afterAll(async () => {
  await database.close()
})

test('an event with fields that nobody knows yet is read', () => {
  expect(parseAuthEvent(JSON.stringify({ ...EVENT, traceparent: '00-1' }))).toMatchObject(EVENT)
})

test.each([
  ['no JSON', 'hello'],
  ['a list', '[]'],
  ['null', 'null'],
  ['another version', JSON.stringify({ ...EVENT, specversion: '2.0' })],
  ['no id', JSON.stringify({ ...EVENT, id: undefined })],
  ['an id that is a number', JSON.stringify({ ...EVENT, id: 1 })],
  ['no subject', JSON.stringify({ ...EVENT, subject: '' })],
  ['data that is a text', JSON.stringify({ ...EVENT, data: 'x' })],
])('%s is not an event', (_, text) => {
  expect(() => parseAuthEvent(text)).toThrow(EventError)
})

test('with a client of pg too: the second time does nothing, and answers the receipt of the first', async () => {
  const receipts = []
  for (let time = 0; time < 2; time += 1) receipts.push(await apply('evt_1'))
  expect(receipts).toEqual([
    { erased: 1, anonymised: 0 },
    { erased: 1, anonymised: 0 },
  ])
  expect(await effects()).toEqual(['evt_1'])
})

test('what fails is not remembered: the next delivery applies it', async () => {
  await expect(apply('evt_2', new Error('disk full'))).rejects.toThrow('disk full')
  expect(await apply('evt_2')).toEqual({ erased: 1, anonymised: 0 })
  expect(await effects()).toEqual(['evt_1', 'evt_2'])
})

async function apply(id: string, failure?: Error) {
  return await database.transaction(
    async (trx) =>
      await applyOnce(trx, { id }, async () => {
        await trx.query('insert into effects (event_id) values ($1)', [id])
        if (failure) throw failure
        return { erased: 1, anonymised: 0 }
      }),
  )
}

async function effects(): Promise<unknown[]> {
  const { rows } = await database.query<{ event_id: string }>('select event_id from effects')
  return rows.map((row) => row.event_id)
}

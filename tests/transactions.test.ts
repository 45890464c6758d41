// What a transaction answers is what the database holds: nothing is lost in silence.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { APPLIED_EVENTS_TABLE, applyOnce } from '@sallyport/claims/events'
import type { Knex } from 'knex'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { transact as authTransact } from '../subgraphs/auth/core/database.ts'
import { transact as reviewsTransact } from '../subgraphs/reviews/transact.ts'
import { createTestDatabase } from './database.ts'
import type { TestDatabase } from './database-on-server.ts'

let database: TestDatabase
let db: Knex

beforeAll(async () => {
  database = await createTestDatabase()
  db = (await database.connect()).db
  await db.raw('create table notes (id int primary key)')
  await db.raw(APPLIED_EVENTS_TABLE)
})
beforeEach(async () => {
  await db('notes').delete()
})
afterAll(async () => {
  await database?.drop()
})

const notes = async () => await db('notes').orderBy('id').pluck('id')
const swallow = async (work: PromiseLike<unknown>) => {
  try {
    await work
  } catch {}
}

const BROKEN: Record<string, (trx: Knex) => PromiseLike<unknown>> = {
  'a constraint': (trx) => trx('notes').insert([{ id: 2 }, { id: 2 }]),
  'an unknown table': (trx) => trx.raw('select * from nowhere'),
  'a value that does not fit': (trx) => trx.raw("select 'x'::int"),
  'an error that a function raises': (trx) =>
    trx.raw("do $$ begin raise exception 'no' using errcode = 'P0001'; end $$"),
}

describe.each([
  { part: 'auth', transact: authTransact },
  { part: 'reviews', transact: reviewsTransact },
])('transactions of $part', ({ transact }) => {
  test.each(Object.keys(BROKEN))('an error that was swallowed comes out: %s', async (name) => {
    const breaks = BROKEN[name] ?? expect.fail(name)
    const outcome = transact(db, async (trx) => {
      await trx('notes').insert({ id: 1 })
      await swallow(breaks(trx))
      return 'ok'
    })
    await expect(outcome).rejects.toMatchObject({ code: expect.stringMatching(/^[0-9A-Z]{5}$/) })
    expect(await notes()).toEqual([])
  })

  test('also one that was swallowed last of all, or with others after it', async () => {
    const outcome = transact(db, async (trx) => {
      await swallow(trx.raw('select * from nowhere'))
      await swallow(trx('notes').insert({ id: 3 }))
    })
    // The first says what went wrong; those after it only that something had.
    await expect(outcome).rejects.toMatchObject({ code: '42P01' })
  })

  test('a savepoint that was rolled back costs the transaction nothing', async () => {
    const answer = await transact(db, async (trx) => {
      await trx('notes').insert({ id: 1 })
      await swallow(trx.transaction(async (inner) => await inner('notes').insert({ id: 1 })))
      await swallow(transact(trx, async (inner) => await inner('notes').insert({ id: 1 })))
      await trx('notes').insert({ id: 2 })
      return 'ok'
    })
    expect(answer).toBe('ok')
    expect(await notes()).toEqual([1, 2])
  })

  test('one that swallowed an error within is undone, and says so to the one around it', async () => {
    const inner = transact(db, async (trx) => {
      await trx('notes').insert({ id: 1 })
      const nested = transact(trx, async (savepoint) => {
        await savepoint('notes').insert({ id: 2 })
        await swallow(savepoint.raw('select * from nowhere'))
      })
      await expect(nested).rejects.toMatchObject({ code: '42P01' })
      await trx('notes').insert({ id: 3 })
    })
    await inner
    expect(await notes()).toEqual([1, 3])
  })

  test('what throws is undone as before, and what does not is kept', async () => {
    await expect(
      transact(db, async (trx) => {
        await trx('notes').insert({ id: 1 })
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(await transact(db, async (trx) => (await trx('notes').insert({ id: 5 })) && 5)).toBe(5)
    expect(await notes()).toEqual([5])
  })
})

test('a serialization failure that was swallowed is tried again like any other', async () => {
  let attempts = 0
  const answer = await authTransact(db, async (trx) => {
    attempts += 1
    await trx('notes').insert({ id: attempts })
    if (attempts < 3)
      await swallow(trx.raw("do $$ begin raise exception 'again' using errcode = '40001'; end $$"))
    return 'ok'
  })
  expect([answer, attempts, await notes()]).toEqual(['ok', 3, [3]])
})

test('within another transaction nothing is tried again: the outermost one does that', async () => {
  let inner = 0
  const outcome = authTransact(db, async (trx) => {
    const nested = authTransact(trx, async (savepoint) => {
      inner += 1
      await savepoint.raw("do $$ begin raise exception 'again' using errcode = '40P01'; end $$")
    })
    await nested
  })
  await expect(outcome).rejects.toMatchObject({ code: '40P01' })
  expect(inner).toBe(3)
})

test('an event whose consumer swallows an error is not taken for applied', async () => {
  const handle = () =>
    db.transaction((trx) =>
      applyOnce(trx, { id: 'evt_1' }, async () => {
        await swallow(trx.raw('select * from nowhere'))
        return undefined
      }),
    )
  await expect(handle()).rejects.toMatchObject({ code: '25P02' })
  expect(await db('applied_events').where('event_id', 'evt_1')).toEqual([])
})

test('no part opens a transaction in another way', () => {
  const sources = readdirSync('subgraphs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join('subgraphs', name))
  expect(sources.length).toBeGreaterThan(100)
  const own = sources.filter((name) => /\.transaction\(/.test(readFileSync(name, 'utf8')))
  expect(own.sort()).toEqual(['subgraphs/auth/core/database.ts', 'subgraphs/reviews/transact.ts'])
})

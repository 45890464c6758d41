// With a crowd in the tables, what auth asks often stays on indexes: the statements are the running ones, told by auto_explain.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../../migrations/index.ts'
import { connectPostgres } from '../../subgraphs/auth/core/database.ts'
import { fillCrowd } from '../bench/auth-crowd.ts'
import { findBadPlans, watchPlans } from '../bench/auth-plans.ts'
import { type Walk, walk } from '../bench/auth-walk.ts'
import { type AuthWorld, createAuthWorld, withClient } from '../bench/auth-world.ts'

const SESSIONS = 100_000

let world: AuthWorld
let walked: Walk

beforeAll(async () => {
  world = await createAuthWorld(process.env.DATABASE_URL ?? '', { hashCost: 10 })
  const { db, stop } = connectPostgres(world.databaseUrl, 2)
  await migrate(db)
  await stop()
  const size = await withClient(world.databaseUrl, (client) =>
    fillCrowd(client, { ...world, sessions: SESSIONS }),
  )
  walked = await walk(world, size)
})
afterAll(async () => {
  await world?.stop()
})

test('no statement that auth runs often reads a large table as a whole', () => {
  expect(walked.bad).toEqual([])
})

test('every step was seen at work on its tables', () => {
  const tablesOf = (step: string) => [
    ...new Set(
      walked.plans
        .filter((plan) => plan.step === step)
        .flatMap(({ scans }) => scans.map(({ table }) => table)),
    ),
  ]
  expect(tablesOf('revocation feed, from the start')).toContain('revocations')
  expect(tablesOf('in the background')).toContain('outbox_events')
  expect(tablesOf('refresh')).toEqual(expect.arrayContaining(['sessions', 'users']))
  expect(tablesOf('API key')).toContain('api_keys')
  expect(tablesOf('many credentials at once')).toEqual(
    expect.arrayContaining(['sessions', 'api_keys', 'users']),
  )
  expect(tablesOf('login, known device')).toContain('known_devices')
  expect(tablesOf('lists of one person')).toEqual(expect.arrayContaining(['sessions', 'api_keys']))
  expect(tablesOf('list of users')).toEqual(expect.arrayContaining(['users', 'user_roles']))
  // Auth sweeps by itself every ten seconds, in the middle of whatever is looked at then.
  for (const table of ['verifications', 'throttles']) {
    const sweeps = walked.plans.filter(({ statement }) =>
      statement.startsWith(`delete from "${table}"`),
    )
    expect(sweeps, table).toHaveLength(1)
  }
})

test('a scan of a large table would be told', async () => {
  const watch = watchPlans(world.databaseUrl)
  const { db, stop } = watch.database
  watch.begin('a search without an index')
  await db('users').where('full_name', 'Nobody').first()
  await db('roles').where('name', 'admin').first()
  const bad = await findBadPlans(db, watch.plans())
  await stop()
  expect(bad).toEqual([expect.stringMatching(/^a search without an index: Seq Scan on users/)])
})

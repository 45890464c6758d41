// How what apps were let do is swept when it is over: a million grants, each with a refresh token and a code, two thirds of them over.
// Each run must be bounded, find its rows by an index, and take as long at the end as at the beginning.
import type { Knex } from 'knex'
import { migrate } from '../../migrations/index.ts'
import { connectPostgres } from '../../subgraphs/auth/core/database.ts'
import { sweep } from '../../subgraphs/auth/housekeeping/sweep.ts'
import { createAuthWorld, withClient } from './auth-world.ts'

const GRANTS = Number(process.argv[2] ?? 1_000_000)
const OVER = Math.floor((GRANTS * 2) / 3)
const SESSIONS_OF_ONE = 100
const TABLES = ['oauth_grants', 'oauth_refresh_families', 'oauth_objects'] as const

const server = process.env.DATABASE_URL
if (!server) throw new Error('DATABASE_URL: a PostgreSQL server where a database may be made')
const world = await createAuthWorld(server)
const { db, stop } = connectPostgres(world.databaseUrl, 2)
try {
  await migrate(db)
  await timed(`${GRANTS} grants, refresh tokens and codes`, () => fill(world.databaseUrl))
  await printSizes(db)
  await printPlans(db)
  await sweepAll(db)
  await printSizes(db)
  await printPlans(db)
} finally {
  await stop()
  await world.stop()
}

async function fill(url: string): Promise<void> {
  const people = Math.ceil(GRANTS / SESSIONS_OF_ONE)
  // Spread over the time that is over and the time to come: tables as they grow, not one day's.
  const ends = `now() - interval '25 hours' + (i - ${OVER}) * interval '1 second'`
  await withClient(url, async (client) => {
    await client.query('begin')
    await client.query(
      `insert into users (id, email, email_normalized)
       select 'usr_' || i, 'p' || i || '@example.com', 'p' || i || '@example.com'
       from generate_series(1, $1::int) i`,
      [people],
    )
    await client.query(
      `insert into user_emails (id, user_id, email, email_normalized)
       select 'eml_' || id, id, email, email_normalized from users`,
    )
    await client.query('commit')
    await client.query(
      `insert into oauth_grants (id, user_id, client_id, client_name, session_id, scopes, resources, offline, expires_at)
       select 'grt_' || i, 'usr_' || (1 + i % $2::int), 'cli_' || i % 50, 'Shop', 'ses_' || i, '{openid,graph}', '{}', true, ${ends}
       from generate_series(1, $1::int) i`,
      [GRANTS, people],
    )
    await client.query(
      `insert into oauth_refresh_families (family_id, grant_id, family_hash, turn_hash, payload, idle_expires_at, expires_at)
       select 'fam_' || i, 'grt_' || i, md5(i::text), md5(i::text), '{"kind": "RefreshToken"}', ${ends}, ${ends}
       from generate_series(1, $1::int) i`,
      [GRANTS],
    )
    await client.query(
      `insert into oauth_objects (model, id_hash, payload, grant_id, expires_at)
       select 'AuthorizationCode', md5(i::text), '{"kind": "AuthorizationCode"}', 'grt_' || i, ${ends}
       from generate_series(1, $1::int) i`,
      [GRANTS],
    )
    await client.query('analyze')
  })
}

/** Run after run, as an instance of auth does it every ten seconds, until a run finds nothing. */
async function sweepAll(db: Knex): Promise<void> {
  const runs: { ms: number; grants: number }[] = []
  for (let before = await countGrants(db); ; ) {
    const startedAt = performance.now()
    await sweep(db)
    const ms = performance.now() - startedAt
    const after = await countGrants(db)
    runs.push({ ms, grants: before - after })
    if (before === after) break
    before = after
  }
  const swept = runs.slice(0, -1)
  const tenth = Math.ceil(swept.length / 10)
  console.log(
    `\n${swept.length} runs, at most ${Math.max(...swept.map(({ grants }) => grants))} grants each, ${swept.reduce((sum, { grants }) => sum + grants, 0)} in all`,
  )
  console.log(`a run, median (lowest to highest): ${spread(swept)}`)
  console.log(
    `the first tenth: ${spread(swept.slice(0, tenth))}; the last: ${spread(swept.slice(-tenth))}`,
  )
  console.log(`the run that found nothing: ${runs.at(-1)?.ms.toFixed(1)} ms`)
}

function spread(runs: readonly { readonly ms: number }[]): string {
  const sorted = runs.map(({ ms }) => ms).sort((one, other) => one - other)
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(0)
  return `${at(0.5)} ms (${at(0)} to ${at(1)})`
}

async function countGrants(db: Knex): Promise<number> {
  const { rows } = await db.raw<{ rows: { count: string }[] }>('select count(*) from oauth_grants')
  return Number(rows[0]?.count)
}

/** Of each statement of a sweep that touches these tables, with what it reads; nothing of it stays. */
async function printPlans(db: Knex): Promise<void> {
  const asked: { readonly sql: string; readonly bindings: readonly unknown[] }[] = []
  const listen = (query: { sql: string; bindings?: readonly unknown[] }) =>
    asked.push({ sql: query.sql, bindings: query.bindings ?? [] })
  db.on('query', listen)
  const undone = new Error('undone')
  await db
    .transaction(async (trx) => {
      await sweep(trx)
      throw undone
    })
    .catch((error: unknown) => {
      if (error !== undone) throw error
    })
  db.off('query', listen)
  for (const { sql, bindings } of asked.filter(({ sql }) => /^(delete|update).*oauth_/.test(sql))) {
    await withClient(world.databaseUrl, async (client) => {
      await client.query('begin')
      const { rows } = await client.query(`explain (analyze, buffers, costs off) ${sql}`, [
        ...bindings,
      ])
      await client.query('rollback')
      console.log(`\n${sql}\n${rows.map((row) => `  ${row['QUERY PLAN']}`).join('\n')}`)
    })
  }
}

async function printSizes(db: Knex): Promise<void> {
  const { rows } = await db.raw(
    `select relname as name, pg_size_pretty(pg_total_relation_size(oid)) as size from pg_class where relname = any(?) order by 1`,
    [[...TABLES]],
  )
  console.log(
    rows.map(({ name, size }: { name: string; size: string }) => `${name} ${size}`).join(', '),
  )
}

async function timed(what: string, work: () => Promise<void>): Promise<void> {
  const startedAt = performance.now()
  await work()
  console.log(`${what}: ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
}

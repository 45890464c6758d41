// Migrations expand, and contract a release later (docs/operators.md, "A new version"): each leaves the version before at work.
import { expect, test } from 'vitest'
import { type Migration, migrations } from '../../migrations/index.ts'
import { createTestDatabase } from '../database.ts'
import { EARLIER } from './earlier-version.ts'
import { findBreaches, pictureOf, type SchemaPicture } from './schema-picture.ts'

/** What a migration after the last release takes away or refuses all the same, and why nobody stumbles over it. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {}

const released = migrations.findIndex(({ name }) => name === EARLIER.migration) + 1

async function breachesOf(later: readonly Migration[]): Promise<Map<string, string[]>> {
  const database = await createTestDatabase('empty')
  const { db, stop } = await database.connect()
  try {
    for (const { up } of migrations.slice(0, released)) await up(db)
    let before: SchemaPicture = await pictureOf(db)
    const found = new Map<string, string[]>()
    for (const { name, up } of later) {
      await up(db)
      const after = await pictureOf(db)
      found.set(name, findBreaches(before, after))
      before = after
    }
    return found
  } finally {
    await stop()
    await database.drop()
  }
}

test('no migration since the last release takes anything from an instance of the version before', async () => {
  expect(released).toBeGreaterThan(0)
  const found = await breachesOf(migrations.slice(released))
  expect(found.size).toBeGreaterThan(0)
  for (const [name, breaches] of found) expect([name, breaches]).toEqual([name, KNOWN[name] ?? []])
})

test.each([
  ['drop table devices_of_old', /./],
  ['alter table users drop column full_name cascade', /users\.full_name is gone/],
  ['alter table users rename column full_name to name', /users\.full_name is gone/],
  ['alter table users alter column full_name set not null', /users\.full_name is required/],
  ['alter table users alter column token_version type bigint', /is bigint, and was integer/],
  ['alter table users alter column token_version drop default', /has lost its default/],
  ['alter table users add column plan text not null', /users\.plan is required and has no default/],
  ["alter table users add check (full_name <> 'x')", /users: .* refuses what older/],
  [
    "alter table revocations drop constraint revocations_kind_check, add constraint revocations_kind_check check (kind in ('session', 'user'))",
    /revocations_kind_check refuses/,
  ],
  ['create unique index one_name on users (full_name)', /users: one_name refuses/],
  [
    'alter table users add column is_member boolean not null default true; create unique index one_member on users (full_name) where is_member',
    /one_member refuses/,
  ],
  ['alter table roles drop constraint roles_pkey cascade', /roles_pkey is gone: .* ON CONFLICT/],
] as const)('%s would be found', async (statement, told) => {
  const name = '9999-breaks'
  const breaks: Migration = {
    name,
    up: async (db) => {
      if (statement.includes('devices_of_old'))
        await db.raw('alter table known_devices rename to devices_of_old')
      await db.raw(statement)
    },
  }
  const found = await breachesOf([breaks])
  expect(found.get(name)?.join('\n')).toMatch(told)
})

test('what only adds breaks nothing: a further word, a table, a column with a default, one that may be null, an index', async () => {
  const name = '9999-adds'
  const adds: Migration = {
    name,
    up: async (db) => {
      await db.raw(`create table plans (id text primary key, name text not null unique);
        alter table users add column plan text, add column level integer not null default 1;
        create index users_by_level on users (level);
        alter table revocations drop constraint revocations_kind_check, add constraint revocations_kind_check
          check (kind in ('session', 'user', 'api-key', 'api-key-changed', 'signing-key',
            'issued-before', 'plan'))`)
    },
  }
  expect((await breachesOf([adds])).get(name)).toEqual([])
})

test.each([
  'alter table users add column handle text unique',
  `alter table users add column is_chief boolean not null default false;
    create unique index one_chief on users (status) where is_chief`,
])('a new column may be unique, or say what is: older instances leave it out (%#)', async (sql) => {
  const up = async (db: Parameters<Migration['up']>[0]) => {
    await db.raw(sql)
  }
  expect(await breachesOf([...migrations.slice(released), { name: '9999-adds', up }])).toEqual(
    new Map([...(await breachesOf(migrations.slice(released))), ['9999-adds', []]]),
  )
})

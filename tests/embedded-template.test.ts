// The folder that a new embedded database begins as: what the installed PGlite would make by itself, and lasting.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { afterAll, expect, test } from 'vitest'
import { migrate } from '../migrations/index.ts'
import { migrateReviews } from '../migrations/reviews/index.ts'
import { openEmbedded } from '../platform/embedded/open.ts'
import { TEMPLATE_PGLITE, unpackTemplate } from '../platform/embedded/template.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-template-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What differs between two databases that PostgreSQL itself made, or that were migrated otherwise. */
const CATALOG = `with ours as (select oid, nspname from pg_namespace where nspname in ('public', 'reviews')) select
  (select array_agg(format('%s %s', relname, relkind) order by relname) from pg_class where relnamespace = 'pg_catalog'::regnamespace) as relations,
  (select array_agg(format('%s %s %s', oid::regprocedure, md5(prosrc), proacl) order by oid::regprocedure::text) from pg_proc) as functions,
  (select array_agg(name || '=' || setting order by name) from pg_settings
   where name in ('server_version', 'server_encoding', 'lc_messages', 'TimeZone', 'default_text_search_config', 'block_size')) as settings,
  (select format('%s %s %s', datcollate, datctype, encoding) from pg_database where datname = current_database()) as locale,
  (select array_agg(format('%s %s %s', oid::regclass, relowner::regrole, relacl) order by oid::regclass::text) from pg_class where relnamespace in (select oid from ours)) as tables,
  (select array_agg(format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) order by table_name, ordinal_position)
   from information_schema.columns where table_schema in (select nspname from ours)) as columns,
  (select array_agg(indexdef order by indexdef) from pg_indexes where schemaname in (select nspname from ours)) as indexes,
  (select array_agg(format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) order by conrelid::regclass::text, pg_get_constraintdef(oid)) from pg_constraint) as constraints,
  (select array_agg(pg_get_triggerdef(oid) order by tgname) from pg_trigger where not tgisinternal) as triggers`

/** What the tables hold, without when it was put there. */
async function rowsOf(db: Knex): Promise<Record<string, unknown[]>> {
  const { rows: tables } = await db.raw<{ rows: { schemaname: string; tablename: string }[] }>(
    "select schemaname, tablename from pg_tables where schemaname in ('public', 'reviews') order by 1, 2",
  )
  const found: Record<string, unknown[]> = {}
  for (const { schemaname, tablename } of tables) {
    const rows: object[] = await db.withSchema(schemaname).from(tablename)
    found[`${schemaname}.${tablename}`] = rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([, value]) => !(value instanceof Date))),
    )
  }
  return found
}

test('the template is of the installed PGlite, and what that and the migrations make', async () => {
  const installed = JSON.parse(
    readFileSync('node_modules/@electric-sql/pglite/package.json', 'utf8'),
  ) as { version: string }
  expect(TEMPLATE_PGLITE).toBe(installed.version)
  const unpacked = await openEmbedded({ folder: join(folder, 'unpacked') })
  const made = await openEmbedded({ folder: null })
  await migrate(made.owner)
  await migrateReviews(await made.part('reviews'))
  const outdated = 'The template is older than the migrations: npm run template'
  const catalogOf = async ({ owner }: typeof made) => (await owner.raw(CATALOG)).rows
  expect(await catalogOf(unpacked), outdated).toEqual(await catalogOf(made))
  const rows = await rowsOf(unpacked.owner)
  expect(rows, outdated).toEqual(await rowsOf(made.owner))
  const filled = Object.keys(rows).filter((table) => rows[table]?.length)
  // Nobody's data, and no key.
  expect(filled).toEqual([
    ...['public.auth_migrations', 'public.auth_migrations_lock', 'public.roles'],
    ...['reviews.products', 'reviews.reviews'],
    ...['reviews.reviews_migrations', 'reviews.reviews_migrations_lock'],
  ])
  await unpacked.stop()
  await made.stop()
  expect(unpackTemplate(join(folder, 'other'), '0.0.1')).toBe(false)
})

test('auth and reviews in one database see their own tables alone, and keep them', async () => {
  const open = () => openEmbedded({ folder: join(folder, 'shared') })
  let shared = await open()
  let reviews = await shared.part('reviews')
  await migrate(shared.owner)
  await migrateReviews(reviews)
  await expect(reviews('public.users').select()).rejects.toThrow('permission denied')
  await expect(reviews('users').select()).rejects.toThrow('does not exist')
  await expect(shared.owner('products').select()).rejects.toThrow('does not exist')
  // Turns are whole transactions: a statement of the other part waits, and is in none.
  const order: string[] = []
  let waiting: Promise<unknown> = Promise.resolve()
  await shared.owner.transaction(async (trx) => {
    await trx.raw('select 1')
    waiting = reviews('products')
      .count()
      .then(() => order.push('reviews'))
    await new Promise((resolve) => setTimeout(resolve, 100))
    await trx.raw('create table kept (id int)')
    order.push('auth')
  })
  await waiting
  expect(order).toEqual(['auth', 'reviews'])
  await expect(
    reviews.transaction(async (trx) => {
      await trx('reviews').delete()
      throw new Error('rolled back')
    }),
  ).rejects.toThrow('rolled back')
  await shared.stop()

  shared = await open()
  reviews = await shared.part('reviews')
  expect(await migrate(shared.owner)).toEqual([])
  expect(await migrateReviews(reviews)).toEqual([])
  expect(await shared.owner('kept').select()).toEqual([])
  expect((await reviews('reviews').select()).length).toBeGreaterThan(0)
  await shared.stop()
})

// The folder that a new embedded database begins as: what the installed PGlite would make by itself, and lasting.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { afterAll, expect, test } from 'vitest'
import { migrate } from '../migrations/index.ts'
import { migrateReviews } from '../migrations/reviews/index.ts'
import { openEmbedded } from '../platform/embedded/open.ts'
import { TEMPLATE_PGLITE, unpackTemplate } from '../platform/embedded/template.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-template-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What differs between two databases that PostgreSQL itself made. */
const CATALOG = `select
  (select array_agg(format('%s %s', relname, relkind) order by relname) from pg_class where relnamespace = 'pg_catalog'::regnamespace) as relations,
  (select count(*) from pg_proc)::int as functions,
  (select array_agg(name || '=' || setting order by name) from pg_settings
   where name in ('server_version', 'server_encoding', 'lc_messages', 'TimeZone', 'default_text_search_config', 'block_size')) as settings,
  (select format('%s %s %s', datcollate, datctype, encoding) from pg_database where datname = current_database()) as locale`

test('the template is of the installed PGlite, and like a folder that it makes by itself', async () => {
  const installed = JSON.parse(
    readFileSync('node_modules/@electric-sql/pglite/package.json', 'utf8'),
  ) as { version: string }
  expect(TEMPLATE_PGLITE).toBe(installed.version)
  expect(unpackTemplate(join(folder, 'plain'), TEMPLATE_PGLITE)).toBe(true)
  const unpacked = await PGlite.create(join(folder, 'plain'))
  const made = await PGlite.create()
  expect((await unpacked.query(CATALOG)).rows).toEqual((await made.query(CATALOG)).rows)
  await unpacked.close()
  await made.close()
  expect(unpackTemplate(join(folder, 'other'), '0.0.1')).toBe(false)
}, 120_000)

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
}, 120_000)

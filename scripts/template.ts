// Makes the folder that a new embedded database begins as: `npm run template`, after a migration was added or changed, or
// PGlite's version.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { migrate } from '../migrations/index.ts'
import { migrateReviews, REVIEWS_SCHEMA } from '../migrations/reviews/index.ts'
import { openEmbedded } from '../platform/embedded/open.ts'

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'sallyport-template-'))
const pg = join(folder, 'pg')
const open = () => PGlite.create({ dataDir: pg, extensions: { pg_trgm } })
try {
  await (await open()).close()
  await makeTables()
  await makeSmall()
  // Opened once more, so that it is dumped as it was closed.
  const closed = await open()
  const tar = Buffer.from(await (await closed.dumpDataDir('none')).arrayBuffer())
  await closed.close()
  writeFileSync(join(root, 'platform/embedded/template.tar.br'), compress(tar))
  const installed = JSON.parse(
    readFileSync(join(root, 'node_modules/@electric-sql/pglite/package.json'), 'utf8'),
  ) as { version: string }
  console.log(
    `Made platform/embedded/template.tar.br for PGlite ${installed.version}: TEMPLATE_PGLITE in platform/embedded/template.ts says so.`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Those of both parts, as `npm start` has them. */
async function makeTables(): Promise<void> {
  const { owner, part, stop } = await openEmbedded({ folder })
  await migrate(owner)
  await migrateReviews(await part(REVIEWS_SCHEMA))
  await stop()
}

/** An embedded database makes no others: what they would be copied from is two thirds of the folder. */
async function makeSmall(): Promise<void> {
  const database = await open()
  await database.exec("update pg_database set datistemplate = false where datname like 'template_'")
  for (const name of ['template0', 'template1']) await database.exec(`drop database ${name}`)
  await database.exec('vacuum')
  // What was written ahead is in the tables now: without recycling it goes, instead of being kept for its name.
  await database.exec('set wal_recycle = off')
  await database.exec('select pg_switch_wal()')
  await database.exec('checkpoint')
  await database.close()
}

function compress(tar: Buffer): Buffer {
  const { BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT, BROTLI_PARAM_QUALITY } = constants
  return brotliCompressSync(tar, {
    params: {
      [BROTLI_PARAM_QUALITY]: 11,
      [BROTLI_PARAM_LGWIN]: 24,
      [BROTLI_PARAM_SIZE_HINT]: tar.length,
    },
  })
}

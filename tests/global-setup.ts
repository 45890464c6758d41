// Migrates once: every test file opens a copy of this database instead of making its own.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { createPgConfig } from '@electric-sql/pglite/node-postgres'
import knex from 'knex'
import type { TestProject } from 'vitest/node'
import { migrate } from '../migrations/index.ts'
import { TEMPLATE_PGLITE, unpackTemplate } from '../platform/embedded/template.ts'
import { createOnServer } from './database-on-server.ts'

/** A test's database is a few megabytes: 128 MB of buffers would be laid out for each. */
const SMALL = '\nshared_buffers = 8MB\n'

declare module 'vitest' {
  interface ProvidedContext {
    /** A file, where the suite runs on PGlite. */
    readonly databaseSnapshot: string | null
    /** A database, where it runs on a server. */
    readonly databaseTemplate: string | null
  }
}

export default async function setup(project: TestProject): Promise<() => unknown> {
  const { DATABASE_URL: server } = process.env
  return await (server ? makeTemplate(project, server) : makeSnapshot(project))
}

async function makeTemplate(project: TestProject, server: string): Promise<() => unknown> {
  const template = await createOnServer(server, 'template1')
  const { db, stop } = await template.connect()
  await migrate(db)
  // Nobody may be connected to what is copied.
  await stop()
  project.provide('databaseSnapshot', null)
  project.provide('databaseTemplate', new URL(template.url ?? '').pathname.slice(1))
  return template.drop
}

async function makeSnapshot(project: TestProject): Promise<() => unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-snapshot-'))
  const made = join(folder, 'made')
  // As `npm start` makes it: without the databases that others would be copied from, two thirds of what there is to copy.
  unpackTemplate(made, TEMPLATE_PGLITE)
  appendFileSync(join(made, 'postgresql.conf'), SMALL)
  const first = await PGlite.create({ dataDir: made, extensions: { pg_trgm } })
  const db = knex({
    client: 'pg',
    pool: { min: 1, max: 1 },
    connection: createPgConfig(first) as never,
  })
  await migrate(db)
  await db.destroy()
  await first.close()
  // Opened once more, so that it is dumped as it was closed: a copy has nothing to recover.
  const closed = await PGlite.create({ dataDir: made, extensions: { pg_trgm } })
  const file = join(folder, 'database.tar')
  writeFileSync(file, Buffer.from(await (await closed.dumpDataDir('none')).arrayBuffer()))
  await closed.close()
  project.provide('databaseSnapshot', file)
  project.provide('databaseTemplate', null)
  return () => rmSync(folder, { recursive: true, force: true })
}

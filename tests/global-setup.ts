// Migrates once: every test file opens a copy of this database instead of making its own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { createPgConfig } from '@electric-sql/pglite/node-postgres'
import knex from 'knex'
import type { TestProject } from 'vitest/node'
import { migrate } from '../migrations/index.ts'
import { createOnServer } from './database-on-server.ts'

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
  const file = join(folder, 'database.tar')
  const pglite = await PGlite.create({ extensions: { pg_trgm } })
  const db = knex({
    client: 'pg',
    pool: { min: 1, max: 1 },
    connection: createPgConfig(pglite) as never,
  })
  await migrate(db)
  writeFileSync(file, Buffer.from(await (await pglite.dumpDataDir('none')).arrayBuffer()))
  await db.destroy()
  await pglite.close()
  project.provide('databaseSnapshot', file)
  project.provide('databaseTemplate', null)
  return () => rmSync(folder, { recursive: true, force: true })
}

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

declare module 'vitest' {
  interface ProvidedContext {
    readonly databaseSnapshot: string | null
  }
}

export default async function setup(project: TestProject): Promise<(() => void) | undefined> {
  if (process.env.DATABASE_URL) {
    project.provide('databaseSnapshot', null)
    return undefined
  }
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
  return () => rmSync(folder, { recursive: true, force: true })
}

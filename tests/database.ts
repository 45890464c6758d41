// A database of a test's own: a copy of the migrated PGlite, or a fresh one on the server of DATABASE_URL.
import { randomBytes } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import pg from 'pg'
import { inject } from 'vitest'
import { connectPostgres, type Database, openEmbedded } from '../subgraphs/auth/database.ts'

export interface TestDatabase {
  /** null on PGlite. */
  readonly url: string | null
  /** Another pool on the same database; on PGlite the one that there is. */
  connect(): Promise<Database>
  drop(): Promise<void>
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const server = process.env.DATABASE_URL
  return server ? await createOnServer(server) : await createEmbedded()
}

async function createEmbedded(): Promise<TestDatabase> {
  const snapshot = inject('databaseSnapshot')
  const opened = await openEmbedded(
    null,
    snapshot === null ? undefined : await openAsBlob(snapshot),
  )
  const shared: Database = { db: opened.db, stop: async () => {} }
  return { url: null, connect: async () => shared, drop: opened.stop }
}

async function createOnServer(server: string): Promise<TestDatabase> {
  const name = `sallyport_test_${randomBytes(6).toString('hex')}`
  await administer(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: url.href,
    connect: async () => connectPostgres(url.href, 10),
    drop: async () => await administer(server, `drop database if exists ${name} with (force)`),
  }
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

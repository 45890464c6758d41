// A database that a test makes on the server of DATABASE_URL, and drops.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { connectPostgres, type Database } from '../subgraphs/auth/core/database.ts'

export interface TestDatabase {
  /** null on PGlite. */
  readonly url: string | null
  /** Another pool on the same database; on PGlite the one that there is. */
  connect(): Promise<Database>
  drop(): Promise<void>
}

/** @param template the database that it is a copy of; nobody may be connected to that one meanwhile */
export async function createOnServer(server: string, template: string): Promise<TestDatabase> {
  const name = `sallyport_test_${randomBytes(6).toString('hex')}`
  await administer(server, `create database ${name} template ${template}`)
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

// A database of a test's own: a copy of the migrated one that this run made, on PGlite or on the server of DATABASE_URL.
import { openAsBlob } from 'node:fs'
import { inject } from 'vitest'
import { type Database, openEmbedded } from '../subgraphs/auth/core/database.ts'
import { createOnServer, type TestDatabase } from './database-on-server.ts'

/** @param kind `empty`: nothing was migrated; it is there on a server alone. */
export async function createTestDatabase(
  kind: 'migrated' | 'empty' = 'migrated',
): Promise<TestDatabase> {
  const server = process.env.DATABASE_URL
  if (!server) return await createEmbedded()
  const template = kind === 'empty' ? 'template1' : inject('databaseTemplate')
  return await createOnServer(server, template ?? 'template1')
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

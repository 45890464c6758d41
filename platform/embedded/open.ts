// PGlite, PostgreSQL inside this process: one session, which the parts take in turns.
//
//   auth     -- turn: reset role, search_path = public  --> queries --> release
//   reviews  -- waits .................................................. turn: its role, its schema --> ...
//
// A turn is as long as knex holds a connection: a statement, or a whole transaction. So no part gets into a transaction
// of another, and each sees its own tables alone, as it would in a database of its own.
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import knex, { type Knex } from 'knex'
import { lockDataFolder } from './data-folder.ts'
import { TEMPLATE_PGLITE, unpackTemplate } from './template.ts'

export interface EmbeddedDatabase {
  /** For anyone who owns the database: its tables are in `public`. */
  readonly owner: Knex
  /** The same for a part that has the database to itself, and its tables in a schema. */
  ownerIn(schema: string): Knex
  /** For a part with a schema of that name, and no right to anything else. */
  part(schema: string): Promise<Knex>
  stop(): Promise<void>
}

/** PGlite has one connection: work waits for it. */
const ACQUIRE_TIMEOUT_MS = 30_000

export interface OpenEmbedded {
  /** null: in memory. */
  readonly folder: string | null
  /** What a test's database begins as. */
  readonly contents?: Blob | undefined
  readonly log?: Knex.Logger | undefined
}

/** @throws Error when another process holds the folder: two would corrupt it */
export async function openEmbedded({
  folder,
  contents,
  log,
}: OpenEmbedded): Promise<EmbeddedDatabase> {
  if (folder !== null) mkdirSync(folder, { recursive: true, mode: 0o700 })
  const unlock = folder === null ? () => {} : lockDataFolder(folder)
  try {
    const pglite = await openPglite(folder === null ? null : join(folder, 'pg'), contents)
    return await share(pglite, log, unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

async function openPglite(folder: string | null, contents: Blob | undefined) {
  const { PGlite } = await import('@electric-sql/pglite')
  const { pg_trgm } = await import('@electric-sql/pglite/contrib/pg_trgm')
  if (folder !== null && !existsSync(folder)) unpackTemplate(folder, TEMPLATE_PGLITE)
  return await PGlite.create({
    extensions: { pg_trgm },
    ...(folder === null ? {} : { dataDir: folder }),
    ...(contents === undefined ? {} : { loadDataDir: contents }),
  })
}

type Pglite = Awaited<ReturnType<typeof openPglite>>

async function share(
  pglite: Pglite,
  log: Knex.Logger | undefined,
  unlock: () => void,
): Promise<EmbeddedDatabase> {
  const { createPgConfig } = await import('@electric-sql/pglite/node-postgres')
  const logged = log === undefined ? {} : { log }
  const session = knex({
    client: 'pg',
    pool: { min: 1, max: 1, acquireTimeoutMillis: ACQUIRE_TIMEOUT_MS },
    // The adapter stands in for pg's own connection, which is not how knex types it.
    connection: createPgConfig(pglite) as unknown as Knex.PgConnectionConfig,
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    ...logged,
  })
  const connect = (entry: string) =>
    knex({
      client: 'pg',
      version: '18',
      connectionPool: takeTurns(session.client.pool, entry),
      ...logged,
    })
  const owner = connect('reset role; set search_path to public')
  const parts = [owner]
  return {
    owner,
    ownerIn: (schema) => {
      const inSchema = connect(`reset role; set search_path to "${schema}"`)
      parts.push(inSchema)
      return inSchema
    },
    part: async (schema) => {
      await prepareSchema(owner, schema)
      const part = connect(`set role "${schema}"; set search_path to "${schema}"`)
      parts.push(part)
      return part
    },
    stop: async () => {
      for (const part of parts) await part.destroy()
      await session.destroy()
      await pglite.close()
      unlock()
    },
  }
}

async function prepareSchema(owner: Knex, schema: string): Promise<void> {
  const { rows } = await owner.raw<{ rows: { database: string; found: boolean }[] }>(
    'select current_database() as database, exists(select from pg_roles where rolname = ?) as found',
    [schema],
  )
  if (rows[0]?.found) return
  await owner.raw('create role ?? nologin', [schema])
  // So that its migrations run as they do on a server, where they make the schema by themselves.
  await owner.raw('grant create on database ?? to ??', [rows[0]?.database ?? 'postgres', schema])
}

interface Session {
  query(text: string): Promise<unknown>
  /** What was last said at the beginning of a turn. */
  sallyportEntry?: string
}

interface Turns {
  acquire(): { promise: Promise<Session> }
  release(session: Session): boolean
}

/** The pool of one session, as a part sees it: anyone who has a turn is in its own role and schema. */
function takeTurns(pool: Turns, entry: string) {
  async function begin(): Promise<Session> {
    const session = await pool.acquire().promise
    if (session.sallyportEntry === entry) return session
    try {
      await session.query(entry)
      session.sallyportEntry = entry
      return session
    } catch (error) {
      delete session.sallyportEntry
      pool.release(session)
      throw error
    }
  }
  return {
    acquire: () => ({ promise: begin() }),
    release: (session: Session) => pool.release(session),
    destroy: async () => undefined,
    // knex knows a pool of this kind by these.
    numFree: () => 0,
    numUsed: () => 0,
    numPendingAcquires: () => 0,
  }
}

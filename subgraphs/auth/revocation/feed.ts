// The revocation feed: each auth instance reads the tables every 250 ms and tells the gateways that listen to it.
import type { ServerResponse } from 'node:http'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { TRANSACTION_TIMEOUT_MS } from '../database.ts'

export interface RevocationFeed {
  /** Sends a snapshot and the address rules, then changes and heartbeats, as NDJSON, until the listener leaves. @throws when the database is away */
  subscribe(response: ServerResponse): Promise<void>
  stop(): void
}

interface Listener {
  readonly response: ServerResponse
  /** What was published while the snapshot was being read; null once the snapshot is out. */
  backlog: string[] | null
}

interface Row {
  readonly id: string
  readonly kind: string
  readonly ref: string
  readonly ver: number | null
  readonly expires_epoch: number
}

const READ_MS = 250
/** Ids are taken before commit: a row may appear this long after later ones. Reading by `id > last` would skip it. */
const LATE_COMMIT_MS = TRANSACTION_TIMEOUT_MS + 5_000
const MAX_UNSENT_BYTES = 8 * 1024 * 1024

export function startRevocationFeed({
  db,
  log,
}: {
  readonly db: Knex
  readonly log: Logger
}): RevocationFeed {
  const listeners = new Set<Listener>()
  const sent = new Map<string, number>()
  let toldRules = ''
  let stopped = false
  let timer = setTimeout(tick, READ_MS)

  async function tick(): Promise<void> {
    try {
      if (listeners.size > 0) await publish()
      else sent.clear()
    } catch (error) {
      // No heartbeat: gateways see the silence and ask, then fail closed.
      log.warn({ err: error }, 'revocations could not be read')
    }
    if (!stopped) timer = setTimeout(tick, READ_MS)
  }

  async function publish(): Promise<void> {
    const { rows, at } = await readRows(db, LATE_COMMIT_MS)
    const fresh = rows.filter((row) => !sent.has(row.id))
    for (const row of fresh) sent.set(row.id, Date.now())
    forgetOld()
    if (fresh.length > 0) broadcast({ type: 'changes', at, entries: fresh.map(toEntry) })
    const rules = await readAddressRules(db)
    if (JSON.stringify(rules) !== toldRules) broadcast({ type: 'address-rules', at, rules })
    toldRules = JSON.stringify(rules)
    broadcast({ type: 'heartbeat', at })
  }

  function forgetOld(): void {
    for (const [id, time] of sent) {
      if (Date.now() - time < 4 * LATE_COMMIT_MS) break
      sent.delete(id)
    }
  }

  function broadcast(message: object): void {
    const line = `${JSON.stringify(message)}\n`
    for (const { backlog, response } of listeners) {
      if (backlog !== null) backlog.push(line)
      else if (response.writableLength > MAX_UNSENT_BYTES) response.destroy()
      else response.write(line)
    }
  }

  return {
    subscribe: async (response) => {
      // Listening begins before the snapshot is read: what commits in between arrives as a change.
      const listener: Listener = { response, backlog: [] }
      listeners.add(listener)
      response.on('close', () => listeners.delete(listener))
      try {
        const { rows, at } = await readRows(db, null)
        const rules = await readAddressRules(db)
        response.writeHead(200, {
          'content-type': 'application/x-ndjson',
          'cache-control': 'no-store',
        })
        response.write(`${JSON.stringify({ type: 'snapshot', at, entries: rows.map(toEntry) })}\n`)
        response.write(`${JSON.stringify({ type: 'address-rules', at, rules })}\n`)
        for (const line of listener.backlog ?? []) response.write(line)
        listener.backlog = null
      } catch (error) {
        listeners.delete(listener)
        throw error
      }
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
      for (const { response } of listeners) response.end()
    },
  }
}

/** @param windowMs how far back to read; null: everything that still counts */
async function readRows(db: Knex, windowMs: number | null): Promise<{ rows: Row[]; at: string }> {
  const rows: Row[] = await db('revocations')
    .whereRaw('expires_at > now()')
    .modify((query) => {
      if (windowMs !== null) query.whereRaw("recorded_at > now() - ? * interval '1 ms'", [windowMs])
    })
    .orderBy('id')
    .select(
      'id',
      'kind',
      'ref',
      'ver',
      db.raw('floor(extract(epoch from expires_at))::float8 as expires_epoch'),
    )
  const { rows: clock } = await db.raw<{ rows: { at: Date }[] }>('select now() as at')
  return { rows, at: (clock[0]?.at ?? new Date(0)).toISOString() }
}

async function readAddressRules(db: Knex): Promise<object[]> {
  return await db('address_rules')
    .orderBy('id')
    .select('action', 'applies_to as appliesTo', 'network')
}

function toEntry(row: Row): object {
  return {
    kind: row.kind,
    id: row.ref,
    ...(row.ver === null ? {} : { ver: row.ver }),
    expiresAt: row.expires_epoch,
  }
}

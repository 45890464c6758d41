// The revocation feed: each auth instance reads the tables every 250 ms and tells the gateways that listen to it.
import type { ServerResponse } from 'node:http'
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { isConnectionLost } from '../core/database.ts'
import { createListener, type FeedListener } from './listener.ts'
import {
  beginReading,
  type Look,
  type Reading,
  type RevocationRow,
  readOn,
} from './read-revocations.ts'

export interface RevocationFeed {
  /** Sends a snapshot and the address rules, then changes and heartbeats, as NDJSON, until the listener leaves. @throws when the database is unavailable */
  subscribe(response: ServerResponse): Promise<void>
  stop(): void
}

const READ_MS = 250
/** A gateway reads a line as a whole: a long list comes in many. */
const ENTRIES_PER_LINE = 500

export function startRevocationFeed({
  db,
  log,
}: {
  readonly db: Knex
  readonly log: Logger
}): RevocationFeed {
  const listeners = new Set<FeedListener>()
  /** What every listener knows or is about to be told; null while nobody listens. */
  let seen: Look | null = null
  /** Of what has changed since. One that fails in the middle goes on where it stood. */
  let reading: Reading | null = null
  let isInterrupted = false
  let toldRules = ''
  let stopped = false
  let timer = setTimeout(tick, READ_MS)

  async function tick(): Promise<void> {
    try {
      if (listeners.size > 0) await publish()
      else beginAnew()
    } catch (error) {
      // No heartbeat: gateways see the silence and ask, then fail closed.
      log.warn({ err: error }, 'revocations could not be read')
      isInterrupted ||= isConnectionLost(error)
    }
    if (!stopped) timer = setTimeout(tick, READ_MS)
  }

  async function publish(): Promise<void> {
    // The first snapshot that is read says where changes begin.
    if (seen === null) return
    reading ??= beginReading(seen)
    while (!reading.isDone) {
      const { rows, look, next }: Awaited<ReturnType<typeof readOn>> = await readOn(db, reading)
      if (isInterrupted || isOfAnotherServer(look, seen)) return beginAnew()
      for (const line of entryLines({ type: 'changes', at: look.at }, rows)) broadcast(line)
      reading = next
    }
    const rules = await readAddressRules(db)
    const at = reading.look?.at
    if (JSON.stringify(rules) !== toldRules) broadcast(toLine({ type: 'address-rules', at, rules }))
    toldRules = JSON.stringify(rules)
    seen = reading.look
    reading = null
    for (const listener of listeners) listener.beat(toLine({ type: 'heartbeat', at }))
  }

  // After a crash or on another server transactions are numbered as if some had never been: what was seen says nothing
  // any more. Anyone who listens comes back within two seconds, and begins with a snapshot.
  function beginAnew(): void {
    isInterrupted = false
    seen = null
    reading = null
    for (const listener of listeners) listener.end()
    listeners.clear()
  }

  function broadcast(line: string): void {
    for (const listener of listeners) listener.tell(line)
  }

  /** What commits while the pages are read arrives as a change: anyone who reads this listens already. */
  async function* snapshot(): AsyncGenerator<string> {
    let page = beginReading(null)
    while (!page.isDone) {
      const { rows, look, next } = await readOn(db, page)
      seen ??= look
      yield* entryLines({ type: 'snapshot', at: look.at, more: true }, rows)
      page = next
    }
    const at = page.look?.at
    // A gateway takes requests from the last line on: the rules that may deny them are part of it.
    const rules = await readAddressRules(db)
    yield toLine({ type: 'snapshot', at, entries: [], rules })
    // Gateways of before know them only by a line of their own.
    yield toLine({ type: 'address-rules', at, rules })
  }

  return {
    subscribe: async (response) => {
      const listener = createListener(response)
      listeners.add(listener)
      response.on('close', () => listeners.delete(listener))
      try {
        await listener.begin(snapshot())
      } catch (error) {
        listeners.delete(listener)
        throw error
      }
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
      for (const listener of listeners) listener.end()
    },
  }
}

async function readAddressRules(db: Knex): Promise<object[]> {
  return await db('address_rules')
    .orderBy('id')
    .select('action', 'applies_to as appliesTo', 'network')
}

function* entryLines(message: object, rows: readonly RevocationRow[]): Generator<string> {
  for (let start = 0; start < rows.length; start += ENTRIES_PER_LINE) {
    const entries = rows.slice(start, start + ENTRIES_PER_LINE).map(toEntry)
    yield toLine({ ...message, entries })
  }
}

function toLine(message: object): string {
  return `${JSON.stringify(message)}\n`
}

function toEntry(row: RevocationRow): object {
  return {
    kind: row.kind,
    id: row.ref,
    ...(row.ver === null ? {} : { ver: row.ver }),
    expiresAt: row.expires_epoch,
  }
}

function isOfAnotherServer(look: Look, before: Look): boolean {
  return look.server !== before.server || nextTransaction(look) < nextTransaction(before)
}

/** `xmin:xmax:…`: the first transaction that had not begun. */
function nextTransaction({ snapshot }: Look): bigint {
  return BigInt(snapshot.split(':')[1] ?? '')
}

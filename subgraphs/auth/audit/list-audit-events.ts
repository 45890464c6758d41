// Audit events, newest first: all of them for admins, and one's own for everybody.
import type { Knex } from 'knex'
import { badInput } from '../core/errors.ts'
import { type Connection, type ConnectionArguments, paginate } from '../core/pagination.ts'
import type { AuditFilter, QueryAuditEventsArgs } from '../generated.ts'

export interface AuditEventNode {
  /** A bigint, as text. */
  readonly id: string
  readonly created_at: Date
  readonly action: string
  readonly outcome: 'success' | 'failure'
  readonly actor_kind: string
  readonly actor_id: string | null
  readonly user_id: string | null
  readonly session_id: string | null
  readonly api_key_id: string | null
  readonly actor_session_id: string | null
  readonly actor_api_key_id: string | null
  readonly ip_address: string | null
  readonly user_agent: string | null
  readonly operation_name: string | null
  readonly operation_hash: string | null
  readonly request_id: string | null
  readonly detail: Readonly<Record<string, unknown>>
}

const MAX_ACTIONS = 20
const MAX_TEXT = 256

/** Everything. @throws AuthError BAD_USER_INPUT */
export async function listAuditEvents(
  db: Knex,
  { filter, ...page }: QueryAuditEventsArgs,
): Promise<Connection<AuditEventNode>> {
  const events = db('audit_events').select('*', 'occurred_at as created_at')
  if (filter) applyFilter(events, db, filter)
  return await pageOf(db, events, page)
}

interface RecordKey {
  readonly occurred_at: Date
  readonly record_id: string
}

/**
 * What concerns one person: what they did, and what was done to them. Of an admin who did it only the fact is told, since
 * the parts of a record are joined by whose they are. The page is found first, on the index: some have very many records.
 */
export async function listActivity(
  db: Knex,
  userId: string,
  page: ConnectionArguments,
): Promise<Connection<AuditEventNode>> {
  const keys = db('audit_personal')
    .where('person', userId)
    .groupBy('occurred_at', 'record_id')
    .select('occurred_at', 'record_id')
  const found = await paginate(keys, page, (row) => row as RecordKey, {
    column: 'occurred_at',
    idColumn: 'record_id',
    isDescending: true,
    isId,
  })
  const nodes = await loadActivity(
    db,
    userId,
    found.edges.map(({ node }) => node),
  )
  return {
    pageInfo: found.pageInfo,
    edges: found.edges.flatMap(({ cursor, node: { record_id } }) => {
      const node = nodes.find(({ id }) => id === record_id)
      return node === undefined ? [] : [{ cursor, node }]
    }),
  }
}

async function loadActivity(
  db: Knex,
  userId: string,
  keys: readonly RecordKey[],
): Promise<AuditEventNode[]> {
  if (keys.length === 0) return []
  const mine = db('audit_personal')
    .where('person', userId)
    .whereIn(
      ['occurred_at', 'record_id'],
      keys.map(({ occurred_at, record_id }) => [occurred_at, record_id]),
    )
    .groupBy('occurred_at', 'record_id')
    .select('occurred_at', 'record_id', db.raw('jsonb_object_agg(part, data) as parts'))
  const fact = (part: 'actor' | 'target', name: string, column: string) =>
    db.raw('parts -> ? ->> ? as ??', [part, name, column])
  return await db
    .from(mine.as('mine'))
    .join('audit_records as record', (join) =>
      join.on('record.occurred_at', 'mine.occurred_at').andOn('record.id', 'mine.record_id'),
    )
    .select(
      ...['record.id', 'record.occurred_at as created_at', 'action', 'outcome', 'actor_kind'],
      ...['operation_name', 'operation_hash', 'request_id'],
      fact('actor', 'id', 'actor_id'),
      fact('actor', 'ipAddress', 'ip_address'),
      fact('actor', 'userAgent', 'user_agent'),
      fact('actor', 'sessionId', 'actor_session_id'),
      fact('actor', 'apiKeyId', 'actor_api_key_id'),
      fact('target', 'id', 'user_id'),
      fact('target', 'sessionId', 'session_id'),
      fact('target', 'apiKeyId', 'api_key_id'),
      db.raw("coalesce(parts -> 'target' -> 'detail', '{}') || kept as detail"),
    )
}

async function pageOf(
  db: Knex,
  events: Knex.QueryBuilder,
  page: ConnectionArguments,
): Promise<Connection<AuditEventNode>> {
  return await paginate(
    db.from(events.as('events')).select('*'),
    page,
    (row) => row as AuditEventNode,
    { column: 'created_at', isDescending: true, isId },
  )
}

function isId(id: string): boolean {
  return /^\d{1,18}$/.test(id)
}

function applyFilter(events: Knex.QueryBuilder, db: Knex, filter: AuditFilter): void {
  for (const [name, value] of Object.entries(filter)) {
    if (typeof value === 'string' && value.length > MAX_TEXT)
      throw badInput(`filter.${name}`, `Use at most ${MAX_TEXT} characters.`)
  }
  const { actions, outcome, userId, sessionId, apiKeyId, ipAddress, requestId } = filter
  if (actions != null) {
    if (actions.length > MAX_ACTIONS)
      throw badInput('filter.actions', `Name at most ${MAX_ACTIONS} actions.`)
    events.whereIn('action', [...actions])
  }
  if (outcome != null) events.where('outcome', outcome.toLowerCase())
  if (userId != null) {
    events.whereIn(
      ['occurred_at', 'id'],
      db('audit_personal').where('person', userId).select('occurred_at', 'record_id'),
    )
  }
  if (sessionId != null) events.whereRaw('? in (session_id, actor_session_id)', [sessionId])
  if (apiKeyId != null) events.whereRaw('? in (api_key_id, actor_api_key_id)', [apiKeyId])
  if (ipAddress != null) events.where('ip_address', ipAddress)
  if (requestId != null) events.where('request_id', requestId)
  if (filter.since != null) events.where('occurred_at', '>=', filter.since)
  if (filter.until != null) events.where('occurred_at', '<', filter.until)
}

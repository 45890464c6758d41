// Relay connections over keyset pagination: stable while rows come and go, and on an index however deep the page.
import type { Knex } from 'knex'
import { AuthError } from './errors.ts'
import { isStorable } from './storable-text.ts'

export interface ConnectionArguments {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  readonly last?: number | null | undefined
  readonly before?: string | null | undefined
}

export interface Connection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
}

/** What a list is sorted by; the id settles ties. An index on both, in this order, serves every page. */
export interface Order {
  readonly column: string
  /** Default `id`. */
  readonly idColumn?: string
  /** Default false. */
  readonly isDescending?: boolean
  /** What an id in a cursor looks like. Default: any text. */
  readonly isId?: (id: string) => boolean
}

type Row = Readonly<Record<string, unknown>>

const DEFAULT_PAGE = 20
const MAX_PAGE = 100
const BY_CREATION: Order = { column: 'created_at' }

/**
 * Pages through `query`, by creation time unless told otherwise; `last`/`before` read from the other end.
 * @throws AuthError BAD_USER_INPUT for a page over 100, a cursor that is not one, or both directions at once
 */
export async function paginate<T>(
  query: Knex.QueryBuilder,
  args: ConnectionArguments,
  toNode: (row: object) => T,
  order: Order = BY_CREATION,
): Promise<Connection<T>> {
  const { column, idColumn = 'id', isDescending = false } = order
  const isBackward = args.last != null || (args.before != null && args.first == null)
  if (isBackward && args.first != null)
    throw refusal('first', 'Use first with after, or last with before.')
  const size = pageSize(isBackward ? 'last' : 'first', isBackward ? args.last : args.first)
  const beyond = (argument: 'after' | 'before', sign: '>' | '<') => {
    const cursor = args[argument]
    if (cursor == null) return
    query.whereRaw(`(??, ??) ${sign} (?, ?)`, [
      column,
      idColumn,
      ...parseCursor(argument, cursor, order),
    ])
  }
  beyond('after', isDescending ? '<' : '>')
  beyond('before', isDescending ? '>' : '<')
  const direction = isBackward === isDescending ? 'asc' : 'desc'
  const rows: Row[] = await query
    .orderByRaw(`?? ${direction}, ?? ${direction}`, [column, idColumn])
    .limit(size + 1)
  const hasMore = rows.length > size
  const page = rows.slice(0, size)
  if (isBackward) page.reverse()
  const edges = page.map((row) => ({ cursor: formatCursor(row, order), node: toNode(row) }))
  return {
    edges,
    pageInfo: {
      hasNextPage: isBackward ? args.before != null : hasMore,
      hasPreviousPage: isBackward ? hasMore : args.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

function pageSize(argument: string, size: number | null | undefined): number {
  if (size == null) return DEFAULT_PAGE
  if (size < 1 || size > MAX_PAGE) throw refusal(argument, `A page has 1 to ${MAX_PAGE} items.`)
  return size
}

function formatCursor(row: Row, { column, idColumn = 'id' }: Order): string {
  const value = row[column]
  const text = value instanceof Date ? value.toISOString() : String(value)
  return Buffer.from(JSON.stringify([column, text, row[idColumn]])).toString('base64url')
}

/** A cursor of another order would skip rows without a word: it is refused. */
function parseCursor(argument: string, cursor: string, { column, isId }: Order): [string, string] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(parsed) && parsed.length === 3 && parsed[0] === column) {
      const [, value, id]: unknown[] = parsed
      const isText = typeof value === 'string' && typeof id === 'string'
      if (isText && isStorable(value) && isStorable(id) && (isId === undefined || isId(id))) {
        if (!column.endsWith('_at') || isTime(value)) return [value, id]
      }
    }
  } catch {
    // Not JSON: refused below like any other cursor that is not one.
  }
  throw refusal(argument, 'This cursor is not one of ours.')
}

/** As we write it, in the years that PostgreSQL knows as we do. */
function isTime(text: string): boolean {
  const time = new Date(text)
  return /^\d{4}-/.test(text) && !Number.isNaN(time.getTime()) && time.toISOString() === text
}

function refusal(argument: string, message: string): AuthError {
  return new AuthError('BAD_USER_INPUT', { message, fields: [{ path: argument, message }] })
}

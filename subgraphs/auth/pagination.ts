// Relay connections over keyset pagination: stable while rows come and go, and on an index however deep the page.
import type { Knex } from 'knex'
import { AuthError } from './errors.ts'

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

const DEFAULT_PAGE = 20
const MAX_PAGE = 100

export interface PaginationOptions {
  /** Default: `oldest-first`. */
  readonly order?: 'oldest-first' | 'newest-first'
  /** What an id in a cursor looks like. Default: any text. */
  readonly isId?: (id: string) => boolean
}

/**
 * Pages through `query` by creation time and id, oldest first; `last`/`before` read from the other end.
 * @throws AuthError BAD_USER_INPUT for a page over 100, a cursor that is none, or both directions at once
 */
export async function paginate<T extends { readonly id: string; readonly created_at: Date }>(
  query: Knex.QueryBuilder,
  args: ConnectionArguments,
  toNode: (row: object) => T,
  { order = 'oldest-first', isId = () => true }: PaginationOptions = {},
): Promise<Connection<T>> {
  const isBackward = args.last != null || (args.before != null && args.first == null)
  if (isBackward && args.first != null)
    throw refusal('first', 'Use first with after, or last with before.')
  const size = pageSize(isBackward ? 'last' : 'first', isBackward ? args.last : args.first)
  const [beyond, within] = order === 'oldest-first' ? ['>', '<'] : ['<', '>']
  if (args.after != null)
    query.whereRaw(`(created_at, id) ${beyond} (?, ?)`, parseCursor('after', args.after, isId))
  if (args.before != null)
    query.whereRaw(`(created_at, id) ${within} (?, ?)`, parseCursor('before', args.before, isId))
  const direction = isBackward === (order === 'oldest-first') ? 'desc' : 'asc'
  const rows: object[] = await query
    .orderByRaw(`created_at ${direction}, id ${direction}`)
    .limit(size + 1)
  const hasMore = rows.length > size
  const nodes = rows.slice(0, size).map(toNode)
  if (isBackward) nodes.reverse()
  return toConnection(nodes, {
    hasNextPage: isBackward ? args.before != null : hasMore,
    hasPreviousPage: isBackward ? hasMore : args.after != null,
  })
}

function toConnection<T extends { readonly id: string; readonly created_at: Date }>(
  nodes: readonly T[],
  more: { hasNextPage: boolean; hasPreviousPage: boolean },
): Connection<T> {
  const edges = nodes.map((node) => ({ cursor: formatCursor(node), node }))
  return {
    edges,
    pageInfo: {
      ...more,
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

function formatCursor(node: { readonly id: string; readonly created_at: Date }): string {
  return Buffer.from(JSON.stringify([node.created_at.toISOString(), node.id])).toString('base64url')
}

function parseCursor(
  argument: string,
  cursor: string,
  isId: (id: string) => boolean,
): [string, string] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(parsed) && parsed.length === 2) {
      const [time, id]: unknown[] = parsed
      const isTime = typeof time === 'string' && !Number.isNaN(Date.parse(time))
      if (isTime && typeof id === 'string' && isId(id)) {
        return [new Date(time).toISOString(), id]
      }
    }
  } catch {
    // Not JSON: refused below like any other cursor that is none.
  }
  throw refusal(argument, 'This cursor is not one of ours.')
}

function refusal(argument: string, message: string): AuthError {
  return new AuthError('BAD_USER_INPUT', { message, fields: [{ path: argument, message }] })
}

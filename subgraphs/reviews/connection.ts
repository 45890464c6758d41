// Relay connections over lists that are ordered by id, newest first (GraphQL Cursor Connections).
import type { Model, QueryBuilder } from 'objection'
import { InputError } from './errors.ts'

export interface PageArgs {
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  readonly last?: number | null | undefined
  readonly before?: string | null | undefined
}

export interface Page {
  readonly limit: number
  readonly isBackward: boolean
  /** Ids, decoded from their cursors. */
  readonly after: string | null
  readonly before: string | null
}

export interface Connection<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
}

const MAX_PAGE = 100
const DEFAULT_PAGE = 20

/** @throws InputError on a page beyond 1 to 100, `first` beside `last`, or a cursor that is not one of ours. */
export function parsePage({ first, after, last, before }: PageArgs): Page {
  if (typeof first === 'number' && typeof last === 'number') {
    throw new InputError([{ path: 'last', message: 'Ask for first or for last, not for both.' }])
  }
  const limit = first ?? last ?? DEFAULT_PAGE
  if (limit < 1 || limit > MAX_PAGE) {
    const path = typeof last === 'number' ? 'last' : 'first'
    throw new InputError([{ path, message: `A page has 1 to ${MAX_PAGE} items.` }])
  }
  return {
    limit,
    isBackward: typeof last === 'number',
    after: idOf('after', after),
    before: idOf('before', before),
  }
}

/** Keeps the rows between the page's cursors. */
export function within<M extends Model>(
  query: QueryBuilder<M, M[]>,
  page: Page,
): QueryBuilder<M, M[]> {
  if (page.after !== null) query.where('id', '<', page.after)
  if (page.before !== null) query.where('id', '>', page.before)
  return query
}

/** The order in which a page's rows are counted off. */
export function directionOf(page: Page): 'asc' | 'desc' {
  return page.isBackward ? 'asc' : 'desc'
}

/** @param rows In the page's direction, one more than its limit when there is more. */
export function toConnection<Row extends { id: string }>(
  rows: readonly Row[],
  page: Page,
): Connection<Row> {
  const hasMore = rows.length > page.limit
  const shown = rows.slice(0, page.limit)
  if (page.isBackward) shown.reverse()
  const edges = shown.map((node) => ({ cursor: cursorOf(node.id), node }))
  return {
    edges,
    pageInfo: {
      hasNextPage: page.isBackward ? page.before !== null : hasMore,
      hasPreviousPage: page.isBackward ? hasMore : page.after !== null,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

function cursorOf(id: string): string {
  return Buffer.from(id).toString('base64url')
}

function idOf(path: string, cursor: string | null | undefined): string | null {
  if (cursor === null || cursor === undefined) return null
  const id = Buffer.from(cursor, 'base64url').toString('utf8')
  if (/^[a-z]{3}_\w{1,64}$/.test(id) && cursorOf(id) === cursor) return id
  throw new InputError([{ path, message: 'This cursor is not one of ours.' }])
}

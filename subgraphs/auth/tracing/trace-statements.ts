// A span for each statement of a request that is traced. Values are parameters, which are not told; what is quoted within a
// statement is left out as well.
import type { Knex } from 'knex'
import type { Span } from '../../../platform/tracing/tracing.ts'

interface Statement {
  readonly __knexQueryUid: string
  readonly sql?: string
}

const MAX_TEXT = 1000

/** @returns ends it */
export function traceStatements(db: Knex, current: () => Span | null): () => void {
  const open = new Map<string, Span>()

  function begin({ __knexQueryUid: id, sql = '' }: Statement): void {
    const parent = current()
    if (parent === null || !parent.isRecorded) return
    const operation = /^\W*([a-z]+)/i.exec(sql)?.[1]?.toUpperCase() ?? 'SQL'
    const attributes = {
      'db.system.name': 'postgresql',
      'db.operation.name': operation,
      'db.query.text': sql.replace(/'(?:[^']|'')*'/g, '?').slice(0, MAX_TEXT),
    }
    open.set(id, parent.child(operation, 'client', attributes))
  }

  function end({ __knexQueryUid: id }: Statement, failure: string | null): void {
    const span = open.get(id)
    if (span === undefined) return
    open.delete(id)
    if (failure !== null) span.fail(failure)
    span.end()
  }

  const onResponse = (_: unknown, statement: Statement) => end(statement, null)
  const onError = (error: unknown, statement: Statement) => {
    const { code } = (error ?? {}) as { readonly code?: unknown }
    end(statement, typeof code === 'string' ? code.slice(0, 16) : 'ERROR')
  }
  db.on('query', begin)
  db.on('query-response', onResponse)
  db.on('query-error', onError)
  return () => {
    db.off('query', begin)
    db.off('query-response', onResponse)
    db.off('query-error', onError)
  }
}

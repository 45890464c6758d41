// Spans of auth: a request of a gateway, the root fields that it asks for, and their statements. Here alone a span is found by
// the flow of asynchronous work instead of being passed by hand, and only where tracing is on.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingHttpHeaders } from 'node:http'
import { defaultFieldResolver, type GraphQLSchema } from 'graphql'
import type { Knex } from 'knex'
import { readTraceContext } from '../../../platform/tracing/trace-context.ts'
import type { Span, Tracing } from '../../../platform/tracing/tracing.ts'
import { traceStatements } from './trace-statements.ts'

export interface RequestTracing {
  /** Runs the work of a request within its span. */
  around(headers: IncomingHttpHeaders, work: () => Promise<void>): Promise<void>
  /** Gives each root field a span. Changes the schema. */
  traceFields(schema: GraphQLSchema): void
  stop(): Promise<void>
}

export function createRequestTracing(tracing: Tracing, db: Knex): RequestTracing {
  const spans = new AsyncLocalStorage<Span>()
  const stopStatements = traceStatements(db, () => spans.getStore() ?? null)

  async function within(span: Span, work: () => unknown): Promise<unknown> {
    try {
      return await spans.run(span, work)
    } catch (error) {
      span.fail(codeOf(error))
      throw error
    } finally {
      span.end()
    }
  }

  return {
    async around(headers, work) {
      const root = tracing.begin('graphql', readTraceContext(headers))
      await within(root, work)
    },
    traceFields(schema) {
      for (const type of [schema.getQueryType(), schema.getMutationType()]) {
        for (const field of Object.values(type?.getFields() ?? {})) {
          const { resolve = defaultFieldResolver } = field
          const name = `${type?.name}.${field.name}`
          field.resolve = (...args) => {
            const span = spans.getStore()
            if (span === undefined || !span.isRecorded) return resolve(...args)
            return within(span.child(name), () => resolve(...args))
          }
        }
      }
    },
    async stop() {
      stopStatements()
      await tracing.stop()
    },
  }
}

/** Never the message, which may speak of the caller. */
function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{0,63}$/.test(code) ? code : 'ERROR'
}

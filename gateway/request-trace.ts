// The trace that a request belongs to. Without tracing it is what the client sent, passed on; with it there are spans around
// steps, planning and fetches. Null, for a request without a trace where nothing is traced: the request path does nothing.
import type { IncomingHttpHeaders } from 'node:http'
import { readTraceContext, traceHeaders } from '../platform/tracing/trace-context.ts'
import type { Attributes, Span, Tracing } from '../platform/tracing/tracing.ts'

export interface RequestTrace {
  readonly traceId: string
  /** Null: it is passed on, or is in no sample. */
  readonly root: Span | null
  /** What goes on under the step that is under way. */
  begin(name: string, kind?: 'client' | 'internal', attributes?: Attributes): Span | null
  /** Names and values in turn. @param span the one that the request to a subgraph is */
  headers(span: Span | null): readonly string[]
  /** The parent of what begins from now on. Null: the request itself. */
  enter(step: Span | null): void
}

export type OpenTrace = (headers: IncomingHttpHeaders) => RequestTrace | null

export function createOpenTrace(tracing: Tracing | null): OpenTrace {
  if (tracing === null) return passOn
  return (headers) => traced(tracing.begin('graphql', readTraceContext(headers)))
}

function passOn(headers: IncomingHttpHeaders): RequestTrace | null {
  if (headers.traceparent === undefined) return null
  const context = readTraceContext(headers)
  if (context === null) return null
  return {
    traceId: context.traceId,
    root: null,
    begin: () => null,
    headers: () => traceHeaders(context),
    enter: () => undefined,
  }
}

function traced(root: Span): RequestTrace {
  let current = root
  return {
    traceId: root.context.traceId,
    root: root.isRecorded ? root : null,
    begin: (name, kind, attributes) =>
      root.isRecorded ? current.child(name, kind, attributes) : null,
    headers: (span) => traceHeaders((span ?? current).context),
    enter(step) {
      current = step ?? root
    },
  }
}

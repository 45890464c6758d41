// The trace that a request belongs to. Without tracing it is what the client sent, passed on; with it there are spans around
// steps, planning and fetches. Null, for a request without a trace where nothing is traced: the request path does nothing.
import type { IncomingHttpHeaders } from 'node:http'
import {
  readTraceContext,
  type TraceContext,
  traceHeaders,
} from '../platform/tracing/trace-context.ts'
import type { Attributes, Span, Tracing } from '../platform/tracing/tracing.ts'

export interface RequestTrace {
  readonly traceId: string
  /** Null: it is passed on, or is in no sample. */
  readonly root: Span | null
  /** What goes on under the step that is under way. */
  begin(name: string, kind?: 'client' | 'internal', attributes?: Attributes): Span | null
  /** Names and values in turn. @param span the one that the request to a subgraph is */
  headers(span: Span | null): readonly string[]
  /** What begins from now on belongs to this step. */
  enter(step: string): void
  /** @param isKept otherwise its span is left out, unless something began under it */
  leave(isKept: boolean, code?: string): void
}

export type OpenTrace = (headers: IncomingHttpHeaders) => RequestTrace | null

export function createOpenTrace(tracing: Tracing | null): OpenTrace {
  if (tracing === null) return passOn
  return (headers) => {
    const root = tracing.begin('graphql', readTraceContext(headers))
    return root.isRecorded ? recorded(root) : new PassedOn(root.context)
  }
}

function passOn(headers: IncomingHttpHeaders): RequestTrace | null {
  if (headers.traceparent === undefined) return null
  const context = readTraceContext(headers)
  return context === null ? null : new PassedOn(context)
}

/** Nothing is recorded here. */
class PassedOn implements RequestTrace {
  readonly root = null
  readonly #context: TraceContext
  /** The same for each fetch of the request. */
  #headers: readonly string[] | null = null

  constructor(context: TraceContext) {
    this.#context = context
  }

  get traceId(): string {
    return this.#context.traceId
  }
  headers(): readonly string[] {
    this.#headers ??= traceHeaders(this.#context)
    return this.#headers
  }
  begin(): null {
    return null
  }
  enter(): void {}
  leave(): void {}
}

/** Most steps are done at once, and nobody looks for them: a span is made when it is known to be kept. */
function recorded(root: Span): RequestTrace {
  let step: string | null = null
  let span: Span | null = null
  let enteredAt = 0

  function current(): Span {
    if (step === null) return root
    span ??= root.child(`step ${step}`, 'internal', undefined, enteredAt)
    return span
  }

  return {
    traceId: root.context.traceId,
    root,
    begin: (name, kind, attributes) => current().child(name, kind, attributes),
    headers: (asked) => traceHeaders((asked ?? root).context),
    enter(name) {
      step = name
      enteredAt = performance.now()
    },
    leave(isKept, code) {
      if (isKept || span !== null) {
        const kept = current()
        if (code !== undefined) kept.fail(code)
        kept.end()
      }
      step = null
      span = null
    },
  }
}

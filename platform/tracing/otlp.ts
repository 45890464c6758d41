// Spans of our own, which OpenTelemetry's SDK samples and sends. No context manager, and nothing that instruments by itself: parents
// are passed by hand.
//
//   begin ─► in no sample: ids to pass on, and nothing else
//        └─► RecordedSpan ─► child … ─► end ─► sender.ts ─► span-worker.js, a thread: OTLP over HTTP
import { createSampler } from './sampler.ts'
import { createSpanSender, type SpanSender } from './sender.ts'
import type { TracingSettings } from './settings.ts'
import type { TraceContext } from './trace-context.ts'
import { createTraceIds, type TraceIds } from './trace-ids.ts'
import type { Attributes, Span, SpanKind, Tracing } from './tracing.ts'

export function createOtlpTracing(settings: TracingSettings, part: string): Tracing {
  const sender = createSpanSender(settings, part)
  const ids = createTraceIds()
  const isSampled = createSampler(settings)

  return {
    begin(name, parent) {
      const traceId = parent?.traceId ?? ids.nextTraceId()
      const tracestate = parent?.tracestate ?? null
      const isRecorded = isSampled(parent, traceId)
      const context = { traceId, spanId: ids.nextSpanId(), isSampled: isRecorded, tracestate }
      // Most requests, and each pays for it.
      if (!isRecorded) return new SpanOutsideSample(context)
      const parentSpanId = parent?.spanId ?? null
      return new RecordedSpan({ name, kind: 'server', context, parentSpanId, ids, sender })
    },
    stop: () => sender.stop(),
  }
}

/** Its ids are passed on, with the word that nobody need keep it. */
class SpanOutsideSample implements Span {
  readonly isRecorded = false
  readonly context: TraceContext

  constructor(context: TraceContext) {
    this.context = context
  }

  child(): Span {
    return this
  }
  set(): void {}
  fail(): void {}
  end(): void {}
}

interface Begun {
  readonly name: string
  readonly kind: SpanKind
  readonly context: TraceContext
  readonly parentSpanId: string | null
  readonly startedAt?: number | undefined
  readonly ids: TraceIds
  readonly sender: SpanSender
}

class RecordedSpan implements Span {
  readonly isRecorded = true
  readonly context: TraceContext
  readonly #begun: Begun
  readonly #startedAt: number
  readonly #attributes: Record<string, string | number | boolean> = {}
  #failure: string | null = null
  #isEnded = false

  constructor(begun: Begun) {
    this.#begun = begun
    this.context = begun.context
    this.#startedAt = begun.startedAt ?? performance.now()
  }

  child(name: string, kind: SpanKind = 'internal', attributes?: Attributes, startedAt?: number) {
    const { ids, context } = this.#begun
    const child = new RecordedSpan({
      ...this.#begun,
      name,
      kind,
      context: { ...context, spanId: ids.nextSpanId() },
      parentSpanId: context.spanId,
      startedAt,
    })
    if (attributes !== undefined) child.set(attributes)
    return child
  }

  set(attributes: Attributes): void {
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined) this.#attributes[name] = value
    }
  }

  fail(reason: string): void {
    this.#failure = reason
  }

  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    const { name, kind, context, parentSpanId, sender } = this.#begun
    const { traceId, spanId } = context
    sender.send({
      traceId,
      spanId,
      parentSpanId,
      name,
      kind,
      startedAt: performance.timeOrigin + this.#startedAt,
      endedAt: performance.timeOrigin + performance.now(),
      attributes: this.#attributes,
      failure: this.#failure,
    })
  }
}

// Spans by OpenTelemetry's SDK, sent as OTLP over HTTP. No context manager, and nothing that instruments by itself: parents are
// passed by hand. A collector that does not answer costs spans, and nothing else.
import {
  type Context,
  SpanKind as OtelKind,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base'
import type { SamplerName, TracingSettings } from './settings.ts'
import type { TraceContext } from './trace-context.ts'
import { createTraceIds } from './trace-ids.ts'
import type { Span, SpanKind, Tracing } from './tracing.ts'

const EXPORT_TIMEOUT_MS = 5000
const STOP_MS = 2000

const KINDS: Readonly<Record<SpanKind, OtelKind>> = {
  server: OtelKind.SERVER,
  client: OtelKind.CLIENT,
  internal: OtelKind.INTERNAL,
}

export function createOtlpTracing(settings: TracingSettings, part: string): Tracing {
  const exporter = new OTLPTraceExporter({
    url: settings.endpoint,
    headers: settings.headers.release(),
    timeoutMillis: EXPORT_TIMEOUT_MS,
  })
  const ids = createTraceIds()
  const sampler = samplerOf(settings)
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': settings.serviceName ?? part,
      'service.instance.id': crypto.randomUUID(),
      ...settings.resource,
    }),
    sampler,
    idGenerator: ids,
    spanProcessors: [new BatchSpanProcessor(exporter)],
  })
  const tracer = provider.getTracer('sallyport')

  return {
    begin(name, parent) {
      const context = parent === null ? ROOT_CONTEXT : contextOf(parent)
      const tracestate = parent?.tracestate ?? null
      const traceId = parent?.traceId ?? ids.generateTraceId()
      const { decision } = sampler.shouldSample(context, traceId, name, OtelKind.SERVER, {}, [])
      // Most requests, and each pays for it: the SDK makes no span for them.
      if (decision === SamplingDecision.NOT_RECORD)
        return new SpanOutsideSample({
          traceId,
          spanId: ids.generateSpanId(),
          isSampled: false,
          tracestate,
        })
      if (parent === null) ids.expect(traceId)
      const span = tracer.startSpan(name, { kind: OtelKind.SERVER }, context)
      return toSpan(tracer, span, tracestate)
    },
    async stop() {
      const late = new Promise<void>((resolve) => setTimeout(resolve, STOP_MS).unref())
      await Promise.race([provider.shutdown().catch(() => undefined), late])
    },
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

function contextOf({ traceId, spanId, isSampled }: TraceContext): Context {
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true })
}

function toSpan(tracer: Tracer, span: OtelSpan, tracestate: string | null): Span {
  const { traceId, spanId } = span.spanContext()
  const isRecorded = span.isRecording()
  return {
    context: { traceId, spanId, isSampled: isRecorded, tracestate },
    isRecorded,
    child(name, kind = 'internal', attributes = {}, startTime = performance.now()) {
      const parent = trace.setSpan(ROOT_CONTEXT, span)
      const child = tracer.startSpan(name, { kind: KINDS[kind], startTime }, parent)
      child.setAttributes(attributes)
      return toSpan(tracer, child, tracestate)
    },
    set: (attributes) => void span.setAttributes(attributes),
    fail: (message) => void span.setStatus({ code: SpanStatusCode.ERROR, message }),
    end: () => span.end(performance.now()),
  }
}

function samplerOf({ sampler, ratio }: TracingSettings): Sampler {
  const roots: Readonly<Record<SamplerName, () => Sampler>> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
    parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
    parentbased_traceidratio: () =>
      new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
  }
  return roots[sampler]()
}

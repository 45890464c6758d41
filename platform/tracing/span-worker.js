// A worker thread that sends spans by OpenTelemetry's SDK, as OTLP over HTTP.
import { parentPort, workerData } from 'node:worker_threads'
import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'

if (parentPort === null) throw new Error('span-worker.js runs as a worker thread')
const port = parentPort

const EXPORT_TIMEOUT_MS = 5000

const { url, headers, resource: attributes } = workerData
const processor = new BatchSpanProcessor(
  new OTLPTraceExporter({ url, headers, timeoutMillis: EXPORT_TIMEOUT_MS }),
)
const resource = resourceFromAttributes(attributes)
const instrumentationScope = { name: 'sallyport' }

port.on('message', async ({ spans = [], isLast = false }) => {
  for (const span of spans) processor.onEnd(readable(span))
  if (!isLast) return
  await processor.shutdown().catch(() => undefined)
  port.close()
})

/** @type {Readonly<Record<import('./tracing.ts').SpanKind, SpanKind>>} */
const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
}

/**
 * @param {import('./sender.ts').EndedSpan} span
 * @returns {import('@opentelemetry/sdk-trace-base').ReadableSpan}
 */
function readable(span) {
  const { traceId, spanId, parentSpanId, startedAt, endedAt, failure } = span
  const context = { traceId, spanId, traceFlags: TraceFlags.SAMPLED }
  return {
    name: span.name,
    kind: kinds[span.kind],
    spanContext: () => context,
    ...(parentSpanId !== null && { parentSpanContext: { ...context, spanId: parentSpanId } }),
    startTime: timeOf(startedAt),
    endTime: timeOf(endedAt),
    duration: timeOf(endedAt - startedAt),
    status:
      failure === null
        ? { code: SpanStatusCode.UNSET }
        : { code: SpanStatusCode.ERROR, message: failure },
    attributes: span.attributes,
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

/**
 * Seconds, and nanoseconds of the next.
 * @param {number} ms
 * @returns {[number, number]}
 */
function timeOf(ms) {
  const seconds = Math.floor(ms / 1000)
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)]
}

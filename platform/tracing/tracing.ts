// What our parts know of tracing: spans of our own. OpenTelemetry's SDK is behind it, loaded where somebody switched it on.
import type { TracingSettings } from './settings.ts'
import type { TraceContext } from './trace-context.ts'

export type SpanKind = 'server' | 'client' | 'internal'
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** Attributes are words of ours, numbers and bounded names: never a value of a client. */
export interface Span {
  readonly context: TraceContext
  /** Otherwise it is in no sample: nothing of it is kept. */
  readonly isRecorded: boolean
  /** @param startedAt of `performance.now()`: now, unless it is said */
  child(name: string, kind?: SpanKind, attributes?: Attributes, startedAt?: number): Span
  set(attributes: Attributes): void
  /** @param reason a code, such as `SUBGRAPH_TIMEOUT` */
  fail(reason: string): void
  /** A span that does not end is not reported. */
  end(): void
}

export interface Tracing {
  /** A span of a request that arrives. @param parent as the request says */
  begin(name: string, parent: TraceContext | null): Span
  /** Sends what is left, for a moment at most. */
  stop(): Promise<void>
}

/** @param part as `sallyport-gateway`, unless the settings have a name */
export async function openTracing(
  settings: TracingSettings | null,
  part: string,
): Promise<Tracing | null> {
  if (settings === null) return null
  const { createOtlpTracing } = await import('./otlp.ts')
  return createOtlpTracing(settings, part)
}

// Spans that have ended go to a thread of their own, which sends them as OTLP: what it takes to make and write thousands of them is
// not for the loop that answers requests. A collector that does not answer costs spans, and nothing else.
import { Worker } from 'node:worker_threads'
import type { TracingSettings } from './settings.ts'
import type { Attributes, SpanKind } from './tracing.ts'

/** As the thread is told it. Times are milliseconds since 1970. */
export interface EndedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | null
  readonly name: string
  readonly kind: SpanKind
  readonly startedAt: number
  readonly endedAt: number
  readonly attributes: Attributes
  /** Why it failed; null: it did not. */
  readonly failure: string | null
}

export interface SpanSender {
  send(span: EndedSpan): void
  /** Sends what is left, for a moment at most. */
  stop(): Promise<void>
}

const BATCH = 64
const BATCH_MS = 1000
const STOP_MS = 2000

export function createSpanSender(settings: TracingSettings, part: string): SpanSender {
  const worker = new Worker(new URL('./span-worker.js', import.meta.url), {
    execArgv: [],
    workerData: {
      url: settings.endpoint,
      headers: settings.headers.release(),
      resource: {
        'service.name': settings.serviceName ?? part,
        'service.instance.id': crypto.randomUUID(),
        ...settings.resource,
      },
    },
  })
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  // It costs spans, and nothing else.
  worker.on('error', () => undefined)
  worker.unref()
  let ended: EndedSpan[] = []
  let timer: NodeJS.Timeout | null = null

  function flush(): void {
    if (timer !== null) clearTimeout(timer)
    timer = null
    const spans = ended
    ended = []
    if (spans.length > 0) worker.postMessage({ spans })
  }

  return {
    send(span) {
      ended.push(span)
      if (ended.length >= BATCH) flush()
      else timer ??= setTimeout(flush, BATCH_MS).unref()
    },
    async stop() {
      flush()
      worker.postMessage({ isLast: true })
      worker.ref()
      const late = new Promise<void>((resolve) => setTimeout(resolve, STOP_MS).unref())
      await Promise.race([gone, late])
      await worker.terminate()
    },
  }
}

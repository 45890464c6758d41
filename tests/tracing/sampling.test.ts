// What is in a sample is decided before there is a span: what is reported has the ids that subgraphs were told.
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { createOtlpTracing } from '../../platform/tracing/otlp.ts'
import { tracingOf, tracingShape } from '../../platform/tracing/settings.ts'
import { readTraceContext, traceHeaders } from '../../platform/tracing/trace-context.ts'
import { startCollector } from './collector.ts'

let collector: Awaited<ReturnType<typeof startCollector>> | null = null
afterEach(async () => {
  await collector?.stop()
  collector = null
})

async function startSampling(sampler: string, ratio: string) {
  collector = await startCollector()
  const settings = tracingOf(
    z.object(tracingShape).parse({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: sampler,
      OTEL_TRACES_SAMPLER_ARG: ratio,
    }),
  )
  if (settings === null) throw new Error('tracing is off')
  return createOtlpTracing(settings, 'test')
}

for (const sampler of ['traceidratio', 'parentbased_traceidratio']) {
  test(`${sampler}: half of all requests, each with ids of its own, and the same in what is passed on and reported`, async () => {
    const tracing = await startSampling(sampler, '0.5')
    const told: (readonly [string, string, boolean])[] = []
    for (let count = 0; count < 400; count += 1) {
      const root = tracing.begin('graphql', null)
      const child = root.child('fetch')
      const [, traceparent] = traceHeaders(child.context)
      const read = readTraceContext({ traceparent })
      expect(read).toEqual(child.context)
      expect(child.context.traceId).toBe(root.context.traceId)
      told.push([root.context.traceId, root.context.spanId, root.isRecorded])
      child.end()
      root.end()
    }
    await tracing.stop()
    expect(new Set(told.map(([traceId]) => traceId)).size).toBe(400)
    expect(new Set(told.map(([, spanId]) => spanId)).size).toBe(400)
    const recorded = told.filter(([, , isRecorded]) => isRecorded)
    // The chance of less or more is below one in a million.
    expect(recorded.length).toBeGreaterThan(140)
    expect(recorded.length).toBeLessThan(260)
    const roots = collector?.spans().filter(({ name }) => name === 'graphql') ?? []
    expect(roots.map(({ traceId, spanId }) => `${traceId} ${spanId}`).sort()).toEqual(
      recorded.map(([traceId, spanId]) => `${traceId} ${spanId}`).sort(),
    )
  })
}

test('a client’s decision counts with a parent-based sampler, and its id does with a ratio', async () => {
  const left = readTraceContext({ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00` })
  const kept = readTraceContext({ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` })
  const always = await startSampling('parentbased_always_on', '1')
  expect(always.begin('graphql', left).isRecorded).toBe(false)
  expect(always.begin('graphql', kept)).toMatchObject({
    isRecorded: true,
    context: { traceId: 'a'.repeat(32) },
  })
  await always.stop()
  await collector?.stop()
  const none = await startSampling('traceidratio', '0')
  expect(none.begin('graphql', kept)).toMatchObject({
    isRecorded: false,
    context: { traceId: 'a'.repeat(32), isSampled: false },
  })
  await none.stop()
})

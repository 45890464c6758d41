// W3C Trace Context without tracing: what a client sends goes on to subgraphs, as it came, once; what is not valid does not.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readGatewayConfig } from '../../gateway/config.ts'
import { type Stack, startGateway } from './start-gateway.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`

let stack: Stack
beforeAll(async () => {
  stack = await startGateway({ yaml: { auth: ', forwardHeaders: [traceparent, baggage]' } })
})
afterAll(() => stack[Symbol.asyncDispose]())

async function arrived(headers: Record<string, string>) {
  await stack.hello(headers)
  const { traceparent, tracestate } = stack.auth.calls('/graphql').at(-1)?.headers ?? {}
  return { traceparent, tracestate }
}

test('a trace goes on as it came, though it is listed among forwarded headers too', async () => {
  expect(await arrived({ traceparent: PARENT, tracestate: 'vendor=1,other=2' })).toEqual({
    traceparent: PARENT,
    tracestate: 'vendor=1,other=2',
  })
  const left = PARENT.replace(/01$/, '00')
  expect((await arrived({ traceparent: left })).traceparent).toBe(left)
})

test.each([
  ['nothing', undefined],
  ['a word', 'nonsense'],
  ['an id of zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
  ['a parent of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
  ['a version that is none', `ff-${TRACE}-b7ad6b7169203331-01`],
  ['capitals', PARENT.toUpperCase()],
])('%s is not passed on', async (_, traceparent) => {
  const sent = traceparent === undefined ? {} : { traceparent }
  expect(await arrived({ ...sent, tracestate: 'vendor=1' })).toEqual({})
})

test('the log has its id', async () => {
  stack.logs.length = 0
  await stack.hello({ traceparent: PARENT })
  await expect.poll(() => stack.logs.join('')).toContain(`"traceId":"${TRACE}"`)
})

test('tracing is on where there is a place to send to, and off again by either switch', () => {
  const tracing = (env: Record<string, string>) => readGatewayConfig(env).tracing?.endpoint ?? null
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://collector:4318/'
  expect(tracing({})).toBe(null)
  expect(tracing({ OTEL_EXPORTER_OTLP_ENDPOINT })).toBe('http://collector:4318/v1/traces')
  expect(tracing({ OTEL_TRACES_EXPORTER: 'otlp' })).toBe('http://localhost:4318/v1/traces')
  expect(tracing({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/x' })).toBe('http://c/x')
  expect(tracing({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER: 'none' })).toBe(null)
  expect(tracing({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED: 'true' })).toBe(null)
})

test.each([
  ['OTEL_TRACES_SAMPLER', 'sometimes'],
  ['OTEL_TRACES_SAMPLER_ARG', '2'],
  ['OTEL_EXPORTER_OTLP_HEADERS', 'no-pair'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
])('%s=%s stops the start', (name, value) => {
  expect(() => readGatewayConfig({ [name]: value })).toThrow(name)
})

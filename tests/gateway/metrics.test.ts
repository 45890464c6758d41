// What a gateway counts of itself: every request once, with who asked and what came of it, and never in a client's words.
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readProcess } from '../../platform/process-metrics.ts'
import { readMetricsText, seriesOf, sumOf } from '../metrics-text.ts'
import { bearer, type Stack, startGateway } from './start-gateway.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startGateway()
})
afterAll(() => stack[Symbol.asyncDispose]())

const read = () => readMetricsText(stack.gateway.adminUrl)

/** By how much each of these has grown once `act` is done. */
async function growthOf(
  counted: readonly (readonly [name: string, labels?: Readonly<Record<string, string>>])[],
  act: () => Promise<unknown>,
): Promise<number[]> {
  const sums = (text: string) => counted.map(([name, labels]) => sumOf(text, name, labels))
  const before = sums(await read())
  await act()
  const after = sums(await read())
  return after.map((sum, place) => sum - (before[place] ?? 0))
}

const requests = (kind: string, outcome: string, code: string) =>
  ['sallyport_requests_total', { kind, outcome, code }] as const
const checks = (kind: string, result: string, reason: string) =>
  ['sallyport_credential_checks_total', { kind, result, reason }] as const

test('a request counts once, by its caller, what came of it, and why', async () => {
  const token = await stack.auth.token()
  const grown = await growthOf(
    [
      requests('anonymous', 'ok', 'none'),
      requests('user', 'ok', 'none'),
      requests('anonymous', 'refused', 'UNAUTHENTICATED'),
      requests('unknown', 'refused', 'UNAUTHENTICATED'),
      requests('unknown', 'refused', 'GRAPHQL_PARSE_FAILED'),
      requests('user', 'refused', 'FORBIDDEN'),
      ['sallyport_requests_total'],
      ['sallyport_request_duration_seconds_count'],
      ['sallyport_step_duration_seconds_count', { step: 'load' }],
    ],
    async () => {
      await stack.hello()
      await stack.hello(bearer(token))
      await stack.send('{ me { sub } }')
      await stack.hello(bearer('nonsense'))
      await stack.send('{')
      await stack.send('{ onlyAdmins }', { headers: bearer(token) })
    },
  )
  expect(grown).toEqual([1, 1, 1, 1, 1, 1, 6, 6, 6])
})

test('an answer with errors is partial, with the code of the first; a failure of ours is failed', async () => {
  stack.auth.switches.isDown = true
  try {
    const grown = await growthOf(
      [
        requests('anonymous', 'partial', 'SUBGRAPH_UNAVAILABLE'),
        ['sallyport_subgraph_requests_total', { subgraph: 'auth', outcome: 'unavailable' }],
      ],
      () => stack.hello(),
    )
    expect(grown).toEqual([1, 1])
  } finally {
    stack.auth.switches.isDown = false
  }
})

test('credentials count by how they came, with the reason of a refusal', async () => {
  const token = await stack.auth.token()
  const key = 'spk_live_0123456789abcdef'
  const grown = await growthOf(
    [
      checks('bearer', 'accepted', 'none'),
      checks('bearer', 'refused', 'TOKEN_INVALID'),
      checks('cookie', 'refused', 'TOKEN_INVALID'),
      checks('api-key', 'refused', 'API_KEY_INVALID'),
    ],
    async () => {
      await stack.hello(bearer(token))
      await stack.hello(bearer('nonsense'))
      await stack.hello({
        cookie: '__Host-access=nonsense',
        origin: stack.config.publicUrl,
      })
      await stack.hello({ 'x-api-key': key, 'x-api-secret': 'nonsense' })
    },
  )
  expect(grown).toEqual([1, 1, 1, 1])
})

test('an operation is planned once, and has its plan from then on', async () => {
  const ask = () => stack.send('query Planned { planned: hello }')
  const counted = [
    ['sallyport_plan_cache_misses_total'],
    ['sallyport_plan_cache_hits_total'],
    ['sallyport_plan_duration_seconds_count', { planner: 'hive' }],
    ['sallyport_plan_cache_entries'],
  ] as const
  expect(await growthOf(counted, ask)).toEqual([1, 0, 1, 1])
  expect(await growthOf(counted, ask)).toEqual([0, 1, 0, 0])
})

test('the ages and the loop are measured: a feed that goes quiet is seen', async () => {
  expect(sumOf(await read(), 'sallyport_event_loop_lag_seconds_count')).toBeGreaterThan(0)
  stack.auth.switches.isBeating = false
  try {
    await expect
      .poll(async () => sumOf(await read(), 'sallyport_revocation_lag_seconds'))
      .toBeGreaterThan(1)
  } finally {
    stack.auth.switches.isBeating = true
  }
  await expect
    .poll(async () => sumOf(await read(), 'sallyport_revocation_lag_seconds'))
    .toBeLessThan(1)
})

test('whatever is sent, no word of it is a label, and the series stay as many', async () => {
  const hostile = (turn: number) => {
    const word = `evil${turn}`
    return [
      stack.send(`query ${word} { ${word}: hello }`),
      stack.send(`{ ${word} }`),
      stack.send(`{ hello(${word}: 1) }`, { variables: { [word]: word } }),
      stack.hello(bearer(word)),
      stack.hello({ 'x-api-key': word, 'x-api-secret': word }),
      stack.hello({
        cookie: `__Host-access=${word}; ${word}=${word}`,
        origin: stack.config.publicUrl,
      }),
      stack.hello({ traceparent: word, 'user-agent': word, origin: `https://${word}.test` }),
      fetch(`${stack.endpoint}?${word}=${word}`, { method: 'DELETE' }),
      fetch(stack.endpoint, { method: 'POST', body: word, headers: { 'content-type': word } }),
    ]
  }
  await Promise.all(hostile(0))
  const before = await read()
  for (let turn = 1; turn <= 20; turn += 1) await Promise.all(hostile(turn))
  const after = await read()
  expect(after).not.toMatch(/evil/)
  expect(seriesOf(after).length).toBe(seriesOf(before).length)
  expect(sumOf(after, 'sallyport_requests_total')).toBeGreaterThan(180)
})

test('a clock that is set does not look like a start: the process has begun when it began, whenever it is asked', async () => {
  const startedAt = async () => {
    const registry = new Registry()
    readProcess(registry)
    return sumOf(await registry.metrics(), 'process_start_time_seconds')
  }
  const before = await startedAt()
  expect(Math.abs(before - (Date.now() / 1000 - process.uptime()))).toBeLessThan(60)
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => performance.timeOrigin + 7_200_000)
  try {
    expect(await startedAt()).toBe(before)
  } finally {
    clock.mockRestore()
  }
})

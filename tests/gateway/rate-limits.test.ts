// How often somebody may ask (limits: of supergraph.yaml, @rateLimit): whom it counts for, what each alias costs, what clients are told.
import { parse } from 'graphql'
import { describe, expect, test } from 'vitest'
import { createRateCounter } from '../../gateway/rate-limits/counter.ts'
import { readRateLimits } from '../../gateway/rate-limits/directive.ts'
import { subjectOf } from '../../gateway/rate-limits/subject.ts'
import { createSubjects } from '../../gateway/rate-limits/subjects.ts'
import { readSupergraphConfig } from '../../gateway/supergraph/read-config.ts'
import { composeFixture } from './graph-fixture.ts'
import { bearer, refusalOf, type Stack, startGateway } from './start-gateway.ts'

const HOUR = 3600

function limited(...limits: readonly Record<string, unknown>[]) {
  return startGateway({
    yaml: { file: `limits: ${JSON.stringify(limits)}` },
    env: { TRUSTED_PROXIES: '127.0.0.1' },
  })
}

const from = (address: string) => ({ 'x-forwarded-for': address })

async function statuses(count: number, ask: () => Promise<{ readonly status: number }>) {
  const found: number[] = []
  for (let turn = 0; turn < count; turn += 1) found.push((await ask()).status)
  return found
}

describe('by address', () => {
  test('so many in a window, then 429 with the time to wait; another address is not concerned', async () => {
    await using stack = await limited({ by: 'address', max: 3, windowSeconds: HOUR })
    const hello = () => stack.hello(from('203.0.113.7'))
    expect(await statuses(3, hello)).toEqual([200, 200, 200])
    const refused = await hello()
    expect(refused.status).toBe(429)
    expect(refusalOf(refused)).toBe('RATE_LIMITED')
    const { retryAfterSeconds } = refused.body.errors?.[0]?.extensions ?? {}
    expect(Number(retryAfterSeconds)).toBeGreaterThan(HOUR - 60)
    expect(refused.headers.get('retry-after')).toBe(String(retryAfterSeconds))
    expect(refused.headers.get('ratelimit-limit')).toBe('3')
    expect(refused.headers.get('ratelimit-remaining')).toBe('0')
    expect((await stack.hello(from('203.0.113.8'))).status).toBe(200)
    expect(stack.subgraphCalls()).toBe(4)
  })

  test('an answer says what is left', async () => {
    await using stack = await limited({ by: 'address', max: 3, windowSeconds: HOUR })
    const { headers } = await stack.hello(from('203.0.113.7'))
    expect(headers.get('ratelimit-remaining')).toBe('2')
    expect(Number(headers.get('ratelimit-reset'))).toBeGreaterThan(HOUR - 60)
  })

  test('IPv6 counts by /64: one subscriber has all the addresses in it', async () => {
    await using stack = await limited({ by: 'address', max: 2, windowSeconds: HOUR })
    const ends = ['1', 'ffff', '2']
    const found = []
    for (const end of ends) found.push((await stack.hello(from(`2001:db8:0:1::${end}`))).status)
    expect(found).toEqual([200, 200, 429])
    expect((await stack.hello(from('2001:db8:0:2::1'))).status).toBe(200)
  })

  test('it is counted before the body is read, whatever the body is', async () => {
    await using stack = await limited({ by: 'address', max: 2, windowSeconds: HOUR })
    const bad = () =>
      fetch(stack.endpoint, {
        method: 'POST',
        body: '{',
        headers: { 'content-type': 'application/json' },
      })
    expect(await statuses(3, bad)).toEqual([400, 400, 429])
  })

  test('requests with a bad credential count too', async () => {
    await using stack = await limited({ by: 'address', max: 2, windowSeconds: HOUR })
    expect(await statuses(3, () => stack.hello(bearer('x.y.z')))).toEqual([401, 401, 429])
  })

  test('what a client claims of its address counts nothing: it is the one that the gateway knows', async () => {
    await using stack = await startGateway({
      yaml: { file: 'limits: [{ by: address, max: 2, windowSeconds: 3600 }]' },
    })
    let turn = 0
    const hello = () => {
      turn += 1
      return stack.hello(from(`203.0.113.${turn}`))
    }
    expect(await statuses(3, hello)).toEqual([200, 200, 429])
  })
})

describe('by principal and key', () => {
  async function me(stack: Stack, sub: string) {
    const token = await stack.auth.token({ claims: { sub } })
    return () => stack.send('{ me { sub } }', { headers: bearer(token) })
  }

  test('a person counts with all their sessions, wherever they are', async () => {
    await using stack = await limited({ by: 'principal', max: 3, windowSeconds: HOUR })
    const [one, two] = [
      await stack.auth.token({ claims: { sub: 'usr_a', sid: 'ses_1' } }),
      await stack.auth.token({ claims: { sub: 'usr_a', sid: 'ses_2' } }),
    ]
    const ask = (token: string, address: string) =>
      stack.send('{ me { sub } }', { headers: { ...bearer(token), ...from(address) } })
    expect((await ask(one, '203.0.113.1')).status).toBe(200)
    expect((await ask(two, '203.0.113.2')).status).toBe(200)
    expect((await ask(one, '203.0.113.3')).status).toBe(200)
    expect((await ask(two, '203.0.113.4')).status).toBe(429)
    expect(await statuses(1, await me(stack, 'usr_b'))).toEqual([200])
  })

  test('who is not signed in counts by address, apart from everybody who is', async () => {
    await using stack = await limited({ by: 'principal', max: 1, windowSeconds: HOUR })
    const hello = () => stack.hello()
    expect(await statuses(2, hello)).toEqual([200, 429])
    expect(await statuses(1, await me(stack, 'usr_a'))).toEqual([200])
  })

  test('an id that looks like an address meets no address', () => {
    const claims = { subject: '203.0.113.7', keyId: null, clientId: null }
    const asking = { address: '203.0.113.7', claims: claims as never }
    const subjects = (['address', 'principal', 'key'] as const).map((by) =>
      subjectOf({ by }, asking),
    )
    expect(subjects).toEqual(['address:203.0.113.7', 'user:203.0.113.7', null])
  })
})

describe('by root field', () => {
  test('each alias counts, and nothing of the operation runs', async () => {
    await using stack = await limited({
      by: 'principal',
      field: 'Query.me',
      max: 3,
      windowSeconds: HOUR,
    })
    const token = await stack.auth.token()
    const send = () => stack.send('{ a: me { sub } b: me { sub } }', { headers: bearer(token) })
    expect((await send()).status).toBe(200)
    const calls = stack.subgraphCalls()
    expect((await send()).status).toBe(429)
    expect(stack.subgraphCalls()).toBe(calls)
  })

  test('fragments hide none', async () => {
    await using stack = await limited({
      by: 'address',
      field: 'Query.hello',
      max: 3,
      windowSeconds: HOUR,
    })
    const document =
      '{ a: hello ...F ... { c: hello ...G } } fragment F on Query { b: hello } fragment G on Query { d: hello }'
    expect((await stack.send(document)).status).toBe(429)
  })

  test('other fields are free', async () => {
    await using stack = await limited({
      by: 'address',
      field: 'Mutation.rename',
      max: 1,
      windowSeconds: HOUR,
    })
    expect(await statuses(5, () => stack.hello())).toEqual([200, 200, 200, 200, 200])
  })

  test('credential mutations, which run as nobody, count by address', async () => {
    await using stack = await limited({
      by: 'principal',
      field: 'Mutation.login',
      max: 2,
      windowSeconds: HOUR,
    })
    const ask = () => stack.send('mutation { login(password: "x") }')
    expect(await statuses(3, ask)).toEqual([200, 200, 429])
  })
})

describe('what operators see', () => {
  test('the request line has code and reason, and the metric its scope', async () => {
    await using stack = await limited(
      { by: 'address', max: 2, windowSeconds: HOUR },
      { by: 'principal', field: 'Query.hello', max: 1, windowSeconds: HOUR },
    )
    await statuses(3, () => stack.hello())
    const lines = stack.logs.map((line) => JSON.parse(line)).filter(({ status }) => status === 429)
    expect(lines.map(({ code, reason }) => [code, reason])).toEqual([
      ['RATE_LIMITED', 'RATE_LIMIT_FIELD'],
      ['RATE_LIMITED', 'RATE_LIMIT_ADDRESS'],
    ])
    const metrics = await (await fetch(`${stack.gateway.adminUrl}/metrics`)).text()
    expect(metrics).toContain('sallyport_rate_limited_total{scope="field"} 1')
    expect(metrics).toContain('sallyport_rate_limited_total{scope="address"} 1')
  })

  test('a swap of the graph starts no count anew', async () => {
    await using stack = await limited({ by: 'address', max: 2, windowSeconds: HOUR })
    expect(await statuses(2, () => stack.hello())).toEqual([200, 200])
    await stack.gateway.reloadGraph()
    expect((await stack.hello()).status).toBe(429)
  })

  test('pages of listed origins may read the headers', async () => {
    await using stack = await limited({ by: 'address', max: 2, windowSeconds: HOUR })
    const { headers } = await stack.hello({ origin: stack.config.publicUrl })
    expect(headers.get('access-control-expose-headers')).toContain('ratelimit-remaining')
  })
})

describe('settings', () => {
  const entry = { auth: { routing_url: 'http://127.0.0.1:1/', schema: { file: 'a' } } }
  const read = (limit: unknown) =>
    readSupergraphConfig(JSON.stringify({ subgraphs: entry, limits: [limit] }), { variables: {} })

  test.each([
    [{ by: 'ip', max: 1, windowSeconds: 1 }, 'limits.0.by'],
    [{ by: 'address', max: 0, windowSeconds: 1 }, 'limits.0.max'],
    [{ by: 'address', max: 1.5, windowSeconds: 1 }, 'limits.0.max'],
    [{ by: 'address', max: 1 }, 'limits.0.windowSeconds'],
    // A timer of Node that is longer is over at once, and with it the count.
    [{ by: 'address', max: 1, windowSeconds: 25 * 24 * HOUR }, 'limits.0.windowSeconds'],
    [{ by: 'address', max: 1, windowSeconds: 1, field: 'login' }, 'limits.0.field'],
    [{ by: 'address', max: 1, windowSeconds: 1, window: 1 }, 'window'],
  ])('%j is refused, and named', (limit, named) => {
    expect(() => read(limit)).toThrow(named)
  })

  test('a field that the graph does not have stops the load: it would be missed by nobody', async () => {
    await using stack = await startGateway({
      yaml: { file: 'limits: [{ by: address, field: Mutation.signIn, max: 1, windowSeconds: 1 }]' },
      waitUntilReady: false,
    })
    await expect(stack.gateway.ready()).rejects.toThrow('There is no graph')
    expect(stack.logs.join('')).toContain('the graph has no field Mutation.signIn')
  })
})

describe('@rateLimit', () => {
  const head = `
    extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@composeDirective"])
      @link(url: "https://sallyport.dev/access/v1.0", import: ["@public", { name: "@rateLimit", as: "@atMost" }])
      @composeDirective(name: "@public") @composeDirective(name: "@atMost")
    directive @public(staleCredentials: Boolean = false) on OBJECT | FIELD_DEFINITION | INTERFACE
    directive @atMost(max: Int!, windowSeconds: Int!, by: String = "principal") repeatable on FIELD_DEFINITION
  `
  const limitsOf = (sdl: string) =>
    readRateLimits(parse(composeFixture({ auth: { header: head, sdl } })))

  test('is composed, under whatever name, with its defaults', () => {
    const limits = limitsOf(`
      type Query { a: String @public @atMost(max: 5, windowSeconds: 60) }
      type Mutation { b: String @public @atMost(max: 1, windowSeconds: 60, by: "address") @atMost(max: 9, windowSeconds: 3600, by: "key") }
    `)
    expect(limits).toEqual([
      { field: 'Mutation.b', by: 'address', max: 1, windowSeconds: 60 },
      { field: 'Mutation.b', by: 'key', max: 9, windowSeconds: 3600 },
      { field: 'Query.a', by: 'principal', max: 5, windowSeconds: 60 },
    ])
  })

  test.each([
    ['type Query { a: String @public @atMost(max: 0, windowSeconds: 60) }', 'Query.a: max'],
    [
      'type Query { a: String @public @atMost(max: 1, windowSeconds: 60, by: "ip") }',
      'Query.a: by',
    ],
    [
      'type Query { a: A @public } type A { b: String @atMost(max: 1, windowSeconds: 60) }',
      'A.b: only fields of Query and Mutation',
    ],
  ])('%s is refused', (sdl, message) => {
    expect(() => limitsOf(sdl)).toThrow(message)
  })
})

describe('a flood from more addresses than are kept', () => {
  const flood = (most: number) => {
    let passed = 0
    let crowded = 0
    const subjects = createSubjects({
      windowMs: 60_000,
      monotonic: () => passed,
      onCrowd: () => {
        crowded += 1
      },
      most,
    })
    return {
      ...subjects,
      crowded: () => crowded,
      pass: (ms: number) => {
        passed += ms
      },
    }
  }
  const addresses = (count: number) => Array.from({ length: count }, (_, at) => `address:${at}`)

  test('those who were there before are counted by themselves, and those who come last in groups', () => {
    const subjects = flood(100)
    const names = new Set(addresses(200_000).map(subjects.countedAs))
    expect(names.size).toBeLessThan(10_000)
    for (const one of addresses(100)) expect(subjects.countedAs(one)).toBe(one)
    expect(subjects.countedAs('address:5000')).toBe(subjects.countedAs('address:5000'))
    expect(subjects.crowded()).toBeGreaterThan(0)
  })

  test('whoever is over stays over, and there is room again when windows end', () => {
    const subjects = flood(100)
    const [first = ''] = addresses(1)
    for (const one of addresses(300)) subjects.countedAs(one)
    subjects.pass(59_000)
    expect(subjects.countedAs('address:200')).toMatch(/^group:/)
    expect(subjects.countedAs(first)).toBe(first)
    subjects.pass(2_000)
    expect(subjects.countedAs('address:200')).toBe('address:200')
  })

  test('in a group they are counted too, and refused', async () => {
    const warned: unknown[] = []
    const counter = createRateCounter({
      redis: null,
      isWorker: false,
      logger: { warn: (line: unknown) => void warned.push(line), info: () => {} } as never,
      monotonic: () => 0,
    })
    const limit = { by: 'address', field: null, max: 2, windowSeconds: HOUR } as const
    // As many as are counted by themselves, and then some in each group.
    let refused = 0
    for (const one of addresses(140_000))
      if ((await counter.count(limit, one, 1)).isOver) refused += 1
    expect(refused).toBeGreaterThan(10_000)
    expect(refused).toBeLessThan(40_000)
    expect(warned).toHaveLength(1)
    counter.stop()
  })
})

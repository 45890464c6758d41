// A subgraph that takes everything and answers nothing, while a thousand requests wait for it, over real sockets: each ends at its
// deadline, everybody else is answered meanwhile, little is held, nothing is kept, and the metrics say what happened.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { expect, test } from 'vitest'
import { authSdl } from './auth-peer.ts'
import { type Reply, startGateway } from './start-gateway.ts'
import { startSubgraphServer } from './subgraph/subgraph-server.ts'

const REQUESTS = 1000
/** All of them are on their way before the first is given up, on a slow machine too. */
const TIMEOUT_MS = 14_000
const SHORT_MS = 4000
/** Of a machine that has more to do than this test. */
const SLACK_MS = 8000
/** For each that waits: its sockets, buffers and promises, those of the client and of the subgraph in this process included. */
const MOST_BYTES = 150 * 1024

const slowSdl = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@composeDirective"])
    @link(url: "https://sallyport.dev/access/v1.0", import: ["@public"])
    @composeDirective(name: "@public")
  directive @public(staleCredentials: Boolean = false) on OBJECT | FIELD_DEFINITION | INTERFACE
  type Query { slow: String @public }`

function compose(): string {
  const { supergraphSdl, errors } = composeServices([
    { name: 'auth', typeDefs: parse(authSdl), url: 'http://auth.invalid/graphql' },
    { name: 'slow', typeDefs: parse(slowSdl), url: 'http://slow.invalid/graphql' },
  ])
  if (supergraphSdl === undefined) throw new Error(errors?.map(String).join('\n'))
  return supergraphSdl
}

interface Answered {
  readonly reply: Reply
  readonly ms: number
}

/** @param settings keys of the slow subgraph's entry */
async function startBeforeSlow(settings: Readonly<Record<string, unknown>>) {
  const subgraph = await startSubgraphServer(() => undefined)
  const entry = {
    routing_url: subgraph.url,
    schema: { file: 'slow.graphql' },
    mayDeclarePublic: true,
    timeoutMs: TIMEOUT_MS,
    ...settings,
  }
  const stack = await startGateway({
    prepare: async (folder) => {
      await writeFile(join(folder, 'supergraph.graphql'), compose())
      await writeFile(join(folder, 'slow.graphql'), slowSdl)
      await writeFile(
        join(folder, 'supergraph.yaml'),
        `subgraphs:\n  auth: { routing_url: "\${AUTH_URL}", schema: { file: auth.graphql }, mayDeclarePublic: true }\n  slow: ${JSON.stringify(entry)}\n`,
      )
    },
  })
  const metric = async (line: string) => {
    const text = await (await fetch(`${stack.gateway.adminUrl}/metrics`)).text()
    const found = text.split('\n').find((one) => one.startsWith(`${line} `))
    return Number(found?.slice(line.length + 1))
  }
  return {
    subgraph,
    metric,
    requests: (outcome: string) =>
      metric(`sallyport_subgraph_requests_total{subgraph="slow",outcome="${outcome}"}`),
    async ask(field: string): Promise<Answered> {
      const since = performance.now()
      const reply = await stack.send(`{ ${field} }`)
      return { reply, ms: performance.now() - since }
    },
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]()
      await subgraph[Symbol.asyncDispose]()
    },
  }
}

const extensionsOf = ({ reply }: Answered) => reply.body.errors?.[0]?.extensions
const codesOf = (answers: readonly Answered[]) =>
  answers.map((answered) => extensionsOf(answered)?.code)
const longestOf = (answers: readonly Answered[]) => Math.max(...answers.map(({ ms }) => ms))

setFlagsFromString('--expose_gc')
const collectGarbage = runInNewContext('gc') as () => void

function heldBytes(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

test(`${REQUESTS} in flight to one subgraph`, async () => {
  const breaker = { openMs: 600_000 }
  await using stack = await startBeforeSlow({ concurrency: REQUESTS, breaker })
  const { ask, subgraph } = stack
  await ask('hello')
  const before = heldBytes()
  const eachHolds = () => (heldBytes() - before) / REQUESTS
  const asked: Promise<Answered>[] = []
  let ended = 0
  // A hundred at a time: no listener has a longer line of connections than it may have.
  while (asked.length < REQUESTS) {
    for (let count = 0; count < 100; count += 1) {
      const one = ask('slow')
      const note = () => {
        ended += 1
      }
      void one.then(note, note)
      asked.push(one)
    }
    await expect.poll(() => subgraph.count, { timeout: TIMEOUT_MS }).toBe(asked.length)
  }
  const others = await Promise.all(Array.from({ length: 20 }, () => ask('hello')))
  expect(others.map(({ reply }) => [reply.status, reply.body.errors])).toEqual(
    others.map(() => [200, undefined]),
  )
  const each = eachHolds()
  expect([subgraph.mostAtOnce, ended]).toEqual([REQUESTS, 0])
  expect(each).toBeLessThan(MOST_BYTES)

  const answers = await Promise.all(asked)
  expect(new Set(codesOf(answers))).toEqual(new Set(['SUBGRAPH_TIMEOUT']))
  expect(Math.min(...answers.map(({ ms }) => ms))).toBeGreaterThan(TIMEOUT_MS - 100)
  expect(longestOf(answers)).toBeLessThan(TIMEOUT_MS + SLACK_MS)
  expect(await stack.requests('timeout')).toBe(REQUESTS)
  // So many failures in a row: from now on nobody waits, and everybody is told when to come back.
  expect(await stack.metric('sallyport_breaker_state{subgraph="slow"}')).toBe(2)
  expect(extensionsOf(await ask('slow'))).toMatchObject({
    code: 'SUBGRAPH_UNAVAILABLE',
    retryAfterSeconds: expect.any(Number),
  })
  answers.length = 0
  asked.length = 0
  await expect.poll(eachHolds, { timeout: 30_000 }).toBeLessThan(MOST_BYTES / 5)
}, 60_000)

test('of more than may be in flight some wait, until their deadline and no longer, and the rest is told so at once', async () => {
  const concurrency = 20
  // Those under way, and eight more for each.
  const room = concurrency * 9
  await using stack = await startBeforeSlow({
    concurrency,
    timeoutMs: SHORT_MS,
    breaker: { failures: 0 },
  })
  const { ask, subgraph } = stack
  const asked = Array.from({ length: room + 50 }, () => ask('slow'))
  expect(extensionsOf(await Promise.race(asked))).toMatchObject({ retryAfterSeconds: 1 })
  expect((await ask('hello')).reply.body.errors).toBeUndefined()
  await expect.poll(() => subgraph.count, { timeout: SHORT_MS }).toBe(concurrency)
  const answers = await Promise.all(asked)
  const codes = codesOf(answers)
  expect(codes.filter((code) => code === 'SUBGRAPH_UNAVAILABLE')).toHaveLength(50)
  expect(codes.filter((code) => code === 'SUBGRAPH_TIMEOUT')).toHaveLength(room)
  expect(longestOf(answers)).toBeLessThan(SHORT_MS + SLACK_MS)
  expect([await stack.requests('shed'), await stack.requests('timeout')]).toEqual([50, room])
}, 60_000)

// What `operationLimits` of supergraph.yaml sets: each limit refuses what is one beyond it, says so in numbers, and asks no subgraph.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { GatewayError } from '../../gateway/errors.ts'
import { defaultOperationLimits } from '../../gateway/operation/limits.ts'
import { tooComplex } from '../../gateway/operation/too-complex.ts'
import { readSupergraphConfig } from '../../gateway/supergraph/read-config.ts'
import { example } from '../docs/examples.ts'
import { type GraphFixture, startGraph } from './graph-fixture.ts'
import { startGateway } from './start-gateway.ts'

const auth = {
  sdl: /* GraphQL */ `
    type Query {
      user(ids: [ID!], filter: Filter): User @public
      users(first: Int, ids: [ID!]): [User!] @public
    }
    input Filter { ids: [ID!] }
    type User @public { id: ID name: String friends(first: Int): [User!] }
  `,
  resolvers: { Query: { user: () => ({ id: '1', name: 'Ann' }), users: () => [] } },
}

let graph: GraphFixture
beforeAll(async () => {
  graph = await startGraph(
    { auth },
    {
      operationLimits: {
        depth: 3,
        aliases: 2,
        rootFields: 2,
        directives: 1,
        tokens: 60,
        selections: 8,
        listItems: 3,
        pageSize: 10,
        nodes: 50,
        cost: 7,
        assumedListSize: 2,
      },
    },
  )
})
afterAll(() => graph?.[Symbol.asyncDispose]())

async function refusalOf(query: string, variables: Record<string, unknown> = {}) {
  const error = await graph.ask(query, { variables }).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof GatewayError) return error
  throw error ?? new Error('it was let pass')
}

const list = (items: number) => Array.from({ length: items }, (_, index) => String(index))

describe.each<
  [limit: string, maximum: number, query: (n: number) => string, variables?: (n: number) => object]
>([
  [
    'depth',
    3,
    (n) => `{ user ${'{ friends(first: 0) '.repeat(n - 2)} { id } ${'}'.repeat(n - 2)} }`,
  ],
  [
    'aliases',
    2,
    (n) =>
      `{ user { ${list(n)
        .map((a) => `a${a}: id`)
        .join(' ')} } }`,
  ],
  ['rootFields', 2, (n) => `{ ${'user { id } '.repeat(n)} }`],
  ['rootFields', 2, (n) => `{ ...F } fragment F on Query { ${'user { id } '.repeat(n)} }`],
  ['directives', 1, (n) => `{ user { id ${'... @skip(if: false) { id } '.repeat(n)} } }`],
  ['tokens', 60, (n) => `{ user(ids: [${'"1" '.repeat(3)}]) { ${'id '.repeat(n - 14)} } }`],
  ['selections', 8, (n) => `{ user { ${'id '.repeat(n - 1)} } }`],
  ['selections', 8, (n) => `{ user { ...F } } fragment F on User { ${'id '.repeat(n - 2)} }`],
  ['listItems', 3, (n) => `{ user(ids: [${list(n).join(' ')}]) { id } }`],
  [
    'listItems',
    3,
    () => 'query ($ids: [ID!]) { user(ids: $ids) { id } }',
    (n) => ({ ids: list(n) }),
  ],
  [
    'listItems',
    3,
    () => 'query ($f: Filter) { user(filter: $f) { id } }',
    (n) => ({ f: { ids: list(n) } }),
  ],
  ['pageSize', 10, (n) => `{ users(first: ${n}) { name } }`],
  ['pageSize', 10, () => 'query ($n: Int) { users(first: $n) { name } }', (n) => ({ n })],
  ['nodes', 50, (n) => `{ users(first: 10) { friends(first: ${(n - 10) / 10}) { id } } }`],
])('%s, %i at most', (limit, maximum, queryOf, variablesOf = () => ({})) => {
  const step = limit === 'nodes' ? 10 : 1

  test('one more is 400, with the limit and the number, and asks nobody', async () => {
    const before = graph.received.length
    const value = maximum + step
    const refusal = await refusalOf(queryOf(value), { ...variablesOf(value) })
    expect(refusal).toMatchObject({
      code: 'OPERATION_TOO_COMPLEX',
      status: 400,
      extensions: { code: 'OPERATION_TOO_COMPLEX', limit, value, maximum },
    })
    expect(refusal.message).toContain(`${value}, and ${maximum} at most`)
    expect(graph.received).toHaveLength(before)
  })

  test('as many are no reason to refuse', async () => {
    const beyond = await graph
      .ask(queryOf(maximum), { variables: { ...variablesOf(maximum) } })
      .then(
        () => null,
        (error: GatewayError) => error.extensions.limit,
      )
    expect(beyond).not.toBe(limit)
  })
})

test('cost: counted in a graph without @cost where a limit is set', async () => {
  // Two users, and four friends of theirs, under each of two names.
  const friends = 'friends(first: 1) { id }'
  const pairs = `{ users(first: 1) { ${friends} again: ${friends} } }`
  expect((await refusalOf(pairs)).extensions).toEqual({
    code: 'OPERATION_TOO_COMPLEX',
    limit: 'cost',
    value: 10,
    maximum: 7,
  })
  const few = `{ users(first: 1) { ${friends} } }`
  expect(await graph.ask(few)).toEqual({ data: { users: [] } })
})

describe('the file', () => {
  function read(operationLimits: unknown) {
    const subgraphs = { auth: { routing_url: 'http://127.0.0.1/graphql', schema: { file: 'a' } } }
    return readSupergraphConfig(JSON.stringify({ subgraphs, operationLimits }), { variables: {} })
      .operationLimits
  }

  test('without it, or with a part of it, the rest keeps its defaults', () => {
    expect(read(undefined)).toEqual({})
    expect(read({ depth: 12 })).toEqual({ depth: 12 })
  })

  test('cost: 0 sets no limit; aliases, directives and assumedListSize of 0 are none', () => {
    expect(read({ cost: 0 })).toEqual({ cost: null })
    expect(read({ aliases: 0, directives: 0, assumedListSize: 0 })).toEqual({
      aliases: 0,
      directives: 0,
      assumedListSize: 0,
    })
  })

  test.each([
    [{ depth: 0 }, /operationLimits\.depth: must be a whole number from 1 to 100; leave it out/],
    [{ depth: 101 }, /operationLimits\.depth: must be/],
    [{ depth: 2.5 }, /operationLimits\.depth: must be a whole number/],
    [{ depth: '12' }, /operationLimits\.depth: must be a whole number/],
    [{ depth: null }, /operationLimits\.depth: must be/],
    [{ tokens: 0 }, /operationLimits\.tokens: must be/],
    [{ rootFields: 0 }, /operationLimits\.rootFields: must be/],
    [{ selections: -1 }, /operationLimits\.selections: must be/],
    [{ listItems: 0 }, /operationLimits\.listItems: must be/],
    [{ pageSize: 0 }, /operationLimits\.pageSize: must be/],
    [{ nodes: 0 }, /operationLimits\.nodes: must be/],
    [{ aliases: -1 }, /operationLimits\.aliases: must be a whole number from 0, which allows none/],
    [{ directives: -1 }, /operationLimits\.directives: must be/],
    [
      { cost: -1 },
      /operationLimits\.cost: must be a number from 1 to 1000000000, or 0 for no limit/,
    ],
    [{ cost: 'high' }, /operationLimits\.cost: must be a number/],
    [{ assumedListSize: -1 }, /operationLimits\.assumedListSize: must be/],
    [{ height: 3 }, /operationLimits\.height: is not known here/],
    [7, /operationLimits: /],
  ])('%j is refused with a sentence', (limits, message) => {
    expect(() => read(limits)).toThrow(message)
  })
})

test('docs/limits.md: the example of the file, the defaults and bounds of its table, and the example of a refusal', () => {
  const { code } = example('docs/limits.md', 'Setting them', 'yaml')
  const subgraphs = 'subgraphs: { auth: { routing_url: "http://a/graphql", schema: { file: a } } }'
  const read = (file: string) =>
    readSupergraphConfig(`${subgraphs}\n${file}`, { variables: {} }).operationLimits
  expect(read(code)).toEqual({ depth: 12, aliases: 20, cost: 5000 })

  const rows = readFileSync('docs/limits.md', 'utf8').matchAll(
    /^\| `(\w+)` \| (\d+)[^|]*\| (\d+), (\d+)/gm,
  )
  const told = [...rows].map(([, name = '', byDefault, least, most]) => {
    expect(defaultOperationLimits).toMatchObject({ [name]: Number(byDefault) })
    for (const value of [least, most]) {
      expect(read(`operationLimits: { ${name}: ${value} }`)).toEqual({ [name]: Number(value) })
    }
    for (const value of [Number(least) - 1, Number(most) + 1]) {
      if (name !== 'cost' || value > 0) {
        expect(() => read(`operationLimits: { ${name}: ${value} }`)).toThrow(name)
      }
    }
    return name
  })
  expect(told).toHaveLength(11)

  const [refusal] = JSON.parse(
    example('docs/limits.md', 'Limits of an operation', 'json').code,
  ).errors
  const { code: refusalCode, ...exceeded } = refusal.extensions
  const { message, extensions } = tooComplex('levels', exceeded)
  expect({ message, extensions }).toEqual({
    message: refusal.message,
    extensions: refusal.extensions,
  })
  expect(refusalCode).toBe('OPERATION_TOO_COMPLEX')
})

test('a client reads the limit, the log has its name as the reason, and the metrics count it', async () => {
  await using stack = await startGateway({ yaml: { file: 'operationLimits: { rootFields: 1 }' } })
  const { status, body } = await stack.send('{ hello again: hello }')
  expect(status).toBe(400)
  expect(body.errors?.[0]).toMatchObject({
    message: 'The operation has too many root fields: 2, and 1 at most.',
    extensions: { code: 'OPERATION_TOO_COMPLEX', limit: 'rootFields', value: 2, maximum: 1 },
  })
  const line = () =>
    stack.logs.map((one) => JSON.parse(one)).find(({ code }) => code === 'OPERATION_TOO_COMPLEX')
  await expect.poll(line).toMatchObject({ msg: 'request', status: 400, reason: 'rootFields' })
  const metrics = await (await fetch(`${stack.gateway.adminUrl}/metrics`)).text()
  expect(metrics).toContain('sallyport_operations_too_complex_total{limit="rootFields"} 1\n')
})

// Numbers that JavaScript would round pass to the digit, in every direction; an id is text whatever a subgraph sends.
import { GraphQLScalarType, type ValueNode } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toJson } from '../../gateway/engine/data.ts'
import { bodyOf } from '../../gateway/engine/result.ts'
import { defaultEngineSettings } from '../../gateway/engine.ts'
import {
  keepDigits,
  longNumberOf,
  markLongNumbers,
  unmarkLongNumbers,
} from '../../gateway/long-numbers.ts'
import { contextFor, type GraphFixture, type SubgraphFixture, startGraph } from './graph-fixture.ts'

const LONG = '9007199254740993'
const DECIMAL = '0.12345678901234567890123'

let answer: string | null = null
const graph: Readonly<Record<string, SubgraphFixture>> = {
  auth: { sdl: 'type Query { greeting: String @public }' },
  bank: {
    sdl: /* GraphQL */ `
      scalar Big
      type Query {
        total: Big @public
        totals: [Big] @public
        nested: Big @public
        number: ID @public
        ratio: Float @public
        count: Int @public
        name: String @public
        echo(value: Big, values: [Big], id: ID, text: String, range: Range): String @public
        plain(value: Float): Float @public
        page(first: Big): String @public
        many(lists: [[Big]]): String @public
        must(value: Big!): String @public
      }
      input Range { from: Big to: Big! id: ID all: [Big!] }
    `,
    resolvers: {
      Big: new GraphQLScalarType<unknown, unknown>({
        name: 'Big',
        parseValue: (value) => value,
        parseLiteral: (node: ValueNode) => node,
      }),
      Query: { plain: (_: unknown, { value }: { value: number }) => value },
    },
    mangle: (result) => answer ?? result,
  },
}

let fixture: GraphFixture
beforeAll(async () => {
  fixture = await startGraph(graph)
})
afterAll(() => fixture[Symbol.asyncDispose]())

/** What the subgraph was sent, as text. */
async function sent(query: string, variables: string): Promise<string> {
  const prepared = fixture.graph.operations.prepare(query, null)
  const checked = prepared.checkVariables(JSON.parse(markLongNumbers(variables)))
  fixture.received.length = 0
  await fixture.ask(query, { variables: checked })
  return fixture.received[0]?.text ?? ''
}

test.each([
  ['query ($v: Big) { echo(value: $v) }', `{"v":${LONG}}`, `"v":${LONG}`],
  ['query ($v: Big) { echo(value: $v) }', `{"v":-${DECIMAL}}`, `"v":-${DECIMAL}`],
  [
    'query ($v: Big) { echo(value: $v) }',
    `{"v":{"a":[${LONG},"${LONG}"]}}`,
    `{"a":[${LONG},"${LONG}"]}`,
  ],
  ['query ($v: [Big]) { echo(values: $v) }', `{"v":[1,${LONG}]}`, `"v":[1,${LONG}]`],
  [
    'query ($v: Range) { echo(range: $v) }',
    `{"v":{"to":${LONG},"id":${LONG}}}`,
    `{"to":${LONG},"id":"${LONG}"}`,
  ],
  ['query ($v: ID) { echo(id: $v) }', `{"v":${LONG}}`, `"v":"${LONG}"`],
])('a variable: %s %s', async (query, variables, expected) => {
  expect(await sent(query, variables)).toContain(expected)
})

test.each([
  ['total', LONG, LONG],
  ['total', `-${DECIMAL}`, `-${DECIMAL}`],
  ['total', `"${LONG}"`, `"${LONG}"`],
  ['totals', `[1,${LONG},null]`, `[1,${LONG},null]`],
  ['nested', `{"a":[{"b":${LONG}}],"c":"x"}`, `{"a":[{"b":${LONG}}],"c":"x"}`],
  ['number', LONG, `"${LONG}"`],
  ['number', '7', '"7"'],
  ['ratio', '0.1', '0.1'],
  ['ratio', DECIMAL, DECIMAL],
])('an answer: %s %s', async (field, value, expected) => {
  answer = `{"data":{"${field}":${value}}}`
  expect(bodyOf(await run(`{ ${field} }`))).toBe(`{"data":{"${field}":${expected}}}`)
  answer = null
})

test.each(['total', 'ratio'])(
  'a %s that JavaScript takes for endless is told, not lost',
  async (field) => {
    answer = `{"data":{"${field}":1e400}}`
    expect(JSON.parse(bodyOf(await run(`{ ${field} }`)))).toMatchObject({
      data: { [field]: null },
      errors: [{ path: [field], extensions: { code: 'SUBGRAPH_INVALID_RESPONSE' } }],
    })
    answer = null
  },
)

test.each(['count', 'name'])('no %s is so long', async (field) => {
  answer = `{"data":{"${field}":${LONG}}}`
  expect(JSON.parse(bodyOf(await run(`{ ${field} }`)))).toMatchObject({
    data: { [field]: null },
    errors: [{ path: [field], extensions: { code: 'SUBGRAPH_INVALID_RESPONSE' } }],
  })
  answer = null
})

async function run(query: string) {
  const prepared = fixture.graph.operations.prepare(query, null)
  return await fixture.graph.engine.execute(prepared, { variables: {}, context: contextFor() })
}

test.each([
  [`{ echo(value: ${LONG}) }`, LONG],
  [`{ echo(value: 123456789012345678901234567890) }`, '123456789012345678901234567890'],
  [`{ echo(value: ${DECIMAL}) }`, DECIMAL],
  [`{ echo(value: { a: [${LONG}, 1] }) }`, `{"a":[${LONG},1]}`],
  [`{ echo(values: [1, ${LONG}]) }`, LONG],
  [`{ echo(range: { to: ${LONG} }) }`, LONG],
  [`query ($v: Big) { echo(value: { a: [${LONG}, $v], b: ${DECIMAL} }) }`, LONG],
  [`query ($v: Big) { echo(value: { a: [${LONG}, $v], b: ${DECIMAL} }) }`, DECIMAL],
  [`query ($v: Big = ${LONG}) { echo(value: $v) }`, `"v":${LONG}`],
  [`query ($v: Range = { to: ${LONG}, id: ${LONG} }) { echo(range: $v) }`, `"to":${LONG}`],
  [`query ($v: Range = { to: 1, id: ${LONG} }) { echo(range: $v) }`, `"id":"${LONG}"`],
  [`{ echo(id: ${LONG}00000) }`, `${LONG}00000`],
  [`{ echo(range: { to: 1, id: ${LONG} }) }`, LONG],
])('a literal: %s', async (query, expected) => {
  expect(await sent(query, '{}')).toContain(expected)
})

test.each([
  `{ echo(values: [1, ${LONG}, null]) }`,
  `{ echo(values: ${LONG}) }`,
  `{ many(lists: [[${LONG}], [], null]) }`,
  `{ many(lists: [${LONG}]) }`,
  `{ must(value: [${LONG}, { a: [${LONG}] }]) }`,
  `{ must(value: { a: ${LONG} }) }`,
  `query ($v: Big) { echo(values: [${LONG}, $v]) }`,
  `query ($v: Big) { must(value: [${LONG}, $v]) }`,
  `{ echo(range: { to: ${LONG}, all: [${LONG}, 2] }) }`,
  `query ($v: [Big!] = [${LONG}]) { echo(values: $v) }`,
])('a subgraph takes the literal: %s', async (query) => {
  fixture.received.length = 0
  const { errors } = await fixture.ask(query)
  expect(errors).toBeUndefined()
  expect(fixture.received[0]?.text).toContain(LONG)
})

test.each([2 ** 31, -(2 ** 31) - 1, 1764_277_200_000])(
  '%d has more than the 32 bits of an Int',
  async (value) => {
    answer = `{"data":{"count":${value}}}`
    expect(JSON.parse(bodyOf(await run('{ count }')))).toMatchObject({
      data: { count: null },
      errors: [{ path: ['count'], extensions: { code: 'SUBGRAPH_INVALID_RESPONSE' } }],
    })
    answer = null
  },
)

test.each([2 ** 31 - 1, -(2 ** 31), 0])('%d is an Int', async (value) => {
  answer = `{"data":{"count":${value}}}`
  expect(bodyOf(await run('{ count }'))).toBe(`{"data":{"count":${value}}}`)
  answer = null
})

test.each([
  ['query ($v: String) { echo(text: $v) }'],
  ['query ($v: Int) { a: plain(value: 1) b: echo(id: $v) }'],
])('a scalar of GraphQL takes no number that it cannot hold: %s', (query) => {
  const prepared = () => fixture.graph.operations.prepare(query, null)
  const variables = JSON.parse(markLongNumbers(`{"v":${LONG}}`))
  expect(() => prepared().checkVariables(variables)).toThrow()
})

describe('the mark of a long number does not leave', () => {
  test.each([
    `{"message":${LONG}}`,
    `{"message":"no","path":["total",${LONG}],"extensions":{"code":"NO_MONEY"}}`,
    `{"message":"no","extensions":{"code":"NO_MONEY","fields":{"a":[${LONG}]},"retryAfterSeconds":${LONG}}}`,
  ])('with an error: %s', async (error) => {
    answer = `{"data":{"total":${LONG}},"errors":[${error}]}`
    const body = bodyOf(await run('{ total }'))
    expect(body).not.toContain('u0000')
    expect(body).toContain(`"data":{"total":${LONG}}`)
    answer = null
  })

  test.each([`0${LONG}`, `-0${LONG}`, `${LONG}.`, `${LONG}e`, `1-${LONG}`])(
    'with %s, which is not JSON',
    (text) => {
      expect(() => JSON.parse(markLongNumbers(`{"a":${text}}`))).toThrow()
    },
  )

  test('and one that got out would let nobody write more than a number', () => {
    const marked = keepDigits(LONG) as string
    const injected = marked.replace(LONG, `1},"query":"mutation { pay }"`)
    expect(longNumberOf(injected)).toBeNull()
    expect(JSON.parse(toJson(injected))).toBe(injected)
    const nested = { a: injected, b: `${marked},"c":1` }
    expect(JSON.parse(toJson(nested))).toEqual(nested)
  })

  test('with the stock engine, in an answer and in what a subgraph is sent', async () => {
    await using stock = await startGraph(graph, {
      engine: { ...defaultEngineSettings, kind: 'stock' },
    })
    answer = `{"data":{"total":${LONG}}}`
    const prepared = stock.graph.operations.prepare('{ total }', null)
    const context = contextFor()
    const result = await stock.graph.engine.execute(prepared, { variables: {}, context })
    expect(bodyOf(result)).toBe(`{"data":{"total":${LONG}}}`)
    answer = null
    const variables = JSON.parse(markLongNumbers(`{"v":${LONG}}`))
    stock.received.length = 0
    await stock.ask('query ($v: Big) { echo(value: $v) }', { variables })
    expect(stock.received[0]?.text).toContain(`"v":${LONG}`)
  })
})

test('a page is as large as a long number says', () => {
  const query = 'query ($n: Big) { page(first: $n) }'
  const prepared = fixture.graph.operations.prepare(query, null)
  const variables = JSON.parse(markLongNumbers(`{"n":${LONG}}`))
  expect(() => prepared.checkVariables(variables)).toThrow(/too large for a page/)
})

test('the mark is taken from numbers alone, and never leaves', () => {
  for (const text of [
    `{"a":${LONG},"b":"${LONG}","c":[{"d":-${LONG}}],"e":1.5,"f":"\\"${LONG}"}`,
    `[${DECIMAL},1e400,12345678901234567890e-3]`,
    '{"short":1,"text":"1.2.3.4.5.6.7.8.9.10"}',
  ]) {
    const value = JSON.parse(markLongNumbers(text))
    expect(unmarkLongNumbers(JSON.stringify(value)).replaceAll('null', '1e400')).toBe(text)
  }
  expect(keepDigits('12')).toBe(12)
  expect(keepDigits('1000000000000000000000')).toBe(1e21)
  expect(longNumberOf(keepDigits(LONG))).toBe(LONG)
})

// Subgraphs that answer wrongly, at random: nothing is lost or made up without an error that has a path, a documented code and a
// line in the log with the subgraph's name.
import { readFileSync } from 'node:fs'
import {
  type GraphQLOutputType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
} from 'graphql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bodyOf } from '../../../gateway/engine/result.ts'
import { createRandom, type Random } from '../cost/random-costs.ts'
import { contextFor, type GraphFixture, startGraph } from '../graph-fixture.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

interface Mutation {
  readonly subgraph: 'shop' | 'reviews'
  readonly apply: (answer: Json) => Json
}

const documented = new Set(readFileSync('docs/errors.md', 'utf8').match(/`[A-Z][A-Z_]+`/g))
const query = `{
  products { id name size price inStock maker { name country } stars votes notes { text } }
  first { id stars } size names matrix thing { id ... on Lamp { watts } }
}`

let graph: GraphFixture
let right: Json
let wrong: Mutation | null = null
let hasChanged = false

beforeAll(async () => {
  const mangle = (subgraph: Mutation['subgraph']) => (answer: unknown) => {
    if (wrong?.subgraph !== subgraph) return answer
    const changed = wrong.apply(structuredClone(answer) as Json)
    hasChanged ||= JSON.stringify(changed) !== JSON.stringify(answer)
    return changed
  }
  const product = (id: string) => ({
    id,
    name: `Lamp ${id}`,
    size: 'SMALL',
    price: 9.5,
    inStock: true,
    maker: { name: 'Lux', country: 'DE' },
  })
  graph = await startGraph({
    auth: { sdl: 'type Query { greeting: String @public }' },
    shop: {
      sdl: /* GraphQL */ `
        type Query {
          products: [Product!]! @public first: Product @public size: Size! @public names: [String!] @public
          matrix: [[Int!]] @public thing: Thing @public
        }
        enum Size { SMALL LARGE }
        interface Thing @public { id: ID! }
        type Lamp implements Thing @public { id: ID! watts: Int }
        type Maker @public { name: String! country: String }
        type Product @key(fields: "id") @public { id: ID! name: String size: Size price: Float inStock: Boolean! maker: Maker! }
      `,
      resolvers: {
        Query: {
          products: () => ['1', '2', '3'].map(product),
          first: () => product('1'),
          size: () => 'LARGE',
          names: () => ['a', 'b'],
          matrix: () => [[1, 2], [3]],
          thing: () => ({ __typename: 'Lamp', id: '9', watts: 40 }),
        },
      },
      mangle: mangle('shop'),
    },
    reviews: {
      sdl: 'type Product @key(fields: "id") @public { id: ID! stars: Int! votes: Int notes: [Note!]! } type Note @public { text: String! }',
      resolvers: {
        Product: {
          __resolveReference: ({ id }: { id: string }) => ({
            id,
            stars: 4,
            votes: 7,
            notes: [{ text: 'good' }],
          }),
        },
      },
      mangle: mangle('reviews'),
    },
  })
  right = (await ask()).data
})
afterAll(() => graph?.[Symbol.asyncDispose]())

async function ask(): Promise<{
  data: Json
  errors?: { path?: (string | number)[]; extensions: Record<string, unknown> }[]
}> {
  const prepared = graph.prepare(query)
  const context = contextFor()
  return JSON.parse(bodyOf(await graph.graph.engine.execute(prepared, { variables: {}, context })))
}

interface Spot {
  readonly parent: Record<string, Json> | Json[]
  readonly key: string | number
}

/** Every place of an answer, but for its own `data` and `errors`. */
function spotsOf(value: Json): Spot[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    { parent: value as Record<string, Json>, key },
    ...spotsOf(inner),
  ])
}

/** What a value must not be where it stands: of another kind, unknown, missing. */
const CHANGES: Readonly<Record<string, (spot: Spot, value: Json) => void>> = {
  'left out': ({ parent, key }) => {
    if (Array.isArray(parent)) parent.splice(Number(key), 1, { nothing: true })
    else delete parent[key]
  },
  'an object': (spot) => put(spot, { odd: 1 }),
  'a list': (spot, value) => put(spot, Array.isArray(value) ? { 0: 'a' } : [[[]]]),
  'another leaf': (spot, value) => put(spot, typeof value === 'string' ? true : 'WORD'),
  'a list in its list': (spot, value) =>
    put(spot, Array.isArray(value) ? ([value, 7] as Json) : [value]),
}

function put({ parent, key }: Spot, value: Json): void {
  ;(parent as Record<string, Json>)[key] = value
}

function randomMutation(random: Random): Mutation & { readonly name: string } {
  const subgraph = random() < 0.5 ? 'shop' : 'reviews'
  const place = random()
  const names = Object.keys(CHANGES)
  const name = names[Math.floor(random() * names.length)] ?? ''
  return {
    subgraph,
    name,
    apply(answer) {
      const { data } = answer as { data: Json }
      const spots = spotsOf(data)
      const spot = spots[Math.floor(place * spots.length)]
      if (spot === undefined) return answer
      // The type is not for the client: what is wrong with it alone may be mended.
      if (spot.key === '__typename') return answer
      CHANGES[name]?.(spot, (spot.parent as Record<string, Json>)[spot.key] ?? null)
      return answer
    },
  }
}

/** The first place at which an answer is not the right one. */
function differenceOf(
  one: Json | undefined,
  other: Json | undefined,
  path: (string | number)[] = [],
): (string | number)[] | null {
  if (JSON.stringify(one) === JSON.stringify(other)) return null
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return path
  if (Array.isArray(one) !== Array.isArray(other)) return path
  for (const key of Object.keys(one)) {
    const step = Array.isArray(one) ? Number(key) : key
    const found = differenceOf(
      (one as Record<string, Json>)[key],
      (other as Record<string, Json>)[key],
      [...path, step],
    )
    if (found !== null) return found
  }
  return path
}

/** Whether a value is one that its type has. */
function fits(type: GraphQLOutputType, value: Json | undefined): boolean {
  if (isNonNullType(type)) return value !== null && fits(type.ofType, value)
  if (value === null) return true
  if (isListType(type))
    return Array.isArray(value) && value.every((item) => fits(type.ofType, item))
  if (isEnumType(type)) return type.getValues().some(({ name }) => name === value)
  if (isScalarType(type)) {
    const kinds: Record<string, string> = { Int: 'number', Float: 'number', Boolean: 'boolean' }
    return typeof value === (kinds[type.name] ?? 'string')
  }
  if (typeof value !== 'object' || value === undefined || Array.isArray(value)) return false
  const own = isObjectType(type) ? type : graph.graph.schema.getType('Lamp')
  if (!isObjectType(own)) return false
  return Object.entries(value).every(([name, inner]) => {
    const field = own.getFields()[name]
    return field !== undefined && fits(field.type, inner)
  })
}

test('whatever is wrong has an error at its place, a documented code, and a line with the subgraph', async () => {
  let told = 0
  for (let seed = 1; seed <= 300; seed += 1) {
    const mutation = randomMutation(createRandom(seed))
    wrong = mutation
    hasChanged = false
    graph.logged.length = 0
    const { data, errors = [] } = await ask()
    wrong = null
    const about = JSON.stringify({
      seed,
      subgraph: mutation.subgraph,
      what: mutation.name,
      data,
      errors,
    })
    const queryType = graph.graph.schema.getQueryType()
    if (queryType && data !== null) expect(fits(queryType, data), about).toBe(true)
    for (const { path, extensions } of errors) {
      expect(path, about).toBeDefined()
      expect(documented, about).toContain(`\`${extensions.code}\``)
      expect(extensions.requestId, about).toBe('req_1')
    }
    const difference = differenceOf(right, data)
    if (difference === null) continue
    told += 1
    const isAt = (path: (string | number)[] = []) =>
      path.slice(0, difference.length).join() === difference.slice(0, path.length).join()
    expect(
      errors.some(({ path }) => isAt(path)),
      about,
    ).toBe(true)
    const lines = graph.logged.map(([fields]) => (fields as { subgraph?: string }).subgraph ?? '')
    expect(
      lines.some((line) => line.split(', ').includes(mutation.subgraph)),
      about,
    ).toBe(true)
  }
  expect(told).toBeGreaterThan(150)
  expect(hasChanged).toBe(true)
})

test('what nobody asked for goes nowhere, wherever a subgraph puts it', async () => {
  for (const subgraph of ['shop', 'reviews'] as const) {
    wrong = {
      subgraph,
      apply(answer) {
        const { data } = answer as { data: Json }
        for (const { parent, key } of spotsOf(data)) {
          const value = (parent as Record<string, Json>)[key]
          if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
            Object.assign(value, { secret: 'canary', __proto: { odd: true } })
          }
        }
        return answer
      },
    }
    expect(await ask()).toEqual({ data: right })
  }
  wrong = null
})

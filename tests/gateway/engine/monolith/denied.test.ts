// `denied: filter` over random graphs, rules and operations: what is answered is what a walk of its own over the monolith gives.
// DENIED_GRAPHS and DENIED_OPERATIONS say how many, DENIED_SEED where to begin.
import { isDeepStrictEqual } from 'node:util'
import { claimsFromPayload } from '@sallyport/claims'
import type { Denial } from '@sallyport/claims/predicates'
import {
  type GraphQLSchema,
  isObjectType,
  parse,
  print,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql'
import { expect, test } from 'vitest'
import { createFilter } from '../../../../gateway/operation/filtered-operations.ts'
import { readPlannerFields } from '../../../../gateway/operation/planner-fields.ts'
import type { GraphAccess } from '../../../../gateway/supergraph/access.ts'
import type { Guard } from '../../../../gateway/supergraph/guard.ts'
import { drawOperation } from '../operations.ts'
import { prepare } from '../prepare.ts'
import { type Denied, walkDenied } from './denied-walk.ts'
import { createPick } from './random.ts'
import { createTwin, isAlike, isRefused, nullPlaces, type Twin } from './twin.ts'

const GRAPHS = Number(process.env.DENIED_GRAPHS ?? 8)
const OPERATIONS = Number(process.env.DENIED_OPERATIONS ?? 40)
const SEED = Number(process.env.DENIED_SEED ?? 0)

const ann = claimsFromPayload({ kind: 'user', sub: 'usr_1', sid: 'ses_1' })

test('what a caller may not read is null with an error, the rest is answered, and nothing is fetched for it', async () => {
  const seen = { asked: 0, filtered: 0, places: 0, free: 0 }
  const wrong: unknown[] = []
  for (let seed = SEED; seed < SEED + GRAPHS; seed += 1) {
    await using twin = await createTwin(seed, 'hive')
    if (twin === null) continue
    for (let index = 0; index < OPERATIONS; index += 1) {
      const problem = await check(twin, { seed, index, seen })
      if (problem !== null) wrong.push({ seed, index, ...problem })
    }
  }
  expect(wrong).toEqual([])
  expect(seen.filtered, JSON.stringify(seen)).toBeGreaterThan((GRAPHS * OPERATIONS) / 6)
  expect(seen.places, JSON.stringify(seen)).toBeGreaterThan(seen.filtered / 2)
  expect(seen.free, JSON.stringify(seen)).toBeGreaterThan(0)
}, 3_600_000)

interface At {
  readonly seed: number
  readonly index: number
  readonly seen: { asked: number; filtered: number; places: number; free: number }
}

async function check(twin: Twin, { seed, index, seen }: At): Promise<object | null> {
  const pick = createPick(seed * 7919 + index)
  const { query, variables } = drawOperation(twin.schema, pick)
  const document = parse(query)
  if (/__schema|__type\(|^mutation/.test(query)) return null
  if (validate(twin.schema, document).length > 0) return null
  seen.asked += 1
  const denied = drawDenied(twin, pick)
  const whole = prepare(query)
  const limits = { cachedOperations: 10, cachedTokens: 10_000 }
  const filter = createFilter({ schema: twin.schema, access: accessOf(denied), limits })
  const filtered = filter(whole, 1)({ claims: ann, nowSeconds: 0, isKnownToAuth: true })
  if (filtered === whole) return null
  seen.filtered += 1
  const mood = { seed: index, missing: 8, failing: index % 3 === 2 ? 6 : 0 }
  const { actual, fetches } = await twin.run(filtered, variables, mood)
  if (isRefused({ actual, fetches, expected: {} })) return null
  const options = { schema: twin.schema, document, variables, denied, mood, resolve: twin.resolve }
  const expected = walkDenied(options as never)
  seen.places += expected.denied.length
  if (fetches.length === 0) seen.free += 1
  const places = (actual.errors ?? [])
    .filter(({ extensions }) => extensions?.code === 'FORBIDDEN')
    .map(({ path }) => JSON.stringify(path))
  const isRight =
    isDeepStrictEqual(actual.data, expected.data) &&
    isDeepStrictEqual(nullPlaces(actual), nullPlaces(expected)) &&
    isDeepStrictEqual(
      new Set(places.filter((one) => isReached(one, actual.data))),
      new Set(expected.denied.filter((one) => isReached(one, actual.data))),
    )
  const leaked = fetchedOfDenied(twin, denied, fetches)
  if (isRight && leaked.length === 0) return null
  // What the engine gets wrong of the rest alone is not the filter's doing.
  const rest = { query: print(filtered.document), variables }
  if (leaked.length === 0 && !isAlike(await twin.ask(rest, mood))) return null
  const rules = [...denied.fields, ...denied.types].join(' ')
  const answers = [actual, expected].map((one) => JSON.stringify(one))
  return { query, variables, rules, answers, leaked }
}

/** Whether nothing above this place is null: below a null, errors may be told or not. */
function isReached(place: string, data: unknown): boolean {
  let value = data
  for (const key of (JSON.parse(place) as string[]).slice(0, -1)) {
    value = (value as Record<string, unknown> | null)?.[key]
  }
  return value !== null && value !== undefined
}

/** A few fields and now and then a type. What planners ask for by themselves has no rule here: composition sees to that. */
function drawDenied(twin: Twin, pick: (max: number) => number): Denied {
  const planners = readPlannerFields(parse(twin.supergraphSdl))
  const objects = Object.values(twin.schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith('__'),
  )
  const coordinates = objects.flatMap((type) => {
    if (!isObjectType(type)) return []
    const names = Object.keys(type.getFields()).filter(
      (name) => ![type, ...type.getInterfaces()].some((one) => planners.get(one.name)?.has(name)),
    )
    return names.map((name) => `${type.name}.${name}`)
  })
  const rate = 3 + pick(12)
  return {
    fields: new Set(coordinates.filter(() => pick(rate) === 0)),
    types: new Set(
      objects.map(({ name }) => name).filter((name) => name !== 'Query' && pick(40) === 0),
    ),
  }
}

function accessOf({ fields, types }: Denied): GraphAccess {
  const names = new Set([...types, ...[...fields].map((one) => one.split('.')[0] ?? '')])
  return new Map(
    [...names].map((name) => {
      const own = [...fields].filter((one) => one.startsWith(`${name}.`))
      const field = { guard, owners: [], requiresOthers: false, credentials: null }
      return [
        name,
        {
          guard: types.has(name) ? guard : null,
          owners: [],
          fields: new Map(own.map((one) => [one.slice(name.length + 1), field])),
        },
      ]
    }),
  )
}

const denial: Denial = { code: 'FORBIDDEN', missing: 'a role' }
const guard: Guard = {
  rule: { public: false, staleCredentials: false, authenticated: true, scopes: [], policies: [] },
  predicate: () => denial,
  dryRunUntil: null,
  owners: [],
}

/** Denied fields that some subgraph was asked for. */
function fetchedOfDenied(twin: Twin, denied: Denied, fetches: readonly string[]): string[] {
  return fetches.flatMap((fetch) => {
    const { query } = JSON.parse(/\{.*?\} (?=\{"data")/s.exec(fetch)?.[0] ?? '{}') as {
      query: string
    }
    return coordinatesOf(twin.schema, query).filter((at) => {
      const [type = '', field = ''] = at.split('.')
      return denied.fields.has(at) || denied.types.has(type) ? field !== '__typename' : false
    })
  })
}

/** As far as the whole graph knows the types of a subgraph's query. */
function coordinatesOf(schema: GraphQLSchema, query: string): string[] {
  const found: string[] = []
  const typeInfo = new TypeInfo(schema)
  visit(
    parse(query),
    visitWithTypeInfo(typeInfo, {
      Field({ name }) {
        const parent = typeInfo.getParentType()
        if (parent) found.push(`${parent.name}.${name.value}`)
      },
    }),
  )
  return found
}

// Nobody's `viewer`, drawn at random: answered as graphql-js answers one schema in which it is null, and ruled by what stands
// outside of it alone. VIEWER_CASES sets how many operations, VIEWER_SEED which ones.
import { anonymousClaims } from '@sallyport/claims'
import fc from 'fast-check'
import {
  defaultFieldResolver,
  execute,
  type FragmentDefinitionNode,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  validate,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bodyOf } from '../../gateway/engine/result.ts'
import { GatewayError } from '../../gateway/errors.ts'
import { drawOperation, type RandomOperation } from './engine/operations.ts'
import { contextFor, type GraphFixture, startGraph } from './graph-fixture.ts'

const CASES = Number(process.env.VIEWER_CASES ?? 250)
const SEED = Number(process.env.VIEWER_SEED ?? 20_261_126)
const limits = { aliases: 1000, selections: 100_000, depth: 100 }

const guest = { kind: 'GUEST', user: { id: 'usr_9', name: 'Nia' } }
const card = { __typename: 'Card', note: 'a card', viewer: guest }
const people = [
  { id: 'usr_1', name: 'Ann' },
  { id: 'usr_2', name: 'Bob' },
]
const auth = {
  sdl: /* GraphQL */ `
    interface Asked { viewer: Viewer note: String }
    type Query implements Asked {
      viewer: Viewer @public
      note: String @public
      self: Query @public
      asked: [Asked] @public
      card: Card @public
      who: Viewer @public
      people: [User] @public
    }
    type Card implements Asked { viewer: Viewer note: String self: Query }
    type Viewer { kind: String user: User }
    type User @key(fields: "id") { id: ID! @public name: String @public email: String @authenticated }
  `,
  resolvers: {
    Query: {
      viewer: () => {
        throw new Error('auth is asked for the viewer of nobody')
      },
      note: () => 'here',
      self: () => ({}),
      asked: () => [{ __typename: 'Query' }, card],
      card: () => card,
      who: () => guest,
      people: () => people,
    },
    Card: { self: () => ({}) },
    User: {
      __resolveReference: ({ id }: { id: string }) =>
        people.find((one) => one.id === id) ?? guest.user,
    },
  },
}
const reviews = {
  sdl: /* GraphQL */ `
    type Query { open: String @public closed: String @authenticated }
    type User @key(fields: "id") { id: ID! reviews: [String] @public drafts: [String] @authenticated }
  `,
  resolvers: {
    Query: { open: () => 'open' },
    User: { reviews: ({ id }: { id: string }) => [`by ${id}`] },
  },
}

const PROTECTED = new Set(['Query.closed', 'User.email', 'User.drafts'])

const engines = [
  { kind: 'compiled', planner: 'hive' },
  { kind: 'compiled', planner: 'apollo' },
  { kind: 'stock', planner: 'apollo' },
] as const

describe.each(engines)('the viewer of nobody, engine $kind, planner $planner', (engine) => {
  let graph: GraphFixture
  beforeAll(async () => {
    graph = await startGraph({ auth, reviews }, { limits, engine: { ...engine, shadowPercent: 0 } })
  })
  afterAll(() => graph[Symbol.asyncDispose]())

  test(
    'is null wherever it stands, and rules nothing',
    async () => {
      const seen = { answered: 0, refused: 0, free: 0 }
      const property = fc.asyncProperty(fc.gen(), async (draw) => {
        const operation = drawOperation(graph.graph.schema, (max) => draw(fc.nat, { max: max - 1 }))
        if (!operation.query.includes('viewer')) return
        if (validate(graph.graph.schema, parse(operation.query)).length > 0) return
        const outcome = await check(graph, operation)
        if (outcome !== null) seen[outcome] += 1
      })
      await fc.assert(property, { numRuns: CASES, seed: SEED, endOnFailure: true })
      expect(seen.answered, JSON.stringify(seen)).toBeGreaterThan(CASES / 20)
      expect(seen.refused, JSON.stringify(seen)).toBeGreaterThan(CASES / 50)
      expect(seen.free, JSON.stringify(seen)).toBeGreaterThan(CASES / 100)
    },
    Math.max(60_000, CASES * 200),
  )
})

/** @returns null where the planner refuses the operation, whoever sends it */
async function check(graph: GraphFixture, operation: RandomOperation) {
  const { query: text, variables } = operation
  const whole = prepareOrNull(graph, text)
  if (whole === null) return null
  const prepared = whole.forNobody ?? whole
  const { schema } = graph.graph
  const steps = walk(text, schema)
  const denial = prepared.authorize(anonymousClaims, 0)
  if (steps.some(({ isProtected }) => isProtected)) {
    expect(denial, text).not.toBeNull()
    return 'refused'
  }
  // What can never be there counts as selected.
  if (denial !== null || steps.some(({ isLost }) => isLost)) return null
  const before = graph.received.length
  const result = await graph.graph.engine.execute(prepared, {
    variables: whole.checkVariables(variables),
    context: contextFor(),
  })
  const expected = await execute({
    schema,
    document: parse(text),
    rootValue: {},
    variableValues: variables,
    fieldResolver: resolveAlone,
  })
  // As text: the order is that of the selection.
  expect(bodyOf(result), text).toBe(JSON.stringify({ data: expected.data }))
  const calls = graph.received.slice(before)
  if (steps.length === 0) {
    expect(calls, text).toEqual([])
    return 'free'
  }
  return 'answered'
}

function prepareOrNull(graph: GraphFixture, text: string) {
  try {
    return graph.prepare(text)
  } catch (error) {
    if (error instanceof GatewayError) return null
    throw error
  }
}

const resolveAlone: GraphQLFieldResolver<unknown, unknown> = (source, args, context, info) => {
  const { parentType, fieldName } = info
  const own: Record<string, Record<string, unknown>> = {
    Query: { ...auth.resolvers.Query, ...reviews.resolvers.Query, viewer: () => null },
    Card: auth.resolvers.Card,
    User: reviews.resolvers.User,
  }
  const resolve = own[parentType.name]?.[fieldName] as ((source: unknown) => unknown) | undefined
  return resolve ? resolve(source) : defaultFieldResolver(source, args, context, info)
}

/** A field that an object of some type would be asked, outside of nobody's viewer. */
interface Step {
  readonly isProtected: boolean
  /** Engines lose what a fragment on the interface of `Query` has of `Query` itself, whoever asks. */
  readonly isLost: boolean
}

/** Walks the document as an executor would, once for each type that an object can have. Knows nothing of how the gateway does it. */
function walk(text: string, schema: GraphQLSchema): Step[] {
  const { definitions } = parse(text)
  const steps: Step[] = []
  const [operation] = definitions as OperationDefinitionNode[]
  if (operation)
    walkSet(operation.selectionSet, schema.getQueryType() as GraphQLObjectType, 'Query')
  return steps

  function walkSet(set: SelectionSetNode, type: GraphQLObjectType, declared: string): void {
    for (const selection of set.selections) {
      if (selection.kind !== Kind.FIELD) {
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : fragmentNamed(selection.name.value)
        const condition = fragment.typeCondition?.name.value ?? declared
        const isNarrower = declared !== type.name && condition === type.name
        if (isNarrower) steps.push({ isProtected: false, isLost: true })
        if (objectsOf(condition).includes(type)) walkSet(fragment.selectionSet, type, condition)
        else steps.push({ isProtected: false, isLost: false })
        continue
      }
      const field = selection.name.value
      const coordinate = `${type.name}.${field}`
      if (coordinate === 'Query.viewer') continue
      const isLost =
        field === '__typename' && coordinate === 'Query.__typename' && declared !== 'Query'
      steps.push({ isProtected: PROTECTED.has(coordinate), isLost })
      const output = type.getFields()[field]?.type
      if (!output || !selection.selectionSet) continue
      for (const object of objectsOf(getNamedType(output).name))
        walkSet(selection.selectionSet, object, object.name)
    }
  }

  function objectsOf(name: string): readonly GraphQLObjectType[] {
    const type = schema.getType(name)
    if (isObjectType(type)) return [type]
    return isAbstractType(type) ? schema.getPossibleTypes(type) : []
  }

  function fragmentNamed(name: string): FragmentDefinitionNode {
    return definitions.find(
      (one): one is FragmentDefinitionNode =>
        one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name,
    ) as FragmentDefinitionNode
  }
}

// All kinds in one graph, whose names do not meet: one composition and one planner for all of them.
import { isDeepStrictEqual } from 'node:util'
import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/index.js'
import {
  type DocumentNode,
  execute,
  type FormattedExecutionResult,
  type GraphQLFieldResolver,
  Kind,
  parse,
  print,
  validate,
} from 'graphql'
import { bodyOf } from '../../../../gateway/engine/result.ts'
import { createEngine, type EngineSettings } from '../../../../gateway/engine.ts'
import type { DataSource } from '../../../../gateway/subgraph/data-source.ts'
import { stripAuthDirectives } from '../../../../gateway/supergraph/strip.ts'
import { contextFor } from '../../graph-fixture.ts'
import { prepare } from '../prepare.ts'
import type { Ask, Kind as KindOfGraph, KindSubgraph, Row } from './kind.ts'
import { subgraphNames } from './kind.ts'

const header = /* GraphQL */ `
  extend schema
    @link(
      url: "https://specs.apollo.dev/federation/v2.6"
      import: [
        "@key", "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject", "@inaccessible", "@extends"
      ]
    )
`

/** What a reference said, beside what is known of whom it refers to. */
const REFERENCE = Symbol('reference')
type Source = Row & { readonly [REFERENCE]?: Row }

export interface KindsGraph extends AsyncDisposable {
  /** With the requests that subgraphs received for it. */
  ask(ask: Ask): Promise<{ result: FormattedExecutionResult; fetches: readonly string[] }>
}

/** The supergraph, and who answers for its subgraphs: the same for every engine. */
export function composeKinds(kinds: readonly Pick<KindOfGraph, 'subgraphs'>[]) {
  const services = subgraphNames.flatMap((name) => {
    const parts = kinds.flatMap(({ subgraphs }) => subgraphs[name] ?? [])
    if (parts.length === 0) return []
    const typeDefs = documentOf(parts, name.startsWith('old') ? '' : header)
    return [{ name, typeDefs, url: `http://${name}`, parts }]
  })
  const { supergraphSdl, errors } = composeServices(services)
  if (supergraphSdl === undefined) throw new Error(errors?.map(String).join('\n'))
  const send = new Map(services.map((one) => [one.name as string, answersOf(one)]))
  const sdl = Object.fromEntries(services.map(({ name, typeDefs }) => [name, print(typeDefs)]))
  return { supergraphSdl: stripAuthDirectives(parse(supergraphSdl)), send, sdl }
}

export async function startKinds(
  { supergraphSdl, send }: ReturnType<typeof composeKinds>,
  settings: EngineSettings,
): Promise<KindsGraph> {
  const fetches: string[] = []
  const { engine, schema } = await createEngine(
    {
      supergraphSdl,
      dataSource: (name) =>
        ({
          async send(body) {
            fetches.push(`${name} ${body}`)
            return send.get(name)?.(body)
          },
        }) as DataSource,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    },
    settings,
  )
  return {
    async ask({ query, variables = {} }) {
      const invalid = validate(schema, parse(query))
      if (invalid.length > 0) throw new Error(`${query}: ${invalid.join()}`)
      fetches.length = 0
      const run = { variables, context: contextFor() }
      const result = JSON.parse(bodyOf(await engine.execute(prepare(query), run)))
      return { result, fetches: [...fetches] }
    },
    [Symbol.asyncDispose]: () => engine.stop(),
  }
}

/** A subgraph of several parts has one Query: each of them extends it. */
function documentOf(parts: readonly KindSubgraph[], head: string): DocumentNode {
  const text = `${head}\n${parts.map(({ sdl }) => sdl).join('\n')}`
  const { definitions, ...document } = parse(text)
  return {
    ...document,
    definitions: definitions.map((one) => {
      const isRoot =
        one.kind === Kind.OBJECT_TYPE_DEFINITION && /^(Query|Mutation)$/.test(one.name.value)
      return isRoot ? { ...one, kind: Kind.OBJECT_TYPE_EXTENSION } : one
    }),
  }
}

function answersOf({
  typeDefs,
  parts,
}: {
  typeDefs: DocumentNode
  parts: readonly KindSubgraph[]
}) {
  const roots: Row = Object.assign({}, ...parts.map((one) => one.roots))
  const entities: Record<string, readonly Row[]> = Object.assign(
    {},
    ...parts.map((one) => one.entities),
  )
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: referencesOf(entities, typeDefs) }])
  const fieldResolver: GraphQLFieldResolver<Source | undefined, unknown> = (
    source,
    args,
    _,
    { fieldName, parentType },
  ) => {
    if (source === undefined) return resolved(roots[fieldName], { source: {}, args })
    const { [REFERENCE]: reference = {}, ...row } = source
    const known = entities[parentType.name]?.find((one) => isReferredTo(one, row))
    const value = row[fieldName] ?? known?.[fieldName] ?? reference[fieldName]
    return resolved(value, { source: merged(row, reference), args })
  }
  return async (body: string) => {
    const { query, variables } = JSON.parse(body)
    const document = parse(query)
    const invalid = validate(schema, document)
    if (invalid.length > 0) return JSON.parse(JSON.stringify({ errors: invalid }))
    const result = await execute({
      schema,
      document,
      variableValues: variables,
      fieldResolver,
      typeResolver: ({ __typename }: { __typename: string }) => __typename,
    })
    return JSON.parse(JSON.stringify(result))
  }
}

function referencesOf(
  entities: Readonly<Record<string, readonly Row[]>>,
  { definitions }: DocumentNode,
): GraphQLResolverMap<unknown> {
  const resolvers: Record<string, Record<string, unknown>> = {}
  for (const one of definitions) {
    const isAbstract =
      one.kind === Kind.INTERFACE_TYPE_DEFINITION || one.kind === Kind.UNION_TYPE_DEFINITION
    if (isAbstract) {
      resolvers[one.name.value] = { __resolveType: ({ __typename }: Row) => __typename }
    }
  }
  for (const [type, rows] of Object.entries(entities)) {
    const __resolveReference = (reference: Row) => {
      const row = rows.find((one) => isReferredTo(one, reference))
      if (row === undefined) return null
      const { __typename = type } = row
      return { ...row, __typename, [REFERENCE]: reference }
    }
    resolvers[type] = { ...resolvers[type], __resolveReference }
  }
  return resolvers as GraphQLResolverMap<unknown>
}

function resolved(value: unknown, { source, args }: { source: Row; args: Row }): unknown {
  return typeof value === 'function' ? value(source, args) : value
}

/** What is required comes with the reference, also where an object of that name is known here. */
function merged(row: Row, reference: Row): Row {
  const all: Record<string, unknown> = { ...row }
  for (const [name, value] of Object.entries(reference)) {
    const known = all[name]
    const areObjects = [known, value].every(
      (one) => typeof one === 'object' && one !== null && !Array.isArray(one),
    )
    all[name] = areObjects ? merged(known as Row, value as Row) : value
  }
  return all
}

/** In all that a reference says, and that is known here. */
function isReferredTo(row: unknown, reference: unknown): boolean {
  if (row === undefined || typeof row === 'function') return true
  if (Array.isArray(row)) {
    return (
      Array.isArray(reference) && row.every((one, index) => isReferredTo(one, reference[index]))
    )
  }
  if (typeof row !== 'object' || row === null) return isDeepStrictEqual(row, reference)
  const entries = Object.entries((reference ?? {}) as Row)
  return entries.every(
    ([name, value]) => name === '__typename' || isReferredTo((row as Row)[name], value),
  )
}

// Rules at random over random graphs: whatever an operation could ever read of an object is ruled, and nothing is that it does
// not select. Both are found by a walk of its own, object by object, that knows nothing of how rules are compiled.
// RULES_GRAPHS and RULES_OPERATIONS say how many, RULES_SEED where to begin.
import { composeServices } from '@apollo/composition'
import { type Claims, claimsFromPayload } from '@sallyport/claims'
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  validate,
  visit,
} from 'graphql'
import { expect, test } from 'vitest'
import { apiSchemaOf } from '../../../../gateway/engine/api-schema.ts'
import { GatewayError } from '../../../../gateway/errors.ts'
import { createOperationCache } from '../../../../gateway/operation/cache.ts'
import { defaultOperationLimits } from '../../../../gateway/operation/limits.ts'
import { readAccess } from '../../../../gateway/supergraph/access.ts'
import { readSupergraphConfig } from '../../../../gateway/supergraph/read-config.ts'
import { stripAuthDirectives } from '../../../../gateway/supergraph/strip.ts'
import { drawOperation } from '../operations.ts'
import { drawModel } from './draw-model.ts'
import type { Model } from './model.ts'
import { printSubgraph } from './print-model.ts'
import { createPick, type Pick } from './random.ts'

const GRAPHS = Number(process.env.RULES_GRAPHS ?? 6)
const OPERATIONS = Number(process.env.RULES_OPERATIONS ?? 40)
const SEED = Number(process.env.RULES_SEED ?? 0)

/** Scopes that a field may ask for, one each: whoever lacks one is refused by that rule and no other. */
const SCOPES = ['red', 'green', 'blue'] as const
const header = /* GraphQL */ `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@requiresScopes", "@composeDirective"])
    @link(url: "https://sallyport.dev/access/v1.0", import: ["@public"])
    @composeDirective(name: "@public")
  directive @public(staleCredentials: Boolean = false) on OBJECT | FIELD_DEFINITION | INTERFACE
  type Query { greeting: String @public }
`

/** By `Type.field`, of object types alone: what somebody has to hold. */
type Rules = ReadonlyMap<string, ReadonlySet<string>>

test('an operation is refused when it could read something that is ruled, and only for what it selects', async () => {
  const seen = { graphs: 0, asked: 0, refused: 0 }
  const wrong: unknown[] = []
  for (let seed = SEED; seed < SEED + GRAPHS; seed += 1) {
    const graph = createRuledGraph(seed)
    if (graph === null) continue
    seen.graphs += 1
    for (let index = 0; index < OPERATIONS; index += 1) {
      const { query } = drawOperation(graph.schema, createPick(seed * 1000 + index))
      const document = parse(query)
      if (/__schema|__type\(/.test(query) || validate(graph.schema, document).length > 0) continue
      const readable = neededBy(document, graph, 'readable')
      const selected = neededBy(document, graph, 'selected')
      for (const lacking of SCOPES) {
        const scope = SCOPES.filter((one) => one !== lacking).join(' ')
        const claims = claimsFromPayload({ kind: 'user', sub: 'usr_1', sid: 'ses_1', scope })
        const isRefused = graph.isRefused(query, claims)
        seen.asked += 1
        if (isRefused) seen.refused += 1
        const isRight = isRefused ? selected.has(lacking) : !readable.has(lacking)
        if (!isRight) wrong.push({ seed, index, lacking, isRefused, query })
      }
    }
  }
  expect(wrong).toEqual([])
  expect(seen.graphs).toBeGreaterThan(GRAPHS / 2)
  expect(seen.refused).toBeGreaterThan(seen.asked / 20)
  expect(seen.asked - seen.refused).toBeGreaterThan(seen.asked / 20)
}, 600_000)

interface RuledGraph {
  readonly schema: GraphQLSchema
  readonly rules: Rules
  isRefused(query: string, claims: Claims): boolean
}

/** Null when what was drawn does not compose. */
function createRuledGraph(seed: number): RuledGraph | null {
  const model = drawModel(seed)
  const pick = createPick(seed + 7_000_000)
  const rules = new Map<string, Set<string>>()
  const services = model.subgraphs.map((one) => {
    const typeDefs = ruled(parse(printSubgraph(model, one)), { model, pick, rules })
    return { name: one.name, url: `http://${one.name}`, typeDefs }
  })
  const auth = { name: 'auth', url: 'http://auth', typeDefs: parse(header) }
  const { supergraphSdl } = composeServices([auth, ...services])
  if (supergraphSdl === undefined) return null
  const document = parse(supergraphSdl)
  const entries = [auth, ...services].map(({ name }) => [name, entryOf(name)])
  const config = JSON.stringify({ subgraphs: Object.fromEntries(entries) })
  const { subgraphs } = readSupergraphConfig(config, { variables: {} })
  const schema = apiSchemaOf(parse(stripAuthDirectives(document)))
  const operations = createOperationCache({
    schema,
    access: readAccess(document, { subgraphs }),
    limits: {
      ...defaultOperationLimits,
      aliases: 1000,
      selections: 100_000,
      depth: 100,
      comparisons: 1_000_000,
    },
    logger: { warn: () => undefined },
    showSchemaDetails: false,
  })
  return {
    schema,
    rules: withInterfaceObjects(rules, schema),
    isRefused(query, claims) {
      const denial = operations.prepare(query, null).authorize(claims, 0)
      if (denial !== null && denial.code !== 'FORBIDDEN') throw new GatewayError('BAD_REQUEST')
      return denial !== null
    },
  }
}

function entryOf(name: string) {
  return {
    routing_url: `http://${name}/graphql`,
    schema: { file: `${name}.graphql` },
    access: 'authenticated',
    mayDeclarePublic: true,
  }
}

/** Gives fields of objects a scope, apart from those that other subgraphs may require, be led by or be provided with. */
function ruled(
  document: DocumentNode,
  { model, pick, rules }: { model: Model; pick: Pick; rules: Map<string, Set<string>> },
): DocumentNode {
  const used = new Set(print(document).match(/\w+/g))
  const shared = new Set([...used].filter((name) => isUsedInFieldSets(model, name)))
  return visit(document, {
    SchemaExtension(node) {
      return visit(node, {
        ListValue: (list) => ({
          ...list,
          values: [...list.values, { kind: Kind.STRING, value: '@requiresScopes' } as const],
        }),
      })
    },
    ObjectTypeDefinition(node) {
      return {
        ...node,
        fields: node.fields?.map((field) => {
          const isExternal = field.directives?.some(({ name }) => name.value === 'external')
          const name = field.name.value
          if (isExternal || shared.has(name) || pick(6) !== 0) return field
          const scope = SCOPES[pick(SCOPES.length)] ?? 'red'
          const at = `${node.name.value}.${name}`
          rules.set(at, (rules.get(at) ?? new Set()).add(scope))
          return { ...field, directives: [...(field.directives ?? []), scopeDirective(scope)] }
        }),
      }
    },
  })
}

function isUsedInFieldSets({ subgraphs }: Model, name: string): boolean {
  const texts = subgraphs.flatMap(({ roots, entities, interfaceObject }) =>
    [
      ...roots.values(),
      ...[...entities.values()].flatMap(({ fields }) => [...fields.values()]),
      ...(interfaceObject?.values() ?? []),
    ].map(({ field, provides }) => `${field.requires ?? ''} ${provides ?? ''}`),
  )
  return (
    ['id', 'sku', 'code', 'part', 'org'].includes(name) ||
    texts.join(' ').split(/\W+/).includes(name)
  )
}

function scopeDirective(scope: string): ConstDirectiveNode {
  const document = parse(`type T { f: Int @requiresScopes(scopes: [["${scope}"]]) }`)
  const [type] = document.definitions
  if (type?.kind !== Kind.OBJECT_TYPE_DEFINITION) throw new Error('no type')
  return type.fields?.[0]?.directives?.[0] as ConstDirectiveNode
}

/** What an @interfaceObject adds, each object of the interface has. */
function withInterfaceObjects(rules: Rules, schema: GraphQLSchema): Rules {
  const all = new Map<string, Set<string>>()
  for (const [at, scopes] of rules) {
    const [typeName = '', field = ''] = at.split('.')
    const type = schema.getType(typeName)
    const objects = isAbstractType(type) ? schema.getPossibleTypes(type) : [{ name: typeName }]
    for (const { name } of objects) {
      const key = `${name}.${field}`
      all.set(key, new Set([...(all.get(key) ?? []), ...scopes]))
    }
  }
  return all
}

/**
 * Scopes of all that the operation may read of any object, whatever its conditions say. `selected`: of all objects that a fragment
 * names, be there none at that place: an interface's fields have the rules of every type that implements it.
 */
function neededBy(
  document: DocumentNode,
  { schema, rules }: RuledGraph,
  what: 'readable' | 'selected',
): ReadonlySet<string> {
  const needed = new Set<string>()
  for (const one of document.definitions) {
    if (one.kind !== Kind.OPERATION_DEFINITION) continue
    const root = one.operation === 'mutation' ? schema.getMutationType() : schema.getQueryType()
    if (root) read(root.name, one.selectionSet)
  }
  return needed

  function read(object: string, { selections }: SelectionSetNode): void {
    for (const node of selections) {
      if (node.kind === Kind.FIELD) {
        for (const scope of rules.get(`${object}.${node.name.value}`) ?? []) needed.add(scope)
        if (node.selectionSet) readBelow(object, node.name.value, node.selectionSet)
        continue
      }
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragmentNamed(node.name.value)
      const condition = fragment.typeCondition?.name.value ?? object
      if (what === 'selected') readAll(condition, fragment.selectionSet)
      else if (isOf(object, condition)) read(object, fragment.selectionSet)
    }
  }

  function readBelow(object: string, field: string, set: SelectionSetNode): void {
    const type = schema.getType(object)
    if (!isObjectType(type)) return
    const named = getNamedType(type.getFields()[field]?.type)
    if (named) readAll(named.name, set)
  }

  function readAll(name: string, set: SelectionSetNode): void {
    const type = schema.getType(name)
    const objects = isAbstractType(type) ? schema.getPossibleTypes(type) : [{ name }]
    for (const one of objects) read(one.name, set)
  }

  function isOf(object: string, condition: string): boolean {
    const type = schema.getType(condition)
    if (object === condition) return true
    return isAbstractType(type) && schema.getPossibleTypes(type).some(({ name }) => name === object)
  }

  function fragmentNamed(name: string) {
    const found = document.definitions.find(
      (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name,
    )
    if (found?.kind !== Kind.FRAGMENT_DEFINITION) throw new Error('no such fragment')
    return found
  }
}

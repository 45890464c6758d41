// What the monolith and its subgraphs answer: every value follows from the seed, the entity, the field and its arguments alone,
// whoever answers; a field with @requires computes its value from nothing but what it requires.
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/index.js'
import {
  type FieldNode,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
  getArgumentValues,
  getNamedType,
  getNullableType,
  type InlineFragmentNode,
  isEnumType,
  isListType,
  isNonNullType,
  isScalarType,
  Kind,
  parse,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { hash } from '../world.ts'
import { type Field, keyFields, type Model, namesOfKey, type Subgraph } from './model.ts'

export interface Mood {
  readonly seed: number
  /** Out of a hundred fields. */
  readonly failing: number
  readonly missing: number
  /** Out of a hundred fetches: nobody answers. Default: 0. */
  readonly away?: number
}

export function isAway(mood: Mood, body: string): boolean {
  return roll(mood, `${body} away`) < (mood.away ?? 0)
}

/** An entity or a value object. */
interface Thing {
  readonly __typename: string
  /** What it is: behind an @interfaceObject the subgraph calls it otherwise. */
  readonly type: string
  /** Which entity of its type. */
  readonly n?: number
  /** Where a value object stands. */
  readonly place?: string
  readonly reference?: Readonly<Record<string, unknown>>
}

const ENTITIES = 4

export interface World {
  /** Answers every field of a schema. `subgraph` is null for the monolith. */
  resolver(subgraph: Subgraph | null): GraphQLFieldResolver<Thing | undefined, Mood>
  references(subgraph: Subgraph): GraphQLResolverMap<unknown>
}

export function createWorld(model: Model): World {
  const fields = fieldsOf(model)
  const unfailing = unfailingFields(model)
  return { resolver, references }

  function resolver(subgraph: Subgraph | null): GraphQLFieldResolver<Thing | undefined, Mood> {
    return (source, args, mood, { fieldName, parentType, returnType, schema }) => {
      const type = source?.type ?? parentType.name
      return answer({ subgraph, schema, mood }, { source, type, name: fieldName, args, returnType })
    }
  }

  interface Where {
    readonly subgraph: Subgraph | null
    readonly schema: GraphQLSchema
    readonly mood: Mood
  }

  interface Asked {
    readonly source: Thing | undefined
    readonly type: string
    readonly name: string
    readonly args: Record<string, unknown>
    readonly returnType: GraphQLOutputType
  }

  function answer(where: Where, asked: Asked): unknown {
    const { source, type, name, args, returnType } = asked
    if (source?.n !== undefined && name in keyFields) return keyValue(type, source.n, name)
    const { mood, subgraph } = where
    const field = fields.get(`${type}.${name}`)
    if (type === 'Org') return source?.place
    const own = source?.n ?? source?.place ?? ''
    const parts: unknown[] = [type, own, name, args]
    if (subgraph !== null && isOverridden(model, subgraph, type, name)) parts.push('overridden')
    if (field?.requires !== undefined) parts.push(required(where, asked, field.requires))
    const place = JSON.stringify(parts)
    const at = { place, candidates: field?.candidates ?? [] }
    if (field?.isPresent) return presentValue(where, getNullableType(returnType), at)
    if (!unfailing.has(name) && roll(mood, `${place} fails`) < mood.failing) {
      throw new GraphQLError(`boom: ${type}.${name}`)
    }
    return valueAt(where, returnType, at)
  }

  /** What is required: a subgraph is told, the monolith asks itself. */
  function required(where: Where, { source, type }: Asked, text: string): unknown {
    const set = selectionOf(text)
    if (where.subgraph !== null) return reduce(source?.reference ?? {}, set)
    return select(where, { source, type }, set)
  }

  function select(
    where: Where,
    { source, type }: { source: Thing | undefined; type: string },
    { selections }: SelectionSetNode,
  ): unknown {
    return selections.flatMap((node) => {
      if (node.kind !== Kind.FIELD) {
        return isOn(type, node) ? [select(where, { source, type }, node.selectionSet)] : []
      }
      if (node.name.value === '__typename') return type
      const parent = where.schema.getType(type)
      if (!parent || !('getFields' in parent)) throw new Error(`no type ${type}`)
      const definition = parent.getFields()[node.name.value]
      if (definition === undefined || 'defaultValue' in definition) throw new Error('no field')
      const args = getArgumentValues(definition as never, node)
      const asked = {
        source,
        type,
        name: node.name.value,
        args,
        returnType: definition.type as GraphQLOutputType,
      }
      return [selectIn(where, answer(where, asked), node)]
    })
  }

  function selectIn(where: Where, value: unknown, node: FieldNode): unknown {
    if (Array.isArray(value)) return value.map((item) => selectIn(where, item, node))
    if (value === null || value === undefined || node.selectionSet === undefined)
      return value ?? null
    const thing = value as Thing
    return select(where, { source: thing, type: thing.type }, node.selectionSet)
  }

  function valueAt(where: Where, type: GraphQLOutputType, at: At): unknown {
    if (isNonNullType(type)) return presentValue(where, type.ofType, at)
    if (roll(where.mood, `${at.place} null`) < where.mood.missing) return null
    return presentValue(where, type, at)
  }

  function presentValue(where: Where, type: GraphQLOutputType, at: At): unknown {
    const { mood, schema } = where
    const number = hash(`${mood.seed}${at.place}`)
    if (isListType(type)) {
      return Array.from({ length: number % 4 }, (_, index) =>
        valueAt(where, type.ofType, { ...at, place: `${at.place}/${index}` }),
      )
    }
    const named = getNamedType(type)
    if (named.name === 'Query') return { __typename: 'Query', type: 'Query' } satisfies Thing
    if (isScalarType(named)) return scalarOf(named.name, number)
    if (isEnumType(named)) return named.getValues()[number % named.getValues().length]?.name
    if (model.values.some(({ name }) => name === named.name)) {
      return { __typename: named.name, type: named.name, place: at.place } satisfies Thing
    }
    const chosen = at.candidates[number % at.candidates.length]
    if (chosen === undefined) return null
    const isKnown = schema.getType(chosen) !== undefined
    return {
      __typename: isKnown ? chosen : 'Media',
      type: chosen,
      n: (number >>> 8) % ENTITIES,
    } satisfies Thing
  }

  function references({ entities, interfaces, interfaceObject }: Subgraph) {
    const resolvers: Record<string, Record<string, unknown>> = {}
    for (const [name, { keys }] of entities) {
      resolvers[name] = {
        __resolveReference: (reference: Record<string, unknown>) => refer(name, keys, reference),
      }
    }
    if (interfaceObject !== null) {
      resolvers.Media = {
        __resolveReference: (reference: Record<string, unknown>) => ({
          ...refer(typeOfId(reference.id), ['id'], reference),
          __typename: 'Media',
        }),
      }
    }
    for (const one of model.interfaces) {
      if (!interfaces.has(one.name)) continue
      const typeResolver = { __resolveType: ({ __typename }: Thing) => __typename }
      const byId = (reference: Record<string, unknown>) =>
        refer(typeOfId(reference.id), ['id'], reference)
      resolvers[one.name] =
        one.home === null ? typeResolver : { ...typeResolver, __resolveReference: byId }
    }
    return resolvers as GraphQLResolverMap<unknown>
  }

  function refer(
    type: string,
    keys: readonly string[],
    reference: Readonly<Record<string, unknown>>,
  ): Thing {
    const key = keys.find((one) => namesOfKey(one).every((name) => reference[name] !== undefined))
    const ids = Array.from({ length: ENTITIES }, (_, n) => n)
    const n = ids.find((one) => key !== undefined && isOf(type, one, { key, reference }))
    if (n === undefined) throw new GraphQLError(`nobody: ${type} ${JSON.stringify(reference)}`)
    return { __typename: type, type, n, reference }
  }
}

interface At {
  readonly place: string
  readonly candidates: readonly string[]
}

function isOf(
  type: string,
  n: number,
  { key, reference }: { key: string; reference: Readonly<Record<string, unknown>> },
): boolean {
  return namesOfKey(key).every((name) => {
    const value = keyValue(type, n, name)
    const sent = reference[name]
    if (name !== 'org') return value === sent
    return (value as Thing).place === (sent as { id?: string }).id
  })
}

/** Neither half of a key over several fields says by itself which entity it is. */
function keyValue(type: string, n: number, name: string): unknown {
  switch (name) {
    case 'id':
      return `${type}:${n}`
    case 'sku':
      return `${type}/${n}`
    case 'code':
      return `c${n & 1}`
    case 'part':
      return n >> 1
    default:
      return { __typename: 'Org', type: 'Org', place: `o${n >> 1}` } satisfies Thing
  }
}

function typeOfId(id: unknown): string {
  return String(id).split(':')[0] ?? ''
}

/** What a selection finds in a representation. */
function reduce(data: unknown, { selections }: SelectionSetNode): unknown {
  const own = data as Record<string, unknown>
  return selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) return [reduceValue(own[node.name.value], node)]
    return isOn(own.__typename, node) ? [reduce(data, node.selectionSet)] : []
  })
}

function isOn(type: unknown, node: SelectionNode): node is InlineFragmentNode {
  return node.kind === Kind.INLINE_FRAGMENT && node.typeCondition?.name.value === type
}

function reduceValue(value: unknown, node: FieldNode): unknown {
  if (Array.isArray(value)) return value.map((item) => reduceValue(item, node))
  if (value === undefined) return 'was not sent'
  if (value === null || node.selectionSet === undefined) return value
  return reduce(value, node.selectionSet)
}

function selectionOf(text: string): SelectionSetNode {
  const [definition] = parse(`{ ${text} }`).definitions
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error('no selection')
  return definition.selectionSet
}

function isOverridden(
  { subgraphs }: Model,
  { name }: Subgraph,
  type: string,
  field: string,
): boolean {
  return subgraphs.some((one) => {
    const own = one.entities.get(type)?.fields.get(field)
    // Where a share is taken over both are asked, and say the same.
    return own?.overrides === name && own.label === undefined
  })
}

function fieldsOf({ entities, values, interfaces, subgraphs }: Model): ReadonlyMap<string, Field> {
  const all = new Map<string, Field>()
  for (const { name, fields } of [...entities, ...values]) {
    for (const one of fields) all.set(`${name}.${one.name}`, one)
  }
  for (const { implementers, added } of interfaces) {
    for (const name of implementers) for (const one of added) all.set(`${name}.${one.name}`, one)
  }
  for (const { roots, mutations } of subgraphs) {
    for (const { field } of roots.values()) all.set(`Query.${field.name}`, field)
    for (const { field } of mutations.values()) all.set(`Mutation.${field.name}`, field)
  }
  return all
}

/** What planners ask for by themselves: nobody asked for an error there. */
function unfailingFields({ entities, interfaces, subgraphs }: Model): ReadonlySet<string> {
  const names = new Set(Object.keys(keyFields))
  const add = ({ selections }: SelectionSetNode) => {
    for (const node of selections) {
      if (node.kind === Kind.INLINE_FRAGMENT) add(node.selectionSet)
      if (node.kind !== Kind.FIELD) continue
      names.add(node.name.value)
      if (node.selectionSet) add(node.selectionSet)
    }
  }
  for (const { requires } of [
    ...entities.flatMap((one) => one.fields),
    ...interfaces.flatMap((one) => one.added),
  ]) {
    if (requires !== undefined) add(selectionOf(requires))
  }
  for (const { roots, entities: own } of subgraphs) {
    const all = [
      ...roots.values(),
      ...[...own.values()].flatMap(({ fields }) => [...fields.values()]),
    ]
    for (const { provides } of all) if (provides !== undefined) add(selectionOf(provides))
  }
  return names
}

function roll({ seed }: Mood, text: string): number {
  return hash(`${seed}${text}`) % 100
}

function scalarOf(type: string, number: number): unknown {
  switch (type) {
    case 'Int':
      return (number % 2000) - 1000
    case 'Float':
      return (number % 1000) / 8
    case 'Boolean':
      return number % 2 === 0
    case 'ID':
      return `x${number % 1000}`
    default:
      return `${['plain', 'with "quotes" \\', 'líne\n', '😀'][number % 4]}${number % 1000}`
  }
}

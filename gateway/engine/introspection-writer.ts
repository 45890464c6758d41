// Writes what an operation asks of the schema, in turns of the event loop. What stands at several places is written once.
import {
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getArgumentValues,
  isLeafType,
  isListType,
  isNonNullType,
  type SelectionSetNode,
} from 'graphql'
import { tooComplex } from '../operation/too-complex.ts'
import type { Pieces } from '../supergraph/slices.ts'
import type { IntrospectionOptions } from './introspection.ts'
import { NULL } from './write.ts'

/** So many are written in one turn of the event loop, which takes half a millisecond. */
const FIELDS_IN_A_TURN = 500

interface Written {
  readonly text: string
  /** Fields that it has, at all of its levels. */
  readonly fields: number
}

/** What is written so far. */
export interface Count {
  fields: number
  inTurn: number
  readonly maximum: number
}

function add(count: Count, fields: number): void {
  count.fields += fields
  count.inTurn += fields
  const { maximum } = count
  if (count.fields <= maximum) return
  throw tooComplex('fields of the schema', {
    limit: 'introspection',
    value: count.fields,
    maximum,
  })
}

type Source = Readonly<Record<string, unknown>>

type WriteValue = (value: unknown) => Pieces<Written>

export type WriteField = (
  field: GraphQLField<unknown, unknown>,
  nodes: readonly FieldNode[],
) => (source: Source) => Pieces<Written>

/** For one run: what is written depends on its variables. */
export function createWriter(
  { schema, clientNames, collectFields }: IntrospectionOptions,
  { variables, count }: { variables: Readonly<Record<string, unknown>>; count: Count },
): WriteField {
  return compileField

  function compileField(
    field: GraphQLField<unknown, unknown>,
    nodes: readonly FieldNode[],
  ): (source: Source) => Pieces<Written> {
    const [node] = nodes
    const args = node ? getArgumentValues(field, node, variables) : {}
    const write = compileValue(
      field.type,
      nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
    )
    // None of them reads more of it.
    const info = { schema } as never
    return (source) => write(field.resolve?.(source, args, undefined, info))
  }

  function compileValue(type: GraphQLOutputType, sets: readonly SelectionSetNode[]): WriteValue {
    if (isNonNullType(type)) return compileValue(type.ofType, sets)
    if (isListType(type)) return listOf(compileValue(type.ofType, sets))
    if (isLeafType(type)) return leaf
    return compileObject(type as GraphQLObjectType, sets)
  }

  function compileObject(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): WriteValue {
    const known = new Map<unknown, Written>()
    let members: readonly Member[] | null = null
    return function* writeObject(value) {
      if (value === undefined || value === null) return ABSENT
      const before = known.get(value)
      if (before !== undefined) {
        add(count, before.fields)
        return before
      }
      members ??= compileMembers(type, sets)
      add(count, members.length)
      if (count.inTurn > FIELDS_IN_A_TURN) {
        count.inTurn = 0
        yield
      }
      const written = yield* writeMembers(members, value as Source)
      known.set(value, written)
      return written
    }
  }

  function compileMembers(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Member[] {
    const place = { type, runtimeType: type, typename: type.name, sets, deniedSets: [] }
    const collected = collectFields(place)
    return [...collected].map(([name, { definition, nodes }], index) => {
      const key = JSON.stringify(clientNames.get(name) ?? name)
      const field = type.getFields()[definition]
      return {
        prefix: `${index === 0 ? '{' : ','}${key}:`,
        write: field === undefined ? () => leaf(type.name) : compileField(field, nodes),
      }
    })
  }
}

interface Member {
  readonly prefix: string
  readonly write: (source: Source) => Pieces<Written>
}

const ABSENT: Written = { text: NULL, fields: 0 }

// biome-ignore lint/correctness/useYield: one of the ways to write a value, and the only one that is done at once
function* leaf(value: unknown): Pieces<Written> {
  return { text: JSON.stringify(value ?? null), fields: 0 }
}

function* writeMembers(members: readonly Member[], source: Source): Pieces<Written> {
  let text = ''
  let fields = members.length
  for (const { prefix, write } of members) {
    const written = yield* write(source)
    text += prefix + written.text
    fields += written.fields
  }
  return { text: text === '' ? '{}' : `${text}}`, fields }
}

function listOf(writeItem: WriteValue): WriteValue {
  return function* writeList(value) {
    if (!Array.isArray(value)) return ABSENT
    const texts: string[] = []
    let fields = 0
    for (const item of value) {
      const written = yield* writeItem(item)
      texts.push(written.text)
      fields += written.fields
    }
    return { text: `[${texts.join(',')}]`, fields }
  }
}

// Writes what an operation asks of the schema, in turns of the event loop. What stands at several places is written once, so a turn
// that is over ends wherever it stands: the next one begins anew, and finds all objects that are done.
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
import { nextTurn } from '../supergraph/slices.ts'
import type { IntrospectionOptions } from './introspection.ts'
import { NULL } from './write.ts'

/** So many are written in one turn of the event loop, which takes a millisecond. */
const FIELDS_IN_A_TURN = 1000

export interface Written {
  readonly text: string
  /** Fields that it has, at all of its levels. */
  readonly fields: number
}

/** Fields of objects that are done. */
export interface Count {
  inTurn: number
  inAll: number
}

/** Thrown where a turn is over. */
const OVER = new Error('the turn is over')

/** @param afterTurn may refuse to go on, by throwing */
export async function writeInTurns(
  write: () => Written,
  { count, afterTurn }: { readonly count: Count; readonly afterTurn: () => void },
): Promise<Written> {
  for (;;) {
    try {
      return write()
    } catch (error) {
      if (error !== OVER) throw error
    }
    afterTurn()
    await nextTurn()
    count.inTurn = 0
  }
}

type Source = Readonly<Record<string, unknown>>

type WriteValue = (value: unknown) => Written

export type WriteField = (
  field: GraphQLField<unknown, unknown>,
  nodes: readonly FieldNode[],
) => (source: Source) => Written

/** For one run: what is written depends on its variables. */
export function createWriter(
  { schema, clientNames, collectFields }: IntrospectionOptions,
  { variables, count }: { variables: Readonly<Record<string, unknown>>; count: Count },
): WriteField {
  return compileField

  function compileField(
    field: GraphQLField<unknown, unknown>,
    nodes: readonly FieldNode[],
  ): (source: Source) => Written {
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
    return (value) => {
      if (value === undefined || value === null) return ABSENT
      const before = known.get(value)
      if (before !== undefined) return before
      // Counted when it is done: each turn has one at least.
      if (count.inTurn > FIELDS_IN_A_TURN) throw OVER
      members ??= compileMembers(type, sets)
      const written = writeMembers(members, value as Source)
      known.set(value, written)
      count.inTurn += members.length
      count.inAll += members.length
      return written
    }
  }

  function compileMembers(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Member[] {
    const place = { type, runtimeType: type, sets, deniedSets: [] }
    const collected = collectFields(place)
    return [...(collected ?? [])].map(([name, { definition, nodes }], index) => {
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
  readonly write: (source: Source) => Written
}

const ABSENT: Written = { text: NULL, fields: 0 }

function leaf(value: unknown): Written {
  return { text: JSON.stringify(value ?? null), fields: 0 }
}

function writeMembers(members: readonly Member[], source: Source): Written {
  let text = ''
  let fields = members.length
  for (const { prefix, write } of members) {
    const written = write(source)
    text += prefix + written.text
    fields += written.fields
  }
  return { text: text === '' ? '{}' : `${text}}`, fields }
}

function listOf(writeItem: WriteValue): WriteValue {
  return (value) => {
    if (!Array.isArray(value)) return ABSENT
    const items = value.map(writeItem)
    const fields = items.reduce((sum, item) => sum + item.fields, 0)
    return { text: `[${items.map(({ text }) => text).join(',')}]`, fields }
  }
}

// Scalars and enums of an answer: a value that does not fit its type is null, and a fault (see `faults.ts`).
import {
  type GraphQLEnumType,
  type GraphQLNamedType,
  type GraphQLScalarType,
  isEnumType,
  isSpecifiedScalarType,
} from 'graphql'
import { longNumberOf } from '../long-numbers.ts'
import { toJson } from './data.ts'
import { NULL, type Write } from './write.ts'

const INTEGER = /^-?(?:0|[1-9]\d*)$/

/** What counts as a value of each type; a custom scalar takes anything. */
const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
  String: (value) => typeof value === 'string' && longNumberOf(value) === null,
  Boolean: (value) => typeof value === 'boolean',
  Int: isInt,
  Float: (value) => Number.isFinite(value) || longNumberOf(value) !== null,
  ID: (value) => typeof value === 'string' || isInteger(value),
}

export function compileLeaf(type: GraphQLScalarType | GraphQLEnumType): Write {
  if (isEnumType(type)) {
    const texts = new Map(type.getValues().map(({ name }) => [name, JSON.stringify(name)]))
    return (value, run) => {
      if (value === null) return NULL
      return (typeof value === 'string' && texts.get(value)) || run.fault()
    }
  }
  const isFitting = isSpecifiedScalarType(type) ? fits[type.name] : undefined
  if (isFitting === undefined) {
    return (value, run) =>
      value === undefined || isEndless(value) ? run.fault() : run.write(value)
  }
  // A subgraph may number its entities; for clients an id is text (GraphQL specification, section 3.5.5).
  const write = type.name === 'ID' ? writeId : toJson
  const isText = type.name === 'String' || type.name === 'ID'
  return (value, run) => {
    if (isText && run.isPlain && typeof value === 'string') return `"${value}"`
    if (isFitting(value)) return write(value)
    return value === null ? NULL : run.fault()
  }
}

export function fitsLeaf(type: GraphQLNamedType, value: unknown): boolean {
  if (isEnumType(type)) return typeof value === 'string' && type.getValue(value) != null
  return fits[type.name]?.(value) ?? !isEndless(value)
}

function writeId(value: unknown): string {
  const digits = typeof value === 'number' ? value : longNumberOf(value)
  return digits === null ? toJson(value) : `"${digits}"`
}

/** What `1e400` is read as, for which JSON has no word. */
function isEndless(value: unknown): boolean {
  return typeof value === 'number' && !Number.isFinite(value)
}

/** GraphQL specification, section 3.5.1: 32 bits. */
function isInt(value: unknown): boolean {
  return typeof value === 'number' && (value | 0) === value
}

function isInteger(value: unknown): boolean {
  return typeof value === 'number' && INTEGER.test(String(value))
}

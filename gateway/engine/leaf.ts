// Scalars and enums of an answer: a value that does not fit its type is null.
import {
  type GraphQLEnumType,
  type GraphQLScalarType,
  isEnumType,
  isSpecifiedScalarType,
} from 'graphql'
import { toJson } from './data.ts'
import type { Write } from './write.ts'

const INTEGER = /^-?(?:0|[1-9]\d*)$/

/** What counts as a value of each type; a custom scalar takes anything. */
const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  Int: isInteger,
  Float: Number.isFinite,
  ID: (value) => typeof value === 'string' || isInteger(value),
}

export function compileLeaf(type: GraphQLScalarType | GraphQLEnumType): Write {
  if (isEnumType(type)) {
    const texts = new Map(type.getValues().map(({ name }) => [name, JSON.stringify(name)]))
    return (value) => (typeof value === 'string' && texts.get(value)) || 'null'
  }
  const isFitting = isSpecifiedScalarType(type) ? fits[type.name] : undefined
  if (isFitting === undefined) return (value) => toJson(value)
  return (value) => (isFitting(value) ? toJson(value) : 'null')
}

function isInteger(value: unknown): boolean {
  return typeof value === 'number' && INTEGER.test(String(value))
}

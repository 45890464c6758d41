// Long numbers in variables: a custom scalar gets every digit, an id its digits as text, and the scalars of GraphQL what they can hold.
import {
  type GraphQLInputType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql'
import { longNumberOf } from '../long-numbers.ts'

/** The value with its long numbers as their types want them; itself when it has none. */
export function settleLongNumbers(value: unknown, type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return settleLongNumbers(value, type.ofType)
  if (typeof value === 'string') return settle(value, type)
  if (typeof value !== 'object' || value === null) return value
  if (isListType(type)) {
    return Array.isArray(value)
      ? changed(value, (item) => settleLongNumbers(item, type.ofType))
      : settleLongNumbers(value, type.ofType)
  }
  if (!isInputObjectType(type) || Array.isArray(value)) return value
  const fields = type.getFields()
  const entries = Object.entries(value).map(([name, member]) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    return [name, field === undefined ? member : settleLongNumbers(member, field.type)] as const
  })
  const isSame = entries.every(
    ([name, member]) => member === (value as Record<string, unknown>)[name],
  )
  return isSame ? value : Object.fromEntries(entries)
}

function settle(value: string, type: GraphQLInputType): unknown {
  if (isListType(type)) return settleLongNumbers(value, type.ofType)
  const digits = longNumberOf(value)
  if (digits === null) return value
  if (isScalarType(type) && type.name === 'ID') return digits
  const keepsDigits = isScalarType(type) && !isSpecifiedScalarType(type)
  return keepsDigits ? value : Number(digits)
}

function changed(
  list: readonly unknown[],
  settleOne: (item: unknown) => unknown,
): readonly unknown[] {
  const settled = list.map(settleOne)
  return settled.every((item, index) => item === list[index]) ? list : settled
}

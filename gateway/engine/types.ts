// Which type is which other, by name, over the whole supergraph.
import { type GraphQLSchema, isAbstractType, isInterfaceType, isObjectType } from 'graphql'

/** Whether an object of the one type is an object of the other. */
export type IsOfType = (typename: string, condition: string) => boolean

export function createIsOfType(schema: GraphQLSchema): IsOfType {
  return (typename, condition) => {
    if (typename === condition) return true
    const type = schema.getType(typename)
    const wanted = schema.getType(condition)
    if (!isAbstractType(wanted)) return false
    return (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(wanted, type)
  }
}

/** Whether a `__typename` is that of an object type. */
export type IsObjectType = (typename: unknown) => boolean

export function createIsObjectType(schema: GraphQLSchema): IsObjectType {
  return (typename) => typeof typename === 'string' && isObjectType(schema.getType(typename))
}

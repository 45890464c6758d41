// Which type an object of the answer has: what its subgraphs call it, where one of that type can stand.
import {
  type GraphQLCompositeType,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
} from 'graphql'

/** Null for one that cannot stand there. The abstract type itself where nobody said which of its objects it is. */
export type RuntimeTypeOf = (
  type: GraphQLCompositeType,
  typename: unknown,
) => GraphQLCompositeType | null

export function createRuntimeTypeOf(schema: GraphQLSchema): RuntimeTypeOf {
  return (type, typename = '') => {
    // Whatever it is called: a subgraph may have another name for a root type.
    if (isObjectType(type)) return type
    if (typename === '' || typename === null) return type
    const named = typeof typename === 'string' ? schema.getType(typename) : undefined
    if (isObjectType(named)) return schema.isSubType(type, named) ? named : null
    // To a subgraph with an @interfaceObject it is no more than its interface.
    return isInterfaceType(named) ? type : null
  }
}

// What was asked for may be gone from the graph by now, and what other gateways say may never have been in it.
import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql'

/** Whether the schema has it. */
export function isFieldOf(schema: GraphQLSchema): (coordinate: string) => boolean {
  return (coordinate) => {
    const [type = '', field = ''] = coordinate.split('.')
    const found = schema.getType(type)
    return (
      (isObjectType(found) || isInterfaceType(found)) && Object.hasOwn(found.getFields(), field)
    )
  }
}

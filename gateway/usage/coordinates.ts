// The fields that a document asks for, as `Type.field`; of an interface also those of the types behind it.
import {
  type DocumentNode,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'

/** So many of one document are of interest. */
const MOST = 1000

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

/** Those that the schema has. */
export function coordinatesOf(document: DocumentNode, schema: GraphQLSchema): readonly string[] {
  const found = new Set<string>()
  const types = new TypeInfo(schema)
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ name: { value } }) {
        const parent = types.getParentType()
        if (parent === undefined || parent === null || value.startsWith('__')) return
        if (found.size >= MOST || types.getFieldDef() == null) return
        found.add(`${parent.name}.${value}`)
        if (!isInterfaceType(parent)) return
        for (const type of schema.getPossibleTypes(parent)) found.add(`${type.name}.${value}`)
      },
    }),
  )
  return [...found]
}

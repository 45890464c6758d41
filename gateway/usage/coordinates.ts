// The fields that a document asks for, as `Type.field`; of an interface also those of the types behind it.
import {
  type DocumentNode,
  type GraphQLSchema,
  isInterfaceType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'

/** So many of one document are of interest. */
const MOST = 1000

export function coordinatesOf(document: DocumentNode, schema: GraphQLSchema): readonly string[] {
  const found = new Set<string>()
  const types = new TypeInfo(schema)
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ name: { value } }) {
        const parent = types.getParentType()
        if (parent === undefined || parent === null || value.startsWith('__')) return
        if (found.size >= MOST) return
        found.add(`${parent.name}.${value}`)
        if (!isInterfaceType(parent)) return
        for (const type of schema.getPossibleTypes(parent)) found.add(`${type.name}.${value}`)
      },
    }),
  )
  return [...found]
}

// `buildASTSchema` of graphql-js in pieces. A type reads its fields when they are asked for, and a schema asks all types at once.
import {
  type DocumentNode,
  type GraphQLNamedType,
  GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  specifiedDirectives,
} from 'graphql'
import { extendSchemaImpl } from 'graphql/utilities/extendSchema.js'
import type { Pieces } from '../supergraph/slices.ts'

/** @param document as composition made it: valid, with a schema definition, and without extensions */
export function* buildSchema(document: DocumentNode): Pieces<GraphQLSchema> {
  const empty = { ...new GraphQLSchema({}).toConfig(), directives: [], types: [] }
  const config = extendSchemaImpl(empty, document)
  for (const type of config.types) {
    readMembers(type)
    yield
  }
  const named = new Set(config.directives.map(({ name }) => name))
  const missing = specifiedDirectives.filter(({ name }) => !named.has(name))
  return new GraphQLSchema({
    ...config,
    directives: [...config.directives, ...missing],
    // Composition looked; graphql-js would look again, at everything, when the first operation comes.
    assumeValid: true,
  })
}

function readMembers(type: GraphQLNamedType): void {
  if (isObjectType(type) || isInterfaceType(type)) type.getInterfaces()
  if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) type.getFields()
  if (isUnionType(type)) type.getTypes()
}

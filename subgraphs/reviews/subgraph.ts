// The subgraph as a schema: what each capability declares, guarded by the rules that stand in the SDL.
import { buildSubgraphSchema } from '@apollo/subgraph'
import { guardSchema } from '@sallyport/claims/rules'
import { type GraphQLSchema, parse } from 'graphql'
import { DateTime } from './date-time.ts'
import * as products from './products/graphql.ts'
import * as reviews from './reviews/graphql.ts'
import * as users from './users/graphql.ts'

const shared = parse(/* GraphQL */ `
  extend schema
    @link(
      url: "https://specs.apollo.dev/federation/v2.6"
      import: ["@key", "@shareable", "@authenticated", "@requiresScopes", "@policy", "@composeDirective"]
    )
    @link(url: "https://sallyport.dev/access/v1.0", import: ["@public"])
    @composeDirective(name: "@public")

  directive @public(staleCredentials: Boolean = false) on OBJECT | FIELD_DEFINITION | INTERFACE

  scalar DateTime

  type PageInfo @shareable {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }
`)

export const typeDefs = [shared, products.typeDefs, reviews.typeDefs, users.typeDefs]

/** The guarded, executable schema. Its context is a ReviewsContext. */
export function createSchema(): GraphQLSchema {
  const schema = buildSubgraphSchema([
    { typeDefs: shared, resolvers: { DateTime } },
    products,
    reviews,
    users,
  ])
  return guardSchema(schema, { rules: reviews.rules })
}

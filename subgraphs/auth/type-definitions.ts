// What every part of the auth subgraph's SDL builds on: federation, access rules, scalars, connections.
import { gql } from 'graphql-tag'

export const typeDefs = gql`
  extend schema
    @link(
      url: "https://specs.apollo.dev/federation/v2.6"
      import: ["@key", "@shareable", "@authenticated", "@requiresScopes", "@policy", "@composeDirective"]
    )
    @link(url: "https://sallyport.dev/access/v1.0", import: ["@public"])
    @composeDirective(name: "@public")

  """
  Anyone may read this, signed in or not. staleCredentials: the mutation makes or replaces a credential, so a bad one
  beside it is no reason to refuse.
  """
  directive @public(staleCredentials: Boolean = false) on OBJECT | FIELD_DEFINITION | INTERFACE

  "A moment in UTC, RFC 3339."
  scalar DateTime

  "A small JSON object."
  scalar JSONObject

  type PageInfo @shareable {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }
`

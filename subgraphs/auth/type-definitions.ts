// What every part of the auth subgraph's SDL builds on: federation, access rules, scalars, connections.
import { gql } from 'graphql-tag'

export const typeDefs = gql`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@key", "@shareable", "@authenticated", "@requiresScopes", "@policy", "@composeDirective"]) @link(url: "https://sallyport.dev/access/v1.0", import: ["@public", "@credentials"]) @composeDirective(name: "@public") @composeDirective(name: "@credentials")

  "Anyone may read this, signed in or not."
  directive @public(
    "The mutation creates or replaces a credential, so an invalid one beside it is no reason to refuse."
    staleCredentials: Boolean = false
  ) on OBJECT | FIELD_DEFINITION | INTERFACE

  "What a mutation does to credentials. The gateway passes on and lets through no others."
  directive @credentials(
    "What auth is told: the cookies refresh, flow and device; session: whose session the credential is that was sent."
    reads: [String!]! = []
    "Which cookies may be set or cleared: session, flow, device."
    sets: [String!]! = []
  ) on FIELD_DEFINITION

  "A moment in UTC as RFC 3339 text, such as 2026-01-31T12:00:00.000Z."
  scalar DateTime

  "A small JSON object."
  scalar JSONObject

  "Where a page of a connection lies in its list."
  type PageInfo @shareable {
    "Whether the list goes on after this page. Pass endCursor as after to read on."
    hasNextPage: Boolean!
    "Whether there is something before this page. Pass startCursor as before to read back."
    hasPreviousPage: Boolean!
    "Cursor of the first edge. Null on an empty page."
    startCursor: String
    "Cursor of the last edge. Null on an empty page."
    endCursor: String
  }
`

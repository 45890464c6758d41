// Adds to the auth subgraph's User what a person wrote here.

import { parse } from 'graphql'
import { parsePage } from '../connection.ts'
import type { Resolvers } from '../generated.ts'

export const typeDefs = parse(/* GraphQL */ `
  "A person. Private fields are for oneself and admins: null with FORBIDDEN for others."
  type User @key(fields: "id") {
    "Id of the user: usr_ and random characters, or what an import brought, up to 128 characters."
    id: ID! @public
    "Visible reviews that the person wrote, newest first. Null while reviews are unavailable."
    reviews(
      "How many from the start, 1 to 100. Default 20."
      first: Int
      "A cursor: the page begins after it. Goes with first."
      after: String
      "How many from the end, 1 to 100."
      last: Int
      "A cursor: the page ends before it. Goes with last."
      before: String
    ): ReviewConnection @public
  }
`)

export interface UserReference {
  readonly id: string
}

export const resolvers = {
  User: {
    reviews: ({ id }, args, { reviews }) => reviews.of('author_id', id, parsePage(args)),
  },
} satisfies Resolvers

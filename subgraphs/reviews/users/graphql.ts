// Adds to the auth subgraph's User what a person wrote here.
import { parse } from 'graphql'
import { type PageArgs, parsePage } from '../connection.ts'
import type { ReviewsContext } from '../context.ts'

export const typeDefs = parse(/* GraphQL */ `
  type User @key(fields: "id") {
    id: ID! @public
    "Newest first. Null when reviews are away."
    reviews(first: Int, after: String, last: Int, before: String): ReviewConnection @public
  }
`)

interface UserReference {
  readonly id: string
}

export const resolvers = {
  User: {
    reviews: ({ id }: UserReference, args: PageArgs, { reviews }: ReviewsContext) =>
      reviews.of('author_id', id, parsePage(args)),
  },
}

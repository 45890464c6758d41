// Reviews in the graph: read by all, written by people, hidden by moderators, looked into by admins.
import type { Claims } from '@sallyport/claims'
import { forbidden, type Rule, type Rules } from '@sallyport/claims/rules'
import { parse } from 'graphql'
import { type PageArgs, parsePage } from '../connection.ts'
import type { ReviewsContext } from '../context.ts'
import { addReview } from './add-review.ts'
import { hideReview } from './hide-review.ts'
import { listHiddenReviews } from './list-reviews.ts'
import type { Review } from './review.ts'

export const typeDefs = parse(/* GraphQL */ `
  extend type Query {
    "What moderators hid, newest first."
    hiddenReviews(first: Int, after: String, last: Int, before: String): ReviewConnection
      @policy(policies: [["role:admin"]])
  }

  type Mutation {
    "One review a person and product."
    addReview(input: AddReviewInput!): Review @authenticated
    hideReview(input: HideReviewInput!): Review @policy(policies: [["role:moderator", "live"]])
  }

  type Review {
    id: ID! @public
    product: Product @public
    "Null when the person's account is gone."
    author: User @public
    "1 to 5."
    rating: Int! @public
    body: String! @public
    createdAt: DateTime! @public
    "Null while it is visible."
    moderation: Moderation @policy(policies: [["role:admin"]])
  }

  type Moderation {
    hiddenAt: DateTime!
    hiddenBy: User
    reason: String!
  }

  type ReviewConnection {
    edges: [ReviewEdge!]!
    pageInfo: PageInfo!
  }

  type ReviewEdge {
    cursor: String!
    node: Review!
  }

  input AddReviewInput {
    productId: ID!
    rating: Int!
    body: String!
  }

  input HideReviewInput {
    reviewId: ID!
    reason: String!
  }
`)

export const resolvers = {
  Query: {
    hiddenReviews: (_: unknown, args: PageArgs, { db }: ReviewsContext) =>
      listHiddenReviews(db, parsePage(args)),
  },
  Mutation: {
    addReview: (_: unknown, { input }: { input: unknown }, context: ReviewsContext) =>
      addReview(context, personOf(context), input),
    hideReview: (_: unknown, { input }: { input: unknown }, context: ReviewsContext) =>
      hideReview(context.db, personOf(context), input),
  },
  Review: {
    product: (review: Review, _: unknown, { products }: ReviewsContext) =>
      products.load(review.product_id),
    author: (review: Review) => ({ __typename: 'User', id: review.author_id }),
    createdAt: (review: Review) => review.created_at,
    moderation: (review: Review) => (review.hidden_at ? review : null),
  },
  Moderation: {
    hiddenAt: (review: Review) => review.hidden_at,
    hiddenBy: ({ hidden_by: id }: Review) => id && { __typename: 'User', id },
    reason: (review: Review) => review.hidden_reason,
  },
}

/**
 * Signed in is enough for the SDL; an OAuth client is signed in too, but nobody's opinion. The id of a person of another
 * issuer could be somebody else's here.
 */
const byPerson: Rule<unknown, unknown, ReviewsContext> = (_, __, { claims }) => {
  return isPersonOfOurs(claims) || forbidden('Only a person can do this.')
}

function isPersonOfOurs({ subject, subjectIssuer }: Claims): boolean {
  return subject !== null && subjectIssuer === null
}

export const rules = {
  Mutation: { addReview: byPerson, hideReview: byPerson },
} satisfies Rules

function personOf({ claims }: ReviewsContext): string {
  if (claims.subject === null || !isPersonOfOurs(claims)) throw forbidden()
  return claims.subject
}

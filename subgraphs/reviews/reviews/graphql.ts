// Reviews in the graph: read by all, written by people, hidden by moderators, looked into by admins.

import type { Claims } from '@sallyport/claims'
import { forbidden, type Rule, type Rules } from '@sallyport/claims/rules'
import { parse } from 'graphql'
import { parsePage } from '../connection.ts'
import type { ReviewsContext } from '../context.ts'
import type { Resolvers } from '../generated.ts'
import { addReview } from './add-review.ts'
import { hideReview } from './hide-review.ts'
import { listHiddenReviews } from './list-reviews.ts'

export const typeDefs = parse(/* GraphQL */ `
  extend type Query {
    "Reviews that moderators hid, newest first, for admins."
    hiddenReviews(
      "How many from the start, 1 to 100. Default 20."
      first: Int
      "A cursor: the page begins after it. Goes with first."
      after: String
      "How many from the end, 1 to 100."
      last: Int
      "A cursor: the page ends before it. Goes with last."
      before: String
    ): ReviewConnection @policy(policies: [["role:admin"]])
  }

  "What can be changed."
  type Mutation {
    """
    Writes a review, one per person and product. CONFLICT for a second one, NOT_FOUND where there is
    no such product, BAD_USER_INPUT.
    """
    addReview(
      "The arguments."
      input: AddReviewInput!
    ): Review @authenticated
    "Hides a review, for moderators. NOT_FOUND where there is none."
    hideReview(
      "The arguments."
      input: HideReviewInput!
    ): Review @policy(policies: [["role:moderator", "live"]])
  }

  "What somebody thinks of a product."
  type Review {
    "Id of the review."
    id: ID! @public
    "The product that it is about."
    product: Product @public
    "Who wrote it. Null when the person's account is gone."
    author: User @public
    "1 to 5, where 5 is best."
    rating: Int! @public
    "The text, 1 to 5000 characters."
    body: String! @public
    "When it was written."
    createdAt: DateTime! @public
    "Who hid it and why, for admins. Null while it is visible."
    moderation: Moderation @policy(policies: [["role:admin"]])
  }

  "How a review came to be hidden."
  type Moderation {
    "When it was hidden."
    hiddenAt: DateTime!
    "The moderator. Null when that account is gone."
    hiddenBy: User
    "What the moderator wrote."
    reason: String!
  }

  "A page of reviews."
  type ReviewConnection {
    "The reviews on this page, with their cursors."
    edges: [ReviewEdge!]!
    "Where this page lies in the list."
    pageInfo: PageInfo!
  }

  "An entry of a page."
  type ReviewEdge {
    "Pass it as after or before to read on from here."
    cursor: String!
    "The entry."
    node: Review!
  }

  "A new review."
  input AddReviewInput {
    "Id of the product."
    productId: ID!
    "1 to 5, where 5 is best."
    rating: Int!
    "1 to 5000 characters."
    body: String!
  }

  "Which review is hidden, and why."
  input HideReviewInput {
    "Id of the review."
    reviewId: ID!
    "1 to 500 characters, for admins."
    reason: String!
  }
`)

export const resolvers = {
  Query: {
    hiddenReviews: (_, args, { db }) => listHiddenReviews(db, parsePage(args)),
  },
  Mutation: {
    addReview: (_, { input }, context) => addReview(context, personOf(context), input),
    hideReview: (_, { input }, context) => hideReview(context.db, personOf(context), input),
  },
  Review: {
    product: (review, _, { products }) => products.load(review.product_id),
    author: (review) => ({ id: review.author_id }),
    createdAt: (review) => review.created_at,
    moderation: (review) => (review.isHidden() ? review : null),
  },
  Moderation: {
    hiddenAt: (review) => review.hidden_at,
    hiddenBy: ({ hidden_by: id }) => (id === null ? null : { id }),
    reason: (review) => review.hidden_reason,
  },
} satisfies Resolvers

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

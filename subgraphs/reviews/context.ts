// What a resolver knows of a request: who asks, the database, and loaders that live as long as the request.
import type { Claims } from '@sallyport/claims'
import type DataLoader from 'dataloader'
import type { Knex } from 'knex'
import { createProductLoader, createRatingLoader, type Rating } from './products/load-products.ts'
import type { Product } from './products/product.ts'
import { createReviewLists, type ReviewLists } from './reviews/list-reviews.ts'

export interface ReviewsContext {
  readonly claims: Claims
  readonly db: Knex
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly products: DataLoader<string, Product | null>
  readonly ratings: DataLoader<string, Rating>
  readonly reviews: ReviewLists
}

export function createContext(db: Knex, now: () => number, claims: Claims): ReviewsContext {
  return {
    claims,
    db,
    now,
    products: createProductLoader(db),
    ratings: createRatingLoader(db),
    reviews: createReviewLists(db),
  }
}

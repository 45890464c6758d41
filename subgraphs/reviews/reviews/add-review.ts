// Adds a person's review of a product: one each.
import type { Knex } from 'knex'
import { ForeignKeyViolationError, UniqueViolationError } from 'objection'
import { z } from 'zod'
import { asLivingPerson } from '../erasure/erase-person.ts'
import { ReviewsError } from '../errors.ts'
import type { AddReviewInput } from '../generated.ts'
import { createId } from '../identifiers.ts'
import { type Limits, parseInput } from '../input.ts'
import { Review } from './review.ts'

const limits = {
  productId: z.string().max(128),
  rating: z.number().int().min(1, 'A rating is 1 to 5.').max(5, 'A rating is 1 to 5.'),
  body: z.string().trim().min(1, 'Write something.').max(5000, 'Write at most 5000 characters.'),
} satisfies Limits<AddReviewInput>

export interface AddReviewDeps {
  readonly db: Knex
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/**
 * @param author The id of the user who writes, from verified claims; never from the input.
 * @throws InputError; ReviewsError NOT_FOUND without such a product, CONFLICT on a second review, or by somebody erased.
 */
export async function addReview(
  { db, now }: AddReviewDeps,
  author: string,
  input: AddReviewInput,
): Promise<Review> {
  const { productId, rating, body } = parseInput(limits, input)
  const time = now()
  const row = {
    id: createId('rev', time),
    product_id: productId,
    author_id: author,
    rating,
    body,
    created_at: new Date(time),
  }
  try {
    return await asLivingPerson(db, author, async (trx) =>
      Review.query(trx).insert(row).returning('*'),
    )
  } catch (error) {
    if (error instanceof ForeignKeyViolationError) {
      throw new ReviewsError('NOT_FOUND', 'There is no such product.')
    }
    if (error instanceof UniqueViolationError) {
      throw new ReviewsError('CONFLICT', 'You have reviewed this already.')
    }
    throw error
  }
}

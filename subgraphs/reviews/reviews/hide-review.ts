// Takes a review out of every list; admins still see it, and who hid it.
import type { Knex } from 'knex'
import { z } from 'zod'
import { asLivingPerson } from '../erasure/erase-person.ts'
import { ReviewsError } from '../errors.ts'
import type { HideReviewInput } from '../generated.ts'
import { type Limits, parseInput } from '../input.ts'
import { Review } from './review.ts'

const limits = {
  reviewId: z.string().max(128),
  reason: z.string().trim().min(1, 'Say why.').max(500, 'Say it in at most 500 characters.'),
} satisfies Limits<HideReviewInput>

/**
 * Hidden already is success, and keeps the first moderator and reason.
 *
 * @param moderator The id of the user who hides, from verified claims.
 * @throws InputError; ReviewsError NOT_FOUND without such a review, CONFLICT by somebody erased.
 */
export async function hideReview(
  db: Knex,
  moderator: string,
  input: HideReviewInput,
): Promise<Review> {
  const { reviewId, reason } = parseInput(limits, input)
  return asLivingPerson(db, moderator, async (trx) => {
    await Review.query(trx)
      .findById(reviewId)
      .whereNull('hidden_at')
      .patch({ hidden_at: new Date(), hidden_by: moderator, hidden_reason: reason })
    const review = await Review.query(trx).findById(reviewId)
    if (!review) throw new ReviewsError('NOT_FOUND', 'There is no such review.')
    return review
  })
}

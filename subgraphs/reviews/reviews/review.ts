// What one person thinks of one product; hidden ones are kept for admins.
import { Model } from 'objection'

/** What is on record of a review that nobody sees any more. */
export interface HiddenReview {
  readonly hidden_at: Date
  readonly hidden_by: string | null
  readonly hidden_reason: string
}

export class Review extends Model {
  static override readonly tableName = 'reviews'

  declare id: string
  declare product_id: string
  declare author_id: string
  declare rating: number
  declare body: string
  declare created_at: Date
  declare hidden_at: Date | null
  declare hidden_by: string | null
  declare hidden_reason: string | null

  isHidden(): this is Review & HiddenReview {
    return this.hidden_at !== null
  }
}

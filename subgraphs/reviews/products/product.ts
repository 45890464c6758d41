// A product that people can review.
import { Model } from 'objection'

export class Product extends Model {
  static override readonly tableName = 'products'

  declare id: string
  declare name: string
  declare description: string | null
  declare price_cents: number
  declare created_at: Date
}

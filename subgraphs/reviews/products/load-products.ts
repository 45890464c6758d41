// Products and their ratings by id, as many as a request asks for in one query each.
import DataLoader from 'dataloader'
import type { Knex } from 'knex'
import { Product } from './product.ts'

export interface Rating {
  readonly average: number | null
  readonly count: number
}

/** `null` for an id that no product has. */
export function createProductLoader(db: Knex): DataLoader<string, Product | null> {
  return new DataLoader(async (ids) => {
    const products = await Product.query(db).findByIds([...ids])
    const byId = new Map(products.map((product) => [product.id, product]))
    return ids.map((id) => byId.get(id) ?? null)
  })
}

/** Over the reviews that are not hidden. */
export function createRatingLoader(db: Knex): DataLoader<string, Rating> {
  return new DataLoader(async (ids) => {
    const rows: { product_id: string; average: number; count: number }[] = await db('reviews')
      .whereIn('product_id', [...ids])
      .whereNull('hidden_at')
      .groupBy('product_id')
      .select('product_id', db.raw('avg(rating)::float8 as average, count(*)::int as count'))
    const byId = new Map(rows.map((row) => [row.product_id, row]))
    return ids.map((id) => byId.get(id) ?? { average: null, count: 0 })
  })
}

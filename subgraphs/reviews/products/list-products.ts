// Lists products, newest first.
import type { Knex } from 'knex'
import { type Connection, directionOf, type Page, toConnection, within } from '../connection.ts'
import { Product } from './product.ts'

export async function listProducts(db: Knex, page: Page): Promise<Connection<Product>> {
  const query = within(Product.query(db), page)
  const rows = await query.orderBy('id', directionOf(page)).limit(page.limit + 1)
  return toConnection(rows, page)
}

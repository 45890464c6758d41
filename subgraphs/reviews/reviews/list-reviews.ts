// Lists reviews, newest first: those of many products or authors in one query, and the hidden ones.
import DataLoader from 'dataloader'
import type { Knex } from 'knex'
import { raw } from 'objection'
import { type Connection, directionOf, type Page, toConnection, within } from '../connection.ts'
import { InputError } from '../errors.ts'
import { Review } from './review.ts'

type Owner = 'product_id' | 'author_id'

export interface ReviewLists {
  /**
   * The page of visible reviews of one product or author, fetched together with all that ask alike.
   *
   * @throws InputError when the request has listed 10,000 reviews.
   */
  of(owner: Owner, id: string, page: Page): Promise<Connection<Review>>
}

/** A product lists its reviews, a review its product: what nested pages list together is bounded too. */
const MAX_LISTED = 10_000

/** Loaders of one request, one for each owner and page: a query has one of them, however long the list above. */
export function createReviewLists(db: Knex): ReviewLists {
  const loaders = new Map<string, DataLoader<string, Connection<Review>>>()
  let listed = 0
  return {
    async of(owner, id, page) {
      const key = JSON.stringify([owner, page])
      const load = async (ids: readonly string[]) => listReviewsOf(db, owner, ids, page)
      const loader = loaders.get(key) ?? new DataLoader(load)
      loaders.set(key, loader)
      const connection = await loader.load(id)
      listed += connection.edges.length
      if (listed > MAX_LISTED) throw tooMany()
      return connection
    },
  }
}

function tooMany(): InputError {
  return new InputError([{ path: 'first', message: 'This asks for too many reviews at once.' }])
}

export async function listHiddenReviews(db: Knex, page: Page): Promise<Connection<Review>> {
  const query = within(Review.query(db).whereNotNull('hidden_at'), page)
  const rows = await query.orderBy('id', directionOf(page)).limit(page.limit + 1)
  return toConnection(rows, page)
}

async function listReviewsOf(
  db: Knex,
  owner: Owner,
  ids: readonly string[],
  page: Page,
): Promise<Connection<Review>[]> {
  const place = raw(`row_number() over (partition by ?? order by id ${directionOf(page)})`, owner)
  const visible = Review.query(db)
    .whereNull('hidden_at')
    .whereIn(owner, [...ids])
  const numbered = within(visible, page).select('reviews.*', place.as('place'))
  const rows = await Review.query(db)
    .from(numbered.as('reviews'))
    .where('place', '<=', page.limit + 1)
    .orderBy('place')
  return ids.map((id) =>
    toConnection(
      rows.filter((row) => row[owner] === id),
      page,
    ),
  )
}

// Something to look at and to review on a fresh machine.
import type { Knex } from 'knex'

export async function up(db: Knex): Promise<void> {
  await db('products').insert([
    {
      id: 'prd_lantern',
      name: 'Storm lantern',
      description: 'Burns in any wind.',
      price_cents: 3900,
    },
    {
      id: 'prd_ladder',
      name: 'Rope ladder',
      description: 'Twelve metres, tarred.',
      price_cents: 8400,
    },
    { id: 'prd_whistle', name: 'Watch whistle', description: null, price_cents: 750 },
  ])
  await db('reviews').insert([
    sample('rev_018f00000001a1', 'prd_lantern', 5, 'Kept the gate lit through a whole gale.'),
    sample('rev_018f00000002b2', 'prd_ladder', 4, 'Strong, though heavy to haul up again.'),
  ])
}

/** Their author exists nowhere: a reader sees what a review of an erased user looks like. */
function sample(id: string, productId: string, rating: number, body: string) {
  return {
    id,
    product_id: productId,
    author_id: 'usr_sample',
    rating,
    body,
    created_at: new Date('2024-04-21T09:00:00Z'),
  }
}

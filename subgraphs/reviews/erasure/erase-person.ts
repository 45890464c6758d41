// Removes a person: what they wrote is deleted, and where they moderated, their name is.
import { createHash } from 'node:crypto'
import type { Receipt } from '@sallyport/claims/events'
import type { Knex } from 'knex'
import { ReviewsError } from '../errors.ts'
import { Review } from '../reviews/review.ts'
import { transact } from '../transact.ts'

/** Longer than any request that began before the erasure, or any token made before it. */
const REMEMBERED_HOURS = 24

/** @param trx The transaction that also remembers the event. */
export async function erasePerson(trx: Knex, userId: string): Promise<Receipt> {
  await trx.raw('select pg_advisory_xact_lock(hashtextextended(?, 2))', [userId])
  await trx('erased_people')
    .insert({ id_hash: hashOf(userId) })
    .onConflict('id_hash')
    .ignore()
  const erased = await Review.query(trx).where('author_id', userId).delete()
  const anonymised = await Review.query(trx).where('hidden_by', userId).patch({ hidden_by: null })
  await trx('erased_people')
    .whereRaw("erased_at < now() - ? * interval '1 hour'", [REMEMBERED_HOURS])
    .delete()
  return { erased, anonymised }
}

/**
 * Runs `write` in a transaction that no erasure of this person can overtake: a request that was under way when the
 * account was deleted must not leave anything behind.
 *
 * @throws ReviewsError CONFLICT when the person was erased
 */
export async function asLivingPerson<T>(
  db: Knex,
  userId: string,
  write: (trx: Knex.Transaction) => Promise<T>,
): Promise<T> {
  return transact(db, async (trx) => {
    await trx.raw('select pg_advisory_xact_lock_shared(hashtextextended(?, 2))', [userId])
    const erased = await trx('erased_people').where('id_hash', hashOf(userId)).first()
    if (erased) throw new ReviewsError('CONFLICT', 'This account was deleted.')
    return write(trx)
  })
}

function hashOf(userId: string): string {
  return createHash('sha256').update(userId).digest('base64url')
}

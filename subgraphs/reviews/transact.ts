// Transactions that have committed when they say so.
import type { Knex } from 'knex'

/**
 * Runs `work` in one transaction; within another one it is a savepoint.
 *
 * @throws What a statement failed with, even where `work` caught it and went on: PostgreSQL answers the COMMIT of such a
 *   transaction with ROLLBACK, and calls that a success.
 */
export async function transact<T>(
  db: Knex,
  work: (trx: Knex.Transaction) => Promise<T>,
): Promise<T> {
  return db.transaction(async (trx) => {
    const failures: unknown[] = []
    trx.on('query-error', (error: unknown) => failures.push(error))
    const result = await work(trx)
    if (failures.length > 0) await requireWhole(trx, failures[0])
    return result
  })
}

/** A failure within a savepoint that was rolled back costs the transaction nothing. */
async function requireWhole(trx: Knex.Transaction, failure: unknown): Promise<void> {
  try {
    await trx.raw('select 1')
  } catch {
    throw failure
  }
}

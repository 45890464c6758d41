// The reviews subgraph's migrations, in the order in which they run. A release only ever appends to this list.
import type { Knex } from 'knex'
import * as productsAndReviews from './0001-products-and-reviews.ts'
import * as sampleProducts from './0002-sample-products.ts'
import * as erasure from './0003-erasure.ts'

interface Migration {
  readonly name: string
  up(db: Knex): Promise<void>
}

const migrations: readonly Migration[] = [
  { name: '0001-products-and-reviews', up: productsAndReviews.up },
  { name: '0002-sample-products', up: sampleProducts.up },
  { name: '0003-erasure', up: erasure.up },
]

/** The subgraph's own schema, so that it may share a database with others. */
export const REVIEWS_SCHEMA = 'reviews'

/** No other program, auth included, may use it for an advisory lock on this database. */
const MIGRATION_LOCK = 7_255_101

/**
 * Brings the database to the newest schema. Two migrators at once are safe: the second waits and finds nothing to do.
 *
 * @returns The names of the migrations that ran now.
 */
export async function migrateReviews(db: Knex): Promise<string[]> {
  return db.transaction(async (trx) => {
    await trx.raw('select pg_advisory_xact_lock(?)', [MIGRATION_LOCK])
    await trx.raw('create schema if not exists ??', [REVIEWS_SCHEMA])
    const [, names] = await trx.migrate.latest({
      tableName: 'reviews_migrations',
      schemaName: REVIEWS_SCHEMA,
      disableTransactions: true,
      migrationSource: {
        getMigrations: async () => [...migrations],
        getMigrationName: (migration: Migration) => migration.name,
        getMigration: async (migration: Migration) => ({ up: migration.up, down: refuseDown }),
      },
    })
    return names as string[]
  })
}

async function refuseDown(): Promise<void> {
  throw new Error('migrations only go forward: restore a backup instead')
}

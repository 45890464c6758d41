// Advisory locks on auth's database. Each number and seed stands here once: locks of two kinds never meet.
//
// 7_255_001 migrations/index.ts   7_255_003 migrations/0012-audit-trail.ts (in SQL)   7_255_101 migrations/reviews/index.ts
import type { Knex } from 'knex'

const NUMBERS = {
  keyRotation: 7_255_002,
  auditChain: 7_255_004,
  addressRules: 7_255_010,
  fileClients: 7_255_011,
} as const

/** Seeds of PostgreSQL's hash, so that one text of two kinds is two locks. Reviews uses 2, in a database that may be the same. */
const SEEDS = { emailAddress: 0, eventsOfUser: 1, passkeyOffer: 3 } as const

/** Waits for it, and holds it until the transaction ends. */
export async function lock(trx: Knex, name: keyof typeof NUMBERS): Promise<void> {
  await trx.raw('select pg_advisory_xact_lock(?)', [NUMBERS[name]])
}

/** @returns false: somebody else holds it */
export async function tryLock(trx: Knex, name: keyof typeof NUMBERS): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: { is_mine: boolean }[] }>(
    'select pg_try_advisory_xact_lock(?) as is_mine',
    [NUMBERS[name]],
  )
  return rows[0]?.is_mine === true
}

/** The same for one of many. */
export async function lockOne(trx: Knex, kind: keyof typeof SEEDS, id: string): Promise<void> {
  await trx.raw('select ?', [lockOf(trx, kind, id)])
}

/** That lock as part of another statement. */
export function lockOf(db: Knex, kind: keyof typeof SEEDS, id: string): Knex.Raw {
  return db.raw('pg_advisory_xact_lock(hashtextextended(?, ?))', [id, SEEDS[kind]])
}

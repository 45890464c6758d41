// Reads the revocations: all that count, or those that became visible since an earlier look. A transaction may commit as
// late as it likes and a clock may be set: what was seen is told by PostgreSQL's own snapshots.
import type { Knex } from 'knex'

/** A look at the database. */
export interface Look {
  /** By the database's clock. */
  readonly at: string
  /** Which transactions were over by then. */
  readonly snapshot: string
  /** When the server was started: another server numbers its transactions by itself. */
  readonly server: string
}

export interface RevocationRow {
  readonly id: string
  /** The transaction that wrote it. */
  readonly recorded_by: string
  readonly kind: string
  readonly ref: string
  readonly ver: number | null
  /** Whole seconds; with fractions where it tells one change from the next. */
  readonly expires_epoch: number
}

/** Where a reading stands. Rows are read in the order of their transactions. */
export interface Reading {
  /** An earlier look: only what it could not see is read. null: all that count. */
  readonly since: Look | null
  /** What was visible at this look has been seen when the reading is done; null before the first page. */
  readonly look: Look | null
  readonly after: Pick<RevocationRow, 'recorded_by' | 'id'>
  readonly isDone: boolean
}

const PAGE = 5_000

export function beginReading(since: Look | null): Reading {
  // What is before the snapshot's xmin is not news. From '0' PostgreSQL walks the whole index to get there.
  const recorded_by = since?.snapshot.split(':')[0] ?? '0'
  return { since, look: null, after: { recorded_by, id: '0' }, isDone: false }
}

/** The next page. What appears behind it while others are read comes with the next reading, what appears before it twice. */
export async function readOn(
  db: Knex,
  reading: Reading,
): Promise<{
  readonly rows: readonly RevocationRow[]
  readonly look: Look
  readonly next: Reading
}> {
  const found = await readPage(db, reading)
  const [first] = found
  if (first === undefined) throw new Error('the database said nothing of itself')
  const look = { at: first.at.toISOString(), snapshot: first.snapshot, server: first.server }
  const rows = found.filter((row) => row.id !== null)
  return {
    rows,
    look,
    next: {
      since: reading.since,
      look: reading.look ?? look,
      after: rows.at(-1) ?? reading.after,
      isDone: rows.length < PAGE,
    },
  }
}

type Found = RevocationRow & Omit<Look, 'at'> & { readonly at: Date }

/** One statement, so one snapshot: what it returns and what it says of itself belong together. */
async function readPage(db: Knex, { since, after }: Reading): Promise<Found[]> {
  // Rows that a restore brought along name transactions of another server: those beyond ours are not news.
  const isNews = `
    recorded_by >= pg_snapshot_xmin(:since::pg_snapshot)
    and recorded_by < pg_snapshot_xmax(pg_current_snapshot())
    and not pg_visible_in_snapshot(recorded_by, :since::pg_snapshot)`
  const { rows } = await db.raw<{ rows: Found[] }>(
    `with look as (
       select now() as at, pg_current_snapshot()::text as snapshot, 
              extract(epoch from pg_postmaster_start_time())::text as server
     )
     select look.*, found.* from look left join lateral (
       select id, recorded_by, kind, ref, ver,
         (case kind when 'api-key-changed' then extract(epoch from expires_at)
           else floor(extract(epoch from expires_at)) end)::float8 as expires_epoch
       from revocations
       where (recorded_by, id) > (:transaction::xid8, :id) and expires_at > now()
         ${since === null ? '' : `and ${isNews}`}
       order by recorded_by, id limit :page
     ) as found on true
     order by found.recorded_by, found.id`,
    {
      transaction: after.recorded_by,
      id: after.id,
      page: PAGE,
      ...(since !== null && { since: since.snapshot }),
    },
  )
  return rows
}

// How far the clocks are apart that tokens are made and judged by, for `doctor`.
import type { Knex } from 'knex'

/** What the check of a token forgives. */
const FORGIVEN_SECONDS = 5
const TIMEOUT_MS = 2000

/** A line for each clock that can be reached. @param now this machine's */
export async function describeClocks(
  db: Knex,
  publicUrl: string,
  now: () => number = Date.now,
): Promise<string[]> {
  return [
    describe("the database's", await databaseSeconds(db, now)),
    describe("the gateway's", await gatewaySeconds(publicUrl, now)),
  ]
}

function describe(whose: string, apart: number | null): string {
  if (apart === null) return `clock: ${whose} cannot be read from here`
  const seconds = Math.round(Math.abs(apart))
  if (Math.abs(apart) <= FORGIVEN_SECONDS) return `clock: within ${FORGIVEN_SECONDS} s of ${whose}`
  const which = apart > 0 ? 'ahead of' : 'behind'
  return `WARNING: the clock here is ${seconds} s ${which} ${whose}: tokens are refused. Synchronize all machines with NTP.`
}

async function databaseSeconds(db: Knex, now: () => number): Promise<number | null> {
  const { rows } = await db.raw<{ rows: { at: number }[] }>(
    'select extract(epoch from clock_timestamp())::float8 as at',
  )
  return rows[0] === undefined ? null : now() / 1000 - rows[0].at
}

/** By the `Date` of an answer, which has whole seconds. */
async function gatewaySeconds(publicUrl: string, now: () => number): Promise<number | null> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const { headers } = await fetch(`${publicUrl}/health/live`, { signal, redirect: 'manual' })
    const at = Date.parse(headers.get('date') ?? '')
    return Number.isNaN(at) ? null : (now() - at) / 1000
  } catch {
    return null
  }
}

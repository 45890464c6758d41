// How far the clocks are apart that tokens are made and judged by, for `doctor`.
import type { Knex } from 'knex'
import type { DoctorDeps } from './examine.ts'
import { failed, type Observation, ok } from './finding.ts'

/** What the check of a token forgives. */
const FORGIVEN_SECONDS = 5
const TIMEOUT_MS = 2000

/** @param now this machine's */
export async function observeDatabaseClock(
  { db }: Pick<DoctorDeps, 'db'>,
  now: () => number = Date.now,
): Promise<Observation[]> {
  return [observe("the database's", await databaseSeconds(db, now))]
}

/** @param now this machine's */
export async function observeGatewayClock(
  { config }: { readonly config: Pick<DoctorDeps['config'], 'publicUrl'> },
  now: () => number = Date.now,
): Promise<Observation[]> {
  return [observe("the gateway's", await gatewaySeconds(config.publicUrl, now))]
}

function observe(whose: string, apart: number | null): Observation {
  if (apart === null) return { state: 'unknown', said: `clock: ${whose} cannot be read from here` }
  const seconds = Math.round(Math.abs(apart))
  if (Math.abs(apart) <= FORGIVEN_SECONDS)
    return ok(`clock: within ${FORGIVEN_SECONDS} s of ${whose}`)
  const which = apart > 0 ? 'ahead of' : 'behind'
  return failed(
    `the clock here is ${seconds} s ${which} ${whose}: tokens are refused. Synchronize all machines with NTP.`,
  )
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

// What is unusual about a sign-in whose proof was right. It is compared with what the person has done, and with nothing that anybody
// else did: a wrong password leaves no trace here, nor does a sign-in that was stopped.
import type { Knex } from 'knex'
import type { AuthDeps } from '../core/dependencies.ts'
import { kilometresBetween, type Place } from './places.ts'
import type { AnomalyAction, AnomalyKind } from './settings.ts'

export interface Anomaly {
  readonly kind: AnomalyKind
  readonly action: Exclude<AnomalyAction, 'off'>
}

export interface SignInFacts {
  readonly userId: string
  /** Network address. */
  readonly address: string | null
  readonly hasKnownDevice: boolean
  /** Far more passwords were wrong on this network of late than people mistype. Default false. */
  readonly isStuffing?: boolean
}

/** A scheduled flight, with some wind. */
const FASTEST_KMH = 1_000
/** Networks are known to the nearest large town, at best. */
const LEAST_KM = 500

/** Whether the settings want the mailbox for it, where nothing more was proved. On a known device they do not. */
export async function isChallenged(
  deps: Pick<AuthDeps, 'db' | 'config' | 'findPlace'>,
  facts: SignInFacts,
): Promise<boolean> {
  if (facts.hasKnownDevice) return false
  const found = await findAnomalies(deps.db, deps, facts)
  return found.some(({ action }) => action === 'challenge')
}

interface History {
  readonly last_at: Date
  /** Of the coordinates; null: as `last_at`. */
  readonly located_at: Date | null
  readonly country: string | null
  readonly latitude: number | null
  readonly longitude: number | null
  readonly countries: readonly string[]
}

export async function findAnomalies(
  db: Knex,
  deps: Pick<AuthDeps, 'config' | 'findPlace'>,
  facts: SignInFacts,
): Promise<Anomaly[]> {
  const { actions, staleDays } = deps.config.anomalies
  const place = deps.findPlace(facts.address)
  const history: History | undefined = await db('sign_in_places')
    .where('user_id', facts.userId)
    .first()
  const is: Readonly<Record<AnomalyKind, boolean>> = {
    device: !facts.hasKnownDevice,
    stuffing: facts.isStuffing === true && !facts.hasKnownDevice,
    travel: history !== undefined && place !== null && isTooFast(history, place),
    country: isNewCountry(history, place),
    stale: actions.stale !== 'off' && (await isStale(db, facts.userId, staleDays)),
  }
  return Object.entries(actions).flatMap(([kind, action]) =>
    action !== 'off' && is[kind as AnomalyKind] ? [{ kind: kind as AnomalyKind, action }] : [],
  )
}

function isTooFast({ last_at, located_at, latitude, longitude }: History, place: Place): boolean {
  if (latitude === null || longitude === null) return false
  if (place.latitude === null || place.longitude === null) return false
  const here = { latitude: place.latitude, longitude: place.longitude }
  const km = kilometresBetween({ latitude, longitude }, here)
  const hours = (Date.now() - (located_at ?? last_at).getTime()) / 3_600_000
  return km > LEAST_KM && km > hours * FASTEST_KMH
}

function isNewCountry(history: History | undefined, place: Place | null): boolean {
  if (history === undefined || history.countries.length === 0) return false
  return place !== null && place.country !== null && !history.countries.includes(place.country)
}

/** Nobody has signed in or gone on with a session for so long. */
async function isStale(db: Knex, userId: string, days: number): Promise<boolean> {
  const { rows } = await db.raw<{ rows: { is_stale: boolean | null }[] }>(
    `select greatest(
        users.created_at,
        users.password_reset_at,
        (select max(last_used_at) from sessions where user_id = users.id and status <> 'PENDING'),
        (select last_at from sign_in_places where user_id = users.id)
      ) < now() - ? * interval '1 day' as is_stale
     from users where id = ?`,
    [days, userId],
  )
  return rows[0]?.is_stale === true
}

/** Remembered once somebody is in, and for nobody else. */
export async function rememberPlace(
  trx: Knex,
  { findPlace }: Pick<AuthDeps, 'findPlace'>,
  { userId, address }: Pick<SignInFacts, 'userId' | 'address'>,
): Promise<void> {
  const place = findPlace(address)
  const country = place?.country ?? null
  await trx.raw(
    `insert into sign_in_places as known (user_id, country, latitude, longitude, countries)
       values (?, ?, ?, ?, case when ?::text is null then '{}' else array[?::text] end)
     on conflict (user_id) do update set
       last_at = now(),
       located_at = case when excluded.latitude is null
         then coalesce(known.located_at, known.last_at) else now() end,
       country = coalesce(excluded.country, known.country),
       latitude = coalesce(excluded.latitude, known.latitude),
       longitude = coalesce(excluded.longitude, known.longitude),
       countries = case when known.countries @> excluded.countries then known.countries
         else (known.countries || excluded.countries)[1:50] end`,
    [userId, country, place?.latitude ?? null, place?.longitude ?? null, country, country],
  )
}

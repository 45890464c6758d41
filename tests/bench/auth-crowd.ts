// A crowd in the database: users with sessions, devices and keys whose secrets follow from their number, so that any can be used.
import { createHash } from 'node:crypto'
import type pg from 'pg'

export interface CrowdOptions {
  readonly sessions: number
  /** Default: one for each 2.5 sessions. */
  readonly users?: number
  /** Hash of everybody's password, under the first pepper. */
  readonly passwordHash: string
  /** Hash of every key's secret, under the first pepper. */
  readonly secretHash: string
}

/** How many there are of the others. */
export interface CrowdSize {
  readonly sessions: number
  readonly users: number
  readonly apiKeys: number
}

export interface CrowdSession {
  readonly id: string
  readonly userId: string
  readonly refreshToken: string
}

const ADMINS = 3
/** One in so many. */
const SUSPENDED = 100

export function crowdSize(sessions: number, users = Math.ceil(sessions / 2.5)): CrowdSize {
  return { sessions, users, apiKeys: Math.ceil(sessions / 5) }
}

/** @param n from 1 to the number of users; the first few are admins */
export function crowdUser(n: number) {
  return {
    id: `usr_${md5(`usr${n}`).slice(0, 22)}`,
    email: `person${n}@example.com`,
    deviceToken: `dvt_${md5(`dvt${n}`).padEnd(43, '0')}`,
    address: `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`,
  }
}

/** @param n of a user */
export function isSuspended(n: number): boolean {
  return n % SUSPENDED === 0
}

/** @param n from 1 to the number of sessions */
export function crowdSession(n: number, { users }: CrowdSize): CrowdSession {
  const [family, secret, turn] = ['family', 'secret', 'turn'].map((part) => md5(`${part}${n}`))
  return {
    id: `ses_${md5(`ses${n}`).slice(0, 22)}`,
    userId: crowdUser((n % users) + 1).id,
    refreshToken: `srt_${family?.slice(0, 22)}.${secret?.padEnd(43, '0')}.${turn?.padEnd(43, '0')}`,
  }
}

/** @param n from 1 to the number of keys */
export function crowdApiKey(n: number, { users }: CrowdSize) {
  return {
    id: `key_${md5(`key-id${n}`).slice(0, 22)}`,
    key: `spk_live_${md5(`key${n}`).slice(0, 16)}`,
    userId: crowdUser((n % users) + 1).id,
  }
}

/** Fills migrated tables in proportion to the sessions, and has PostgreSQL look at them. */
export async function fillCrowd(client: pg.Client, options: CrowdOptions): Promise<CrowdSize> {
  const size = crowdSize(options.sessions, options.users)
  await client.query('begin')
  const indexes = await dropIndexes(client)
  // Every reference is right by construction: checking millions of them would take longer than writing them.
  await client.query('set local session_replication_role = replica')
  for (const statement of statements(size, options)) await client.query(statement)
  for (const index of indexes) await client.query(index)
  await client.query('commit')
  await client.query('vacuum analyze')
  return size
}

/**
 * Those that no key stands on: sorted once at the end instead of turned over with each row.
 *
 * @returns the statements that make them again
 */
async function dropIndexes(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select indexrelid::regclass as name, pg_get_indexdef(indexrelid) as definition
     from pg_index join pg_class on pg_class.oid = indrelid
     where relnamespace = 'public'::regnamespace and relkind = 'r' and not relispartition and not indisprimary
       and not exists (select from pg_constraint where conindid = indexrelid)`,
  )
  for (const { name } of rows) await client.query(`drop index ${name}`)
  return rows.map(({ definition }) => definition)
}

function statements({ sessions, users, apiKeys }: CrowdSize, options: CrowdOptions): string[] {
  const sha256 = (text: string) =>
    `rtrim(translate(encode(sha256(convert_to(${text}, 'UTF8')), 'base64'), '+/', '-_'), '=')`
  const id = (prefix: string, text: string) =>
    `'${prefix}_' || substr(md5('${text}' || (${prefix === 'usr' ? 'owner' : 'n'})), 1, 22)`
  const from = (count: number) =>
    `from (select n, n % ${users} + 1 as owner from generate_series(1, ${Math.ceil(count)}) as n) as numbers`
  // What expires soon would be swept away before anything is asked: filling takes as long.
  return [
    `insert into users (id, email, email_normalized, email_verified, full_name, display_name, status,
       password_hash, password_pepper_version, created_at)
     select ${id('usr', 'usr')}, 'person' || owner || '@example.com', 'person' || owner || '@example.com', true,
       'Person ' || initcap(substr(md5('name' || owner), 1, 8)), null,
       case when owner % ${SUSPENDED} = 0 then 'SUSPENDED' else 'ACTIVE' end,
       '${options.passwordHash}', 1, now() - owner * interval '7 seconds' ${from(users)}`,
    `insert into user_emails (id, user_id, email, email_normalized, verified_at)
     select 'eml_' || md5(id), id, email, email_normalized, created_at from users`,
    `insert into user_roles (user_id, role_name) select id, 'user' from users`,
    `insert into user_roles (user_id, role_name) select id, 'admin' from users
     where email in (${Array.from({ length: ADMINS }, (_, index) => `'${crowdUser(index + 1).email}'`)})`,
    `insert into known_devices (user_id, secret_hash)
     select ${id('usr', 'usr')}, ${sha256("'dvt_' || rpad(md5('dvt' || owner), 43, '0')")} ${from(users)}`,
    `insert into sessions (id, user_id, status, delivery, user_agent, ip_address, authentication_methods,
       authenticated_at, created_at, idle_expires_at, expires_at, family_id, family_hash, family_sealed,
       family_key_version, turn_hash)
     select ${id('ses', 'ses')}, ${id('usr', 'usr')}, 'ACTIVE', 'BODY', 'Bench/1.0', '10.0.0.1', '{pwd}', began, began,
       began + interval '14 days', began + interval '30 days', substr(md5('family' || n), 1, 22),
       ${sha256("rpad(md5('secret' || n), 43, '0')")}, 'none', 1, ${sha256("rpad(md5('turn' || n), 43, '0')")}
     from (select *, now() - n % 800000 * interval '1 second' as began ${from(sessions)}) as numbers`,
    `insert into api_keys (id, user_id, name, key, status, secret_hash, secret_pepper_version, roles, created_at)
     select ${id('key', 'key-id')}, ${id('usr', 'usr')}, 'key ' || n, 'spk_live_' || substr(md5('key' || n), 1, 16),
       'ACTIVE', '${options.secretHash}', 1, '{user}', now() - n * interval '1 second' ${from(apiKeys)}`,
    `insert into verifications (id_hash, purpose, email, email_normalized, user_id, code_key_version,
       code_expires_at, expires_at, consumed_at)
     select md5('ver' || n), 'LOGIN', 'person' || owner || '@example.com', 'person' || owner || '@example.com',
       ${id('usr', 'usr')}, 1, now(), now() + n % 600 * interval '1 second', now() ${from(sessions / 10)}`,
    `insert into revocations (kind, ref, expires_at)
     select 'session', ${id('ses', 'gone')}, now() + interval '1 day' ${from(sessions / 20)}`,
    `insert into throttles (key, points, expire)
     select 'sallyport:login-account:' || md5('throttle' || n), 1, extract(epoch from now()) * 1000 + 86400000
     ${from(sessions / 10)}`,
    `insert into outbox_events (type, user_id, data, occurred_at, published_at)
     select 'session.created', ${id('usr', 'usr')}, '{}', now() - interval '1 day', now() - interval '1 day'
     ${from(sessions / 5)}`,
    `insert into audit_records (action, outcome, actor_kind)
     select 'session.created', 'success', 'user' ${from(sessions / 5)}`,
    `insert into audit_personal (occurred_at, record_id, part, person, salt, data)
     select occurred_at, id, part, 'usr_' || substr(md5('usr' || (id % ${users} + 1)), 1, 22), 'salt', '{}'
     from audit_records, unnest('{actor,target}'::text[]) as part`,
  ]
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

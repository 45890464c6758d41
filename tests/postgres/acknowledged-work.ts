// People at work on a deployment that is being disturbed, and a ledger of what they were told was done.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Knex } from 'knex'
import { expect } from 'vitest'
import { LOGOUT, logIn, type Person, refreshWith, registerPerson } from '../people.ts'
import type { Deployment } from './deployment.ts'

export interface Work {
  /** How often each code was seen; NETWORK where no answer came. */
  readonly codes: ReadonlyMap<string, number>
  /** What was acknowledged, counted. */
  summary(): string
  /** Resolves when everybody has finished what they were at. */
  stop(): Promise<void>
  /** Everything that was acknowledged is there. */
  expectNothingLost(): Promise<void>
}

/** So many at once, each at one gateway; what fails is tried again, as a client would. */
export function startWork(deployment: Deployment, workers: number): Work {
  const users = new Map<string, string>()
  const live = new Map<string, Person>()
  const ended = new Set<string>()
  const codes = new Map<string, number>()
  let isOver = false
  const working = Array.from({ length: workers }, (_, index) => work(index))

  const note = (code = 'NETWORK'): void => {
    codes.set(code, (codes.get(code) ?? 0) + 1)
  }
  const count = (error: unknown): null => {
    // A mail server that waits before it tries again: no answer of ours.
    if (String(error).includes('no mail for')) return null
    note(/"code":"(\w+)"/.exec(String(error))?.[1])
    return null
  }

  /** Registers somebody, refreshes, logs in elsewhere, logs out there. */
  async function work(index: number): Promise<void> {
    const client = () => deployment.client(index % 2)
    const { mailbox } = deployment
    await sleep(0)
    while (!isOver) {
      const registered = await registerPerson({ client: client(), mailbox }).catch(count)
      if (registered === null) {
        await sleep(50)
        continue
      }
      let person: Person = registered
      users.set(person.email, person.id)
      live.set(person.sessionId, person)
      for (let turn = 0; turn < 10 && !isOver; turn += 1) {
        const refreshed = await refreshWith(client(), person.refreshToken).catch(count)
        const { refreshToken } = refreshed?.data?.refresh?.tokens ?? {}
        if (refreshToken === undefined) {
          if (refreshed !== null) note(refreshed.code)
          await sleep(50)
          continue
        }
        person = { ...person, refreshToken }
        live.set(person.sessionId, person)
      }
      const second = await logIn(client(), person).catch(count)
      if (second === null) continue
      const out = await client().send(LOGOUT, {}, second.headers).catch(count)
      if (out?.data?.logout?.revokedSessionIds.includes(second.sessionId))
        ended.add(second.sessionId)
      else if (out !== null) note(out.code)
    }
  }

  return {
    codes,
    summary: () =>
      `${users.size} registered, ${live.size} live, ${ended.size} ended; ${JSON.stringify(Object.fromEntries(codes))}`,
    stop: async () => {
      isOver = true
      await Promise.all(working)
    },
    expectNothingLost: async () => {
      const { db } = deployment
      expect(users.size).toBeGreaterThan(workers)
      for (const [email, id] of users)
        expect(await db('users').where('email_normalized', email).pluck('id')).toEqual([id])
      for (const { refreshToken } of live.values())
        expect((await refreshWith(deployment.client(0), refreshToken)).errors).toEqual([])
      const statuses = await db('sessions')
        .whereIn('id', [...ended])
        .pluck('status')
      expect(statuses).toEqual(Array(ended.size).fill('REVOKED'))
    },
  }
}

/** What belongs together is there together, whatever was interrupted. */
export async function expectNothingHalf(db: Knex): Promise<void> {
  const none = async (what: string, sql: string) => {
    const { rows } = await db.raw(sql)
    expect(rows, what).toEqual([])
  }
  await none(
    'users without a role',
    `
    select id from users where not exists (select from user_roles where user_id = users.id)`,
  )
  await none(
    'users without exactly one event and one audit record of their registration',
    `
    select id from users where 1 <> (select count(*) from outbox_events
        where user_id = users.id and type = 'user.registered')
      or 1 <> (select count(*) from audit_events where user_id = users.id and action = 'user.registered')`,
  )
  await none(
    'active sessions without a token, or without their event',
    `
    select id from sessions where status <> 'PENDING' and (turn_hash is null or 1 <> (
      select count(*) from outbox_events where type = 'session.created' and data->>'sessionId' = sessions.id))`,
  )
  await none(
    'ended sessions without exactly one revocation and one event',
    `
    select id from sessions where status = 'REVOKED' and (
      1 <> (select count(*) from revocations where kind = 'session' and ref = sessions.id) or
      1 <> (select count(*) from outbox_events where type = 'session.revoked' and data->>'sessionId' = sessions.id))`,
  )
  await none(
    'events of sessions that are not there',
    `
    select id from outbox_events where type like 'session.%'
      and not exists (select from sessions where id = data->>'sessionId')`,
  )
}

// Case 183: kill -9 of auth at random moments under load. Every answer that was given stays true, and nothing is half done.
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOGOUT, logIn, type Person, refreshWith, registerPerson } from '../people.ts'
import { type Deployment, startDeployment } from '../postgres/deployment.ts'

const KILLS = Number(process.env.KILLS || 100)
const WORKERS = 6

let deployment: Deployment

beforeAll(async () => {
  deployment = await startDeployment()
})
afterAll(async () => {
  await deployment?.stop()
})

/** What was acknowledged, to be found afterwards. */
const acknowledged = {
  users: new Map<string, string>(),
  live: new Map<string, Person>(),
  ended: new Set<string>(),
}
/** Errors that were seen, by code: none may tell somebody to log in again. */
const codes = new Map<string, number>()

test(`${KILLS} kills: nothing that was answered is lost, nothing is half there`, async () => {
  const over = { yes: false }
  const workers = Array.from({ length: WORKERS }, (_, index) => work(index, over))
  for (let kill = 0; kill < KILLS; kill += 1) {
    await sleep(randomInt(50, 1_500))
    const victim = kill % 2
    await deployment.auth(victim).end('SIGKILL')
    await deployment.startAuth(victim)
  }
  over.yes = true
  await Promise.all(workers)
  console.log(
    `${acknowledged.users.size} registered, ${acknowledged.live.size} live, ${acknowledged.ended.size} ended;`,
    Object.fromEntries(codes),
  )
  expect(acknowledged.users.size).toBeGreaterThan(WORKERS)
  expect(codes.has('INVALID_REFRESH_TOKEN')).toBe(false)
  expect(codes.has('SESSION_REVOKED')).toBe(false)
  await expectNothingLost()
  await expectNothingHalf()
})

/** Registers somebody, refreshes, logs in elsewhere, logs out there; what fails is tried again, as a client would. */
async function work(index: number, over: { readonly yes: boolean }): Promise<void> {
  const client = () => deployment.client(index % 2)
  while (!over.yes) {
    const registered = await registerPerson({
      client: client(),
      mailbox: deployment.mailbox,
    }).catch(count)
    if (registered === null) {
      await sleep(50)
      continue
    }
    let person: Person = registered
    acknowledged.users.set(person.email, person.id)
    acknowledged.live.set(person.sessionId, person)
    for (let turn = 0; turn < 10 && !over.yes; turn += 1) {
      const refreshed = await refreshWith(client(), person.refreshToken).catch(count)
      const { refreshToken } = refreshed?.data?.refresh?.tokens ?? {}
      if (refreshToken === undefined) {
        if (refreshed !== null) note(refreshed.code)
        await sleep(50)
        continue
      }
      person = { ...person, refreshToken }
      acknowledged.live.set(person.sessionId, person)
    }
    const second = await logIn(client(), person).catch(count)
    if (second === null) continue
    const out = await client().send(LOGOUT, {}, second.headers).catch(count)
    if (out?.data?.logout?.revokedSessionIds.includes(second.sessionId)) {
      acknowledged.ended.add(second.sessionId)
    } else if (out !== null) note(out.code)
  }
}

function count(error: unknown): null {
  note(/"code":"(\w+)"/.exec(String(error))?.[1] ?? 'NETWORK')
  return null
}

function note(code = 'NETWORK'): void {
  codes.set(code, (codes.get(code) ?? 0) + 1)
}

async function expectNothingLost(): Promise<void> {
  const { db } = deployment
  for (const [email, id] of acknowledged.users) {
    expect(await db('users').where('email_normalized', email).pluck('id')).toEqual([id])
  }
  for (const { refreshToken } of acknowledged.live.values()) {
    expect((await refreshWith(deployment.client(0), refreshToken)).errors).toEqual([])
  }
  const ended = await db('sessions')
    .whereIn('id', [...acknowledged.ended])
    .pluck('status')
  expect(ended).toEqual(Array(acknowledged.ended.size).fill('REVOKED'))
}

async function expectNothingHalf(): Promise<void> {
  const none = async (what: string, sql: string) => {
    const { rows } = await deployment.db.raw(sql)
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

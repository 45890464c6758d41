// Events as anyone who builds on Sallyport sees them: their form, their order, and that each comes until it was taken.
import { readdirSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { emitEvent } from '../../subgraphs/auth/core/events/emit.ts'
import { eventTypes } from '../../subgraphs/auth/core/events/types.ts'
import { forgetEvents } from '../../subgraphs/auth/events/forget.ts'
import { readEventLag } from '../../subgraphs/auth/events/lag.ts'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { createEventLog, schemaProblems } from '../event-log.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGOUT, logIn, registerPerson } from '../people.ts'

const log = createEventLog()
let stack: Stack

beforeAll(async () => {
  stack = await startStack({ consumers: [log], env: { API_KEY_VERIFICATION: 'off' } })
})
afterAll(async () => {
  await stack?.stop()
})
// What was refused is taken: the next test finds nothing that waits.
afterEach(async () => {
  log.refuse(() => false)
  await expect.poll(() => readEventLag(stack.db)).toMatchObject({ waiting: 0 })
})

const newUser = () => `usr_${crypto.randomUUID()}`

const deps = () => {
  const [auth] = stack.auths
  if (auth === undefined) throw new Error('no auth instance')
  return auth.deps
}

test('what happens to an account arrives as CloudEvents, in order, each as its published schema says', async () => {
  const person = await registerPerson(stack)
  const again = await logIn(stack.client, person)
  const created = await stack.client.send(
    'mutation { createApiKey(input: { name: "k" }) { apiKey { id } secret } }',
    {},
    again.headers,
  )
  const { apiKey, secret } = created.data.createApiKey
  await stack.client.send(
    'mutation Revoke($id: ID!) { revokeApiKey(input: { id: $id }) { id } }',
    { id: apiKey.id },
    again.headers,
  )
  await stack.client.send(LOGOUT, {}, person.headers)
  await commands['grant-role'](deps(), { email: person.email, role: 'moderator' })

  await log.expectTypes(person.id, [
    'user.registered',
    'session.created',
    'session.created',
    'api_key.created',
    'api_key.revoked',
    'session.revoked',
    'role.granted',
  ])
  const events = log.of(person.id)
  expect(events.map(schemaProblems)).toEqual(events.map(() => null))
  expect(events.at(-2)).toMatchObject({
    specversion: '1.0',
    source: stack.env.PUBLIC_URL,
    type: 'session.revoked',
    subject: person.id,
    data: { sessionId: person.sessionId, reason: 'logout' },
  })
  const numbers = events.map(({ sequence }) => sequence)
  expect(numbers).toEqual([...numbers].sort())
  const text = JSON.stringify(events)
  for (const kept of [person.email, person.accessToken, person.refreshToken, secret])
    expect(text).not.toContain(kept)
})

test('revoke-all tells of every session that it ends', async () => {
  const person = await registerPerson(stack)
  await commands['revoke-all'](deps())
  await log.expectTypes(person.id, ['user.registered', 'session.created', 'session.revoked'])
  expect(log.of(person.id).at(-1)?.data).toEqual({
    sessionId: person.sessionId,
    reason: 'revoke-all',
  })
})

test('every type has a committed schema, and names nothing that could hold a secret', () => {
  const files = readdirSync('schema/events').filter((file) => !file.includes('receipt'))
  expect(files.sort()).toEqual(
    Object.entries(eventTypes)
      .map(([type, { version }]) => `${type}.v${version}.json`)
      .sort(),
  )
  const fields = Object.values(eventTypes).flatMap(({ data }) => Object.keys(data.shape))
  expect(fields.length).toBeGreaterThan(5)
  for (const field of fields) expect(field).not.toMatch(/secret|token|password|code|email|hash/i)
})

test('what a consumer refuses comes again, and holds back the later events of that user alone', async () => {
  const [held, other] = [newUser(), newUser()]
  log.refuse((event) => event.subject === held)
  await emitAll(held, ['session.created', 'session.revoked'])
  await emitAll(other, ['session.created'])
  await log.expectTypes(other, ['session.created'])
  expect(log.of(held)).toEqual([])
  // The consumer has seen the other's event a moment before the relay writes down that it left.
  await expect.poll(() => readEventLag(stack.db)).toMatchObject({ waiting: 2 })
  log.refuse(() => false)
  await log.expectTypes(held, ['session.created', 'session.revoked'])
  await expect.poll(() => readEventLag(stack.db)).toEqual({ waiting: 0, oldestSeconds: 0 })
})

test('a replay brings events again, in order, with the ids that they had', async () => {
  const userId = newUser()
  await emitAll(userId, ['session.created', 'session.revoked'])
  await log.expectTypes(userId, ['session.created', 'session.revoked'])
  const first = log.of(userId)
  await expect.poll(() => readEventLag(stack.db)).toMatchObject({ waiting: 0 })
  const said = await commands['events replay'](deps(), {
    since: new Date(Date.now() - 60_000).toISOString(),
    user: userId,
  })
  expect(said).toContain('Opened 2 events again')
  const delivered = () => log.events.filter(({ subject }) => subject === userId)
  await expect.poll(() => delivered().length).toBe(4)
  expect(delivered().slice(2)).toEqual(first)
})

test('a replay without a time that can be read is refused in words', async () => {
  await expect(commands['events replay'](deps(), { since: 'yesterday' })).rejects.toThrow(
    '--since: "yesterday" is not a time: it reads as 2026-01-31T12:00:00Z',
  )
})

test('doctor and the metrics say how many events wait, and for how long', async () => {
  const userId = newUser()
  log.refuse(() => true)
  await emitAll(userId, ['session.created'])
  const metrics = await (await fetch(`${stack.auths[0]?.url}/metrics`)).text()
  expect(metrics).toContain('# TYPE sallyport_events_waiting gauge\nsallyport_events_waiting 1\n')
  expect(metrics).toMatch(/\nsallyport_events_oldest_seconds \d+\.\d+\n/)
  expect(await commands.doctor(deps())).toMatch(/events: no NATS_URL; waiting: 1, the oldest/)
  log.refuse(() => false)
  await log.expectTypes(userId, ['session.created'])
})

test('events that have left are kept for a replay, and then removed; those that wait are not', async () => {
  const userId = newUser()
  await emitAll(userId, ['session.created', 'session.created'])
  await log.expectTypes(userId, ['session.created', 'session.created'])
  // They are marked as published after they were delivered.
  await expect.poll(() => readEventLag(stack.db)).toMatchObject({ waiting: 0 })
  const events = stack.db('outbox_events').where('user_id', userId)
  await events.clone().update({ published_at: stack.db.raw("now() - interval '31 days'") })
  const [waiting] = await events.clone().select('id')
  log.refuse(() => true)
  await events
    .clone()
    .where('id', waiting.id)
    .update({
      published_at: null,
      occurred_at: stack.db.raw("now() - interval '31 days'"),
    })
  await forgetEvents(stack.db, { retentionDays: 30, isDelivered: true })
  expect(await events.clone().pluck('id')).toEqual([waiting.id])
  await forgetEvents(stack.db, { retentionDays: 30, isDelivered: false })
  expect(await events.clone()).toEqual([])
})

async function emitAll(
  userId: string,
  types: readonly ('session.created' | 'session.revoked')[],
): Promise<void> {
  await stack.db.transaction(async (trx) => {
    for (const type of types)
      await emitEvent(trx, type, userId, { sessionId: 'ses_1', reason: 'logout' })
  })
}

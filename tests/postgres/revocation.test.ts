// Revocations written on one auth instance, refused by a gateway that is fed by the other.
import pino from 'pino'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { readGatewayConfig } from '../../gateway/config.ts'
import { createGateway } from '../../gateway/gateway.ts'
import { createLog } from '../../platform/log.ts'
import { rotateKeys } from '../../subgraphs/auth/tokens/rotate-keys.ts'
import { raiseTokenVersion } from '../../subgraphs/auth/users/raise-token-version.ts'
import { createClient } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import { LOGOUT, logIn, refreshWith, registerPerson, viewerOf } from '../people.ts'

let stack: Stack
/** Moves the gateways' clock. */
let offsetMs = 0
const warnings: string[] = []

beforeAll(async () => {
  const gatewayDeps = { now: () => Date.now() + offsetMs }
  const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) })
  stack = await startStack({ auths: 2, gateways: 2, gatewayDeps, log })
})
afterAll(async () => {
  await stack?.stop()
})

/** A second on a machine that does nothing else, which long/revocation-times.test.ts measures: this one may be busy. */
const BOUND = { timeout: 30_000, interval: 25 }

test('a logout on one instance is refused by the gateway of the other within a second', async () => {
  const person = await registerPerson(stack)
  const second = stack.clientOf(1)
  expect((await viewerOf(second, person.accessToken)).status).toBe(200)
  await stack.clientOf(0).send(LOGOUT, {}, person.headers)
  await expect
    .poll(
      async () => (await viewerOf(second, person.accessToken)).errors[0]?.extensions.reason,
      BOUND,
    )
    .toBe('SESSION_REVOKED')
})

test('logging out everywhere ends every session on every gateway within a second', async () => {
  const person = await registerPerson(stack)
  const sessions = [
    person,
    await logIn(stack.client, person),
    await logIn(stack.clientOf(1), person),
  ]
  for (const { accessToken } of sessions) await viewerOf(stack.clientOf(1), accessToken)
  await stack.clientOf(0).send(LOGOUT, { input: { scope: 'ALL' } }, person.headers)
  const reasons = () =>
    Promise.all(
      sessions.flatMap(({ accessToken }) =>
        [0, 1].map(async (gateway) => {
          const { errors } = await viewerOf(stack.clientOf(gateway), accessToken)
          return errors[0]?.extensions.reason
        }),
      ),
    )
  await expect.poll(reasons, BOUND).toEqual(Array(6).fill('SESSION_REVOKED'))
  for (const { refreshToken } of sessions) {
    expect((await refreshWith(stack.clientOf(1), refreshToken)).code).toBe('INVALID_REFRESH_TOKEN')
  }
})

test('an API key that was revoked or narrowed is so on both gateways within a second, though both had it cached', async () => {
  const person = await registerPerson(stack)
  const made = await stack.client.send(
    'mutation { createApiKey(input: { name: "ci", roles: ["user"] }) { key secret apiKey { id } } }',
    {},
    person.headers,
  )
  const { key, secret, apiKey } = made.data.createApiKey
  await stack.db('api_keys').where('id', apiKey.id).update({ status: 'ACTIVE' })
  const headers = { 'x-api-key': key, 'x-api-secret': secret }
  const asked = () =>
    Promise.all(
      [0, 1].map(async (gateway) => {
        const { data, errors } = await stack
          .clientOf(gateway)
          .send('{ viewer { roles } }', {}, headers)
        return data?.viewer?.roles ?? errors[0]?.extensions.reason
      }),
    )
  expect(await asked()).toEqual([['user'], ['user']])
  const change = (mutation: string) => stack.clientOf(0).send(mutation, {}, person.headers)
  await change(`mutation { updateApiKey(input: { id: "${apiKey.id}", roles: [] }) { id } }`)
  await expect.poll(asked, BOUND).toEqual([[], []])
  await change(`mutation { revokeApiKey(input: { id: "${apiKey.id}" }) { id } }`)
  await expect.poll(asked, BOUND).toEqual(['API_KEY_INVALID', 'API_KEY_INVALID'])
})

test('changed roles make tokens stale within a second, and a refresh brings what is true now', async () => {
  const person = await registerPerson(stack)
  expect((await viewerOf(stack.clientOf(1), person.accessToken)).status).toBe(200)
  await stack.db.transaction(async (trx) => {
    await trx('roles').insert({ name: 'editor', rank: 10 }).onConflict('name').ignore()
    await trx('user_roles').insert({ user_id: person.id, role_name: 'editor' })
    await raiseTokenVersion(trx, person.id)
  })
  await expect
    .poll(
      async () =>
        (await viewerOf(stack.clientOf(1), person.accessToken)).errors[0]?.extensions.reason,
      BOUND,
    )
    .toBe('TOKEN_STALE')
  const refreshed = await refreshWith(stack.clientOf(1), person.refreshToken)
  const viewer = await viewerOf(stack.clientOf(1), refreshed.data.refresh.tokens.accessToken)
  expect(viewer.data.viewer.roles).toEqual(['editor', 'user'])
})

test('a revocation whose transaction commits late is not skipped', async () => {
  const slow = await registerPerson(stack)
  const fast = await registerPerson(stack)
  expect((await viewerOf(stack.clientOf(1), slow.accessToken)).status).toBe(200)
  await stack.db.transaction(async (trx) => {
    await trx('revocations').insert({
      kind: 'session',
      ref: slow.sessionId,
      expires_at: trx.raw("now() + interval '1 hour'"),
    })
    // Another revocation takes a later id and commits before.
    await stack.clientOf(0).send(LOGOUT, {}, fast.headers)
    await expect
      .poll(async () => (await viewerOf(stack.clientOf(1), fast.accessToken)).status, BOUND)
      .toBe(401)
  })
  await expect
    .poll(async () => (await viewerOf(stack.clientOf(1), slow.accessToken)).status, BOUND)
    .toBe(401)
})

test('a revocation counts however long ago it was written, and whatever the clock says of it', async () => {
  const late = await registerPerson(stack)
  expect((await viewerOf(stack.clientOf(1), late.accessToken)).status).toBe(200)
  await stack.db.transaction(async (trx) => {
    // As a transaction that has waited for locks for an hour, or a database whose clock was set back.
    await trx('revocations').insert({
      kind: 'session',
      ref: late.sessionId,
      recorded_at: trx.raw("now() - interval '1 hour'"),
      expires_at: trx.raw("now() + interval '1 hour'"),
    })
  })
  await expect
    .poll(async () => (await viewerOf(stack.clientOf(1), late.accessToken)).status, BOUND)
    .toBe(401)
})

test('150,000 revocations at once reach every gateway, and a new one gets ready with them', async () => {
  onTestFinished(async () => {
    await stack.db('revocations').where('ver', 2).where('kind', 'user').delete()
  })
  const person = await registerPerson(stack)
  await stack.db.raw(
    `insert into revocations (kind, ref, ver, expires_at)
     select 'user', 'usr_' || md5(n::text), 2, now() + interval '1 hour'
     from generate_series(1, 150000) n`,
  )
  await stack.client.send(LOGOUT, {}, person.headers)
  await expect
    .poll(async () => (await viewerOf(stack.clientOf(1), person.accessToken)).status, {
      timeout: 60_000,
    })
    .toBe(401)
  const feedAge = async () => {
    const detail = await fetch(`${stack.gateways[1]?.adminUrl}/health/ready`)
    return ((await detail.json()) as { revocations: { ageMs: number } }).revocations.ageMs
  }
  await expect.poll(feedAge, { timeout: 60_000 }).toBeLessThan(1_000)
  // A database that needs more than a second for so many is told so with 503, and the feed begins anew; nothing else may end it.
  const ends = warnings.filter((line) => line.includes('interrupted'))
  expect(ends.filter((line) => !line.includes('auth answered 503'))).toEqual([])

  const config = readGatewayConfig({
    ...stack.env,
    PORT: '0',
    AUTH_URL: `${stack.auths[0]?.url}/graphql`,
    REVIEWS_URL: 'http://127.0.0.1:9/graphql',
  })
  const another = await createGateway(config, {
    logger: createLog({ part: 'gateway', level: 'silent' }),
  })
  try {
    await another.ready()
    expect((await viewerOf(createClient(another.url), person.accessToken)).status).toBe(401)
  } finally {
    await another.stop()
  }
})

test('a feed whose connection was cut begins anew, and tells what it could not see', async () => {
  const person = await registerPerson(stack)
  await stack.db.transaction(async (trx) => {
    await trx.raw('lock table revocations in access exclusive mode')
    let cuts = 0
    const cut = async () => {
      const { rows } = await stack.db.raw(`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%from revocations%'`)
      cuts += rows.length
      return cuts
    }
    await expect.poll(cut, { timeout: 30_000 }).toBeGreaterThanOrEqual(2)
    await trx('revocations').insert({
      kind: 'session',
      ref: person.sessionId,
      expires_at: trx.raw("now() + interval '1 hour'"),
    })
  })
  await expect
    .poll(async () => (await viewerOf(stack.clientOf(1), person.accessToken)).status, {
      timeout: 30_000,
    })
    .toBe(401)
  expect(warnings.some((line) => line.includes('revocations could not be read'))).toBe(true)
})

test('signing keys rotate with overlap: no token is refused on either gateway', async () => {
  const person = await registerPerson(stack)
  const [first, second] = stack.auths
  if (first === undefined || second === undefined) throw new Error('two auth instances expected')
  const options = {
    signingKeyDays: 30,
    keyEncryptionKey: first.deps.config.secrets.keyEncryptionKey,
    isForced: true,
  }
  // A try that failed may have left one.
  await stack.db('signing_keys').where('status', 'pending').delete()
  const { created } = await rotateKeys(stack.db, options)
  expect(created).toHaveLength(1)
  // As if two minutes had passed since it was published.
  await stack
    .db('signing_keys')
    .where('status', 'pending')
    .update({ created_at: stack.db.raw("now() - interval '3 minutes'") })
  const { activated } = await rotateKeys(stack.db, options)
  expect(activated).toEqual(created)
  await Promise.all([first.deps.keyring.reload(), second.deps.keyring.reload()])

  const fresh = await logIn(stack.client, person)
  const header = JSON.parse(
    Buffer.from(fresh.accessToken.split('.')[0] ?? '', 'base64url').toString(),
  )
  expect(header.kid).toBe(created[0])
  // A pending key is published two minutes ahead, and gateways fetch every 30 seconds: one such moment.
  offsetMs = 31_000
  try {
    for (const gateway of [0, 1]) await viewerOf(stack.clientOf(gateway), fresh.accessToken)
  } finally {
    offsetMs = 0
  }
  for (const gateway of [0, 1]) {
    expect((await viewerOf(stack.clientOf(gateway), person.accessToken)).status).toBe(200)
    expect((await viewerOf(stack.clientOf(gateway), fresh.accessToken)).status).toBe(200)
  }
})

test('a key withdrawn as compromised is refused everywhere within a second, and a new one signs', async () => {
  const person = await registerPerson(stack)
  const [first, second] = stack.auths
  if (first === undefined || second === undefined) throw new Error('two auth instances expected')
  const header = JSON.parse(
    Buffer.from(person.accessToken.split('.')[0] ?? '', 'base64url').toString(),
  )
  await rotateKeys(stack.db, {
    signingKeyDays: 30,
    keyEncryptionKey: first.deps.config.secrets.keyEncryptionKey,
    compromisedKid: header.kid,
  })
  await expect
    .poll(
      async () =>
        (await viewerOf(stack.clientOf(1), person.accessToken)).errors[0]?.extensions.reason,
      BOUND,
    )
    .toBe('TOKEN_INVALID')
  await Promise.all([first.deps.keyring.reload(), second.deps.keyring.reload()])
  const refreshed = await refreshWith(stack.clientOf(1), person.refreshToken)
  const token = refreshed.data.refresh.tokens.accessToken
  await expect
    .poll(async () => (await viewerOf(stack.clientOf(1), token)).status, { timeout: 30_000 })
    .toBe(200)
})

test('five rotators at once make one key', async () => {
  const keyEncryptionKey = stack.auths[0]?.deps.config.secrets.keyEncryptionKey
  if (keyEncryptionKey === undefined) throw new Error('no auth instance')
  await stack.db('signing_keys').where('status', 'pending').delete()
  const rotations = await Promise.all(
    Array.from({ length: 5 }, () =>
      rotateKeys(stack.db, { signingKeyDays: 30, keyEncryptionKey, isForced: true }),
    ),
  )
  expect(rotations.flatMap(({ created }) => created)).toHaveLength(1)
  expect(await stack.db('signing_keys').where('status', 'active')).toHaveLength(1)
  expect(await stack.db('signing_keys').where('status', 'pending')).toHaveLength(1)
})

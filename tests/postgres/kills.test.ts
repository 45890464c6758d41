// Auth killed at random moments under load: what was answered is there, what was not is there as a whole or not at all,
// and every event of it reaches a subgraph once, in order. Thirty times in the long suite.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { generateIdentityKey } from '@sallyport/claims/sign'
import type { Knex } from 'knex'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { verifyAudit } from '../../subgraphs/auth/audit/verify.ts'
import { readEventLag } from '../../subgraphs/auth/events/lag.ts'
import { createClient, type GraphqlAnswer } from '../client.ts'
import { createTestDatabase } from '../database.ts'
import { freePorts } from '../free-ports.ts'
import type { Mailbox } from '../mailbox.ts'
import { LOGIN, LOGOUT, newEmail, PASSWORD, REGISTER, VERIFY } from '../people.ts'
import { type AppliedLog, startAppliedLog } from './applied-log.ts'
import { startNatsServer } from './nats-server.ts'
import { type Part, startPart, waitUntilReady } from './processes.ts'
import { startSmtpMailbox } from './smtp-mailbox.ts'

const KILLS = Number(process.env.KILLS ?? 3)
const WORKERS = 8

let db: Knex
let env: Record<string, string>
let port: number
let auth: Part
let gateway: Part
let mailbox: Mailbox
let log: AppliedLog
let registered = 0
const cleanups: (() => unknown)[] = []

/** What the client was told, and may rely on. */
const told = {
  users: new Set<string>(),
  activeSessions: new Set<string>(),
  endedSessions: new Set<string>(),
  apiKeys: new Set<string>(),
  receipts: new Set<string>(),
}

beforeAll(async () => {
  const database = await createTestDatabase()
  cleanups.push(database.drop)
  const connected = await database.connect()
  db = connected.db
  cleanups.push(connected.stop)
  const nats = await startNatsServer()
  cleanups.push(nats.drop)
  const [authPort = 0, gatewayPort = 0, adminPort = 0, mailPort = 0] = await freePorts(4)
  port = authPort
  const smtp = await startSmtpMailbox(mailPort)
  cleanups.push(smtp.stop)
  mailbox = smtp.mailbox
  const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-kills-'))
  cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }))
  const secret = () => `1:${randomBytes(32).toString('base64')}`
  env = {
    DATA_DIR: dataDir,
    DATABASE_URL: database.url ?? '',
    NATS_URL: nats.urlOf('auth'),
    SMTP_URL: `smtp://127.0.0.1:${mailPort}`,
    PUBLIC_URL: `http://localhost:${gatewayPort}`,
    IDENTITY_JWKS_URL: `http://127.0.0.1:${gatewayPort}/.well-known/identity-jwks.json`,
    IDENTITY_KEYS: JSON.stringify({ keys: [await generateIdentityKey()] }),
    AUTH_PORT: String(authPort),
    AUTH_URL: `http://127.0.0.1:${authPort}/graphql`,
    REVIEWS_URL: 'http://127.0.0.1:9/graphql',
    PORT: String(gatewayPort),
    ADMIN_PORT: String(adminPort),
    LOG_LEVEL: 'error',
    PASSWORD_HASH_COST: '10',
    API_KEY_VERIFICATION: 'off',
    PASSWORD_PEPPER: secret(),
    CODE_KEY: secret(),
    API_KEY_PEPPER: secret(),
    KEY_ENCRYPTION_KEY: secret(),
  }
  auth = await startPart('subgraphs/auth', env, authPort)
  gateway = await startPart('gateway', env, gatewayPort)
  await waitUntilReady(gateway.url)
  log = await startAppliedLog(nats.urlOf('reviews'), 'reviews')
})

afterAll(async () => {
  await log?.stop()
  await Promise.all([auth, gateway].map((part) => part?.end('SIGKILL')))
  for (const cleanup of cleanups.reverse()) await cleanup()
})

test(
  `auth killed ${KILLS} times under load: nothing that was answered is lost, and nothing is half done`,
  async () => {
    // A try that failed may have left it dead.
    if (hasEnded(auth)) auth = await startPart('subgraphs/auth', env, port)
    let isOver = false
    const workers = Array.from({ length: WORKERS }, async () => {
      while (!isOver) await live().catch(() => sleep(100))
    })
    onTestFinished(async () => {
      isOver = true
      await Promise.all(workers)
    })
    for (let kill = 0; kill < KILLS; kill += 1) {
      // Somebody got through since the last one, and others are at any step of it.
      const before = registered
      await expect.poll(() => registered, { timeout: 60_000 }).toBeGreaterThan(before)
      await sleep(Math.random() * 1_500)
      await auth.end('SIGKILL')
      auth = await startPart('subgraphs/auth', env, port)
    }
    await sleep(1_000)
    isOver = true
    await Promise.all(workers)

    expect(registered).toBeGreaterThanOrEqual(KILLS)
    await expectTold()
    await expectWhole()
    await expect.poll(async () => (await readEventLag(db)).waiting, { timeout: 60_000 }).toBe(0)
    await expectDelivered()
    await expect.poll(() => db('audit_unsealed')).toEqual([])
    expect((await verifyAudit(db, { retentionMonths: 24 })).problems).toEqual([])
  },
  120_000 + KILLS * 60_000,
)

const hasEnded = ({ process }: Part) => process.exitCode !== null || process.signalCode !== null

/** One person's life: every step that is answered is kept in mind, the first that is not ends it. */
async function live(): Promise<void> {
  const email = newEmail()
  const begun = await send(REGISTER, { input: { email, password: PASSWORD } })
  const verificationId = begun.data.register.verification.id
  const code = await mailbox.takeCode(email)
  const first = (await send(VERIFY, { input: { verificationId, code } })).data.verifySession
  registered += 1
  told.users.add(first.user.id)
  told.activeSessions.add(first.session.id)
  const headers = { authorization: `Bearer ${first.tokens.accessToken}` }
  const created = await send(
    'mutation { createApiKey(input: { name: "k" }) { apiKey { id } } }',
    {},
    headers,
  )
  told.apiKeys.add(created.data.createApiKey.apiKey.id)
  const input = { email, password: PASSWORD, deviceToken: first.deviceToken }
  const second = (await send(LOGIN, { input })).data.login
  told.activeSessions.add(second.session.id)
  const again = { authorization: `Bearer ${second.tokens.accessToken}` }
  // From here on nobody knows, until there is an answer.
  told.activeSessions.delete(second.session.id)
  await send(LOGOUT, {}, again)
  told.endedSessions.add(second.session.id)
  if (Math.random() < 0.5) return
  const deletion = await send('mutation { deleteAccount { verification { id } } }', {}, headers)
  const confirm = {
    verificationId: deletion.data.deleteAccount.verification.id,
    code: await mailbox.takeCode(email),
  }
  told.users.delete(first.user.id)
  told.activeSessions.delete(first.session.id)
  told.endedSessions.delete(second.session.id)
  told.apiKeys.delete(created.data.createApiKey.apiKey.id)
  const deleted = await send(
    'mutation D($input: ConfirmAccountDeletionInput!) { confirmAccountDeletion(input: $input) { receiptId } }',
    { input: confirm },
    headers,
  )
  told.receipts.add(deleted.data.confirmAccountDeletion.receiptId)
}

/** @throws Error for everything that is not a full answer */
async function send(query: string, variables: object, headers = {}): Promise<GraphqlAnswer> {
  const answer = await createClient(gateway.url).send(query, variables, headers)
  if (answer.errors.length > 0 || answer.data === undefined) throw new Error(answer.text)
  return answer
}

async function expectTold(): Promise<void> {
  const ids = async (table: string, where: object) => await db(table).where(where).pluck('id')
  expect(await ids('users', { status: 'ACTIVE' })).toEqual(expect.arrayContaining([...told.users]))
  expect(await ids('sessions', { status: 'ACTIVE' })).toEqual(
    expect.arrayContaining([...told.activeSessions]),
  )
  expect(await ids('sessions', { status: 'REVOKED' })).toEqual(
    expect.arrayContaining([...told.endedSessions]),
  )
  expect(await ids('api_keys', { status: 'ACTIVE' })).toEqual(
    expect.arrayContaining([...told.apiKeys]),
  )
  for (const receiptId of told.receipts) {
    const answer = await createClient(gateway.url).send(
      `{ erasureStatus(receiptId: "${receiptId}") { status receipts { subgraph } } }`,
    )
    expect(answer.data.erasureStatus.receipts).toHaveLength(2)
  }
}

/** Rows that one transaction writes are all there, or none is. */
async function expectWhole(): Promise<void> {
  const halves = {
    'a user without a role': `select id from users where not exists
      (select from user_roles where user_id = users.id)`,
    'a user without exactly one event of registration': `select id from users where 1 <>
      (select count(*) from outbox_events where user_id = users.id and type = 'user.registered')`,
    'a user without exactly one record of registration': `select id from users where 1 <>
      (select count(*) from audit_events where user_id = users.id and action = 'user.registered')`,
    'a session without exactly one event of its beginning': `select id from sessions
      where status <> 'PENDING' and 1 <> (select count(*) from outbox_events
        where type = 'session.created' and data ->> 'sessionId' = sessions.id)`,
    'a session without exactly one record of its beginning': `select id from sessions
      where status <> 'PENDING' and 1 <> (select count(*) from audit_events
        where action = 'session.created' and session_id = sessions.id)`,
    'an ended session without its revocation, event and record': `select id from sessions
      where status = 'REVOKED' and (1, 1, 1) <> (
        (select count(*) from revocations where kind = 'session' and ref = sessions.id),
        (select count(*) from outbox_events where type = 'session.revoked' and data ->> 'sessionId' = sessions.id),
        (select count(*) from audit_events where action = 'session.revoked' and session_id = sessions.id))`,
    'a key without exactly one event': `select id from api_keys where 1 <>
      (select count(*) from outbox_events where type = 'api_key.created' and data ->> 'apiKeyId' = api_keys.id)`,
    'an erasure whose user is still there': `select id from erasures where user_id in (select id from users)`,
    'an erasure without its order': `select id from erasures where not exists
      (select from outbox_events where outbox_events.id = erasures.event_id)`,
    'an erasure without its receipts': `select id from erasures where 2 <>
      (select count(*) from erasure_receipts where erasure_id = erasures.id)`,
  }
  for (const [half, statement] of Object.entries(halves)) {
    const { rows } = await db.raw(statement)
    expect(rows, half).toEqual([])
  }
}

async function expectDelivered(): Promise<void> {
  const rows: { id: string; user_id: string }[] = await db('outbox_events').orderBy('sequence')
  const sent = new Map<string, string[]>()
  for (const { id, user_id } of rows) sent.set(user_id, [...(sent.get(user_id) ?? []), id])
  await expect.poll(() => log.count(), { timeout: 60_000 }).toBe(rows.length)
  for (const [userId, ids] of sent) expect(await log.of(userId)).toEqual(ids)
}

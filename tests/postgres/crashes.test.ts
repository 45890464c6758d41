// Two auth processes and two gateway processes: killed, drained, cut off. What was answered stays true.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { generateIdentityKey } from '@sallyport/claims/seal'
import type { Knex } from 'knex'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient, type GraphqlClient } from '../client.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { freePorts } from '../harness.ts'
import { createMailbox, type Mailbox } from '../mailbox.ts'
import { LOGOUT, type Person, refreshWith, registerPerson, viewerOf } from '../people.ts'
import { type Part, startPart, waitUntilReady } from './processes.ts'

let database: TestDatabase
let db: Knex
let env: Record<string, string>
let ports: number[]
let mailbox: Mailbox
const parts = new Map<string, Part>()
const cleanups: (() => unknown)[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  cleanups.push(database.drop)
  const connected = await database.connect()
  db = connected.db
  cleanups.push(connected.stop)
  ports = await freePorts(7)
  const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-crashes-'))
  cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }))
  mailbox = await catchMail(ports[6] ?? 0)
  env = await environment(dataDir)
  await startAuth(0)
  await startAuth(1)
  await startGateway(0)
  await startGateway(1)
}, 120_000)

afterAll(async () => {
  await Promise.all([...parts.values()].map((part) => part.end('SIGKILL')))
  for (const cleanup of cleanups.reverse()) await cleanup()
})

test('kill -9 of an auth instance under refreshes: every answered pair works on the other one', async () => {
  const people = await registerMany(8)
  const latest = new Map(people.map((person) => [person.id, person.refreshToken]))
  const stopAt = Date.now() + 4_000
  const work = people.map(async (person, index) => {
    for (let turn = index; Date.now() < stopAt; turn += 1) {
      const token = latest.get(person.id) ?? ''
      const answer = await refreshWith(client(turn % 2), token).catch(() => null)
      const next = answer?.data?.refresh?.tokens.refreshToken
      if (next !== undefined) latest.set(person.id, next)
      else expect(answer?.code ?? 'NETWORK').not.toBe('INVALID_REFRESH_TOKEN')
    }
  })
  await sleep(1_500)
  await part('auth-1').end('SIGKILL')
  await Promise.all(work)
  for (const token of latest.values()) {
    expect((await refreshWith(client(0), token)).errors).toEqual([])
  }
  await startAuth(1)
  await expect.poll(() => isReady(1), { timeout: 10_000 }).toBe(true)
})

test('a replayed token is refused after every process was killed and started again', async () => {
  const [person] = await registerMany(1)
  if (person === undefined) throw new Error('nobody registered')
  const second = await refreshWith(client(0), person.refreshToken)
  await refreshWith(client(0), second.data.refresh.tokens.refreshToken)
  await part('auth-0').end('SIGKILL')
  await part('auth-1').end('SIGKILL')
  await startAuth(0)
  await startAuth(1)
  const replay = await refreshWith(client(0), person.refreshToken)
  expect(replay.code).toBe('INVALID_REFRESH_TOKEN')
})

test('while auth is away verified tokens go on, unknown ones get 503, and nobody is told to log in again', async () => {
  const [known, unknown] = await registerMany(2)
  if (known === undefined || unknown === undefined) throw new Error('nobody registered')
  const introspect = (token: string) =>
    client(1).send('{ __typename }', {}, { authorization: `Bearer ${token}` })
  expect((await introspect(known.accessToken)).status).toBe(200)
  await part('auth-1').end('SIGKILL')
  await sleep(2_500)
  expect((await introspect(known.accessToken)).status).toBe(200)
  const refused = await introspect(unknown.accessToken)
  expect([200, 503]).toContain(refused.status)
  const refresh = await refreshWith(client(1), known.refreshToken)
  expect(refresh.code).toMatch(/SUBGRAPH_UNAVAILABLE|SERVICE_UNAVAILABLE/)
  await startAuth(1)
  await expect
    .poll(async () => (await viewerOf(client(1), unknown.accessToken)).status, { timeout: 10_000 })
    .toBe(200)
})

test('connections that the database cuts cost an error, never a half-done change', async () => {
  const people = await registerMany(4)
  const results = await Promise.all([
    ...people.map((person) =>
      client(0)
        .send(LOGOUT, {}, person.headers)
        .catch(() => null),
    ),
    sleep(2).then(() =>
      db.raw(`select pg_terminate_backend(pid) from pg_stat_activity
              where application_name = 'sallyport-auth' and datname = current_database() and pid <> pg_backend_pid()`),
    ),
  ])
  expect(results.length).toBe(5)
  for (const person of people) {
    const { status } = await db('sessions').where('id', person.sessionId).first('status')
    const revocations = await db('revocations').where('ref', person.sessionId)
    const events = await db('outbox_events').where({ user_id: person.id, type: 'session.revoked' })
    const expected = status === 'REVOKED' ? 1 : 0
    expect(revocations).toHaveLength(expected)
    expect(events).toHaveLength(expected)
  }
  // The pools find new connections by themselves.
  await expect.poll(async () => (await refreshAny()).errors.length, { timeout: 5_000 }).toBe(0)
})

test('SIGTERM drains a gateway: what is in flight is answered, then it ends by itself', async () => {
  const people = await registerMany(2)
  const inFlight = Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      viewerOf(client(1), people[index % 2]?.accessToken ?? ''),
    ),
  )
  await sleep(5)
  const code = part('gateway-1').end('SIGTERM')
  for (const answer of await inFlight) expect(answer.status).toBe(200)
  expect(await code).toBe(0)
  await startGateway(1)
  expect((await viewerOf(client(1), people[0]?.accessToken ?? '')).status).toBe(200)
})

const client = (gateway: number): GraphqlClient => createClient(part(`gateway-${gateway}`).url)

function part(name: string): Part {
  const found = parts.get(name)
  if (found === undefined) throw new Error(`${name} is not running`)
  return found
}

async function startAuth(index: number): Promise<void> {
  const port = ports[index] ?? 0
  parts.set(
    `auth-${index}`,
    await startPart('subgraphs/auth', { ...env, AUTH_PORT: String(port) }, port),
  )
}

async function startGateway(index: number): Promise<void> {
  const port = ports[2 + index] ?? 0
  const started = await startPart(
    'gateway',
    {
      ...env,
      PORT: String(port),
      ADMIN_PORT: String(ports[4 + index]),
      AUTH_URL: `http://127.0.0.1:${ports[index]}/graphql`,
    },
    port,
  )
  await waitUntilReady(started.url)
  parts.set(`gateway-${index}`, started)
}

const isReady = async (index: number) =>
  (await fetch(`${part(`auth-${index}`).url}/health/ready`)).ok

async function registerMany(count: number): Promise<Person[]> {
  const stack = { client: client(0), mailbox }
  return await Promise.all(Array.from({ length: count }, () => registerPerson(stack)))
}

async function refreshAny() {
  const [person] = await registerMany(1).catch(() => [])
  return await refreshWith(client(0), person?.refreshToken ?? '')
}

/** A real SMTP server in front of the mailbox: the instances are other processes. */
async function catchMail(port: number): Promise<Mailbox> {
  const box = createMailbox()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const to = session.envelope.rcptTo[0]?.address ?? ''
        void box.send({
          messageId: '',
          to,
          subject: '',
          text: Buffer.concat(chunks).toString(),
          code: null,
          link: null,
        })
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()))
  cleanups.push(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return box
}

async function environment(dataDir: string): Promise<Record<string, string>> {
  const secret = () => `1:${randomBytes(32).toString('base64')}`
  return {
    DATA_DIR: dataDir,
    DATABASE_URL: database.url ?? '',
    PUBLIC_URL: `http://localhost:${ports[2]}`,
    IDENTITY_JWKS_URL: `http://127.0.0.1:${ports[2]}/.well-known/identity-jwks.json`,
    IDENTITY_KEYS: JSON.stringify({ keys: [await generateIdentityKey()] }),
    REVIEWS_URL: 'http://127.0.0.1:9/graphql',
    SMTP_URL: `smtp://127.0.0.1:${ports[6]}`,
    LOG_LEVEL: 'warn',
    PASSWORD_HASH_COST: '10',
    PASSWORD_PEPPER: secret(),
    CODE_KEY: secret(),
    API_KEY_PEPPER: secret(),
    KEY_ENCRYPTION_KEY: secret(),
  }
}

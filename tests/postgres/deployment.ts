// Auth instances and gateways as processes of their own on one PostgreSQL, with a mail server: to be killed, drained, cut off.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateIdentityKey } from '@sallyport/claims/sign'
import type { Knex } from 'knex'
import { SMTPServer } from 'smtp-server'
import { createClient, type GraphqlClient } from '../client.ts'
import { createTestDatabase } from '../database.ts'
import type { TestDatabase } from '../database-on-server.ts'
import { freePorts } from '../free-ports.ts'
import { createMailbox, type Mailbox } from '../mailbox.ts'
import { type Person, registerPerson } from '../people.ts'
import { type Part, startPart, type Tree, waitUntilReady } from './processes.ts'

export interface DeploymentOptions {
  /** Instances of each; the nth gateway talks to the nth auth instance. Default 2. */
  readonly pairs?: number
  /** Settings beyond those below. */
  readonly env?: Readonly<Record<string, string>>
  /** Default: one of its own. Somebody else's is left alone at the end. */
  readonly database?: TestDatabase
  /** What all of it starts from. Default: the source. */
  readonly tree?: Tree
  /** Puts something before the nth auth or gateway, and says its port. Default: nothing. */
  readonly standBefore?: (part: 'auth' | 'gateway', port: number) => Promise<number>
}

export interface Deployment {
  readonly env: Readonly<Record<string, string>>
  readonly db: Knex
  readonly mailbox: Mailbox
  auth(index: number): Part
  gateway(index: number): Part
  client(gateway: number): GraphqlClient
  /** @param tree default: that of the others */
  startAuth(index: number, tree?: Tree): Promise<void>
  startGateway(index: number, tree?: Tree): Promise<void>
  register(count: number): Promise<Person[]>
  stop(): Promise<void>
}

type Cleanup = () => unknown

export async function startDeployment(options: DeploymentOptions = {}): Promise<Deployment> {
  const { pairs = 2 } = options
  const cleanups: Cleanup[] = []
  const database = options.database ?? (await createTestDatabase())
  if (options.database === undefined) cleanups.push(database.drop)
  const { db, stop } = await database.connect()
  cleanups.push(stop)
  const [mailPort = 0, ...ports] = await freePorts(1 + 3 * pairs)
  const portOf = (kind: 'auth' | 'gateway' | 'admin', index: number) =>
    ports[['auth', 'gateway', 'admin'].indexOf(kind) * pairs + index] ?? 0
  const mailbox = await catchMail(mailPort, cleanups)
  const env = {
    ...(await environment(cleanups, { database, mailPort, publicPort: portOf('gateway', 0) })),
    ...options.env,
  }
  const standBefore = options.standBefore ?? (async (_, port) => port)
  const indexes = Array.from({ length: pairs }, (_, index) => index)
  const reachedAt = {
    auth: await Promise.all(indexes.map((index) => standBefore('auth', portOf('auth', index)))),
    gateway: await Promise.all(
      indexes.map((index) => standBefore('gateway', portOf('gateway', index))),
    ),
  }
  const parts = new Map<string, Part>()
  const part = (name: string): Part => {
    const found = parts.get(name)
    if (found === undefined) throw new Error(`${name} is not running`)
    return found
  }
  const client = (index: number) => createClient(`http://127.0.0.1:${reachedAt.gateway[index]}`)

  async function startAuth(index: number, tree = options.tree): Promise<void> {
    const port = portOf('auth', index)
    const own = { ...env, AUTH_PORT: String(port) }
    parts.set(`auth-${index}`, await startPart('subgraphs/auth', own, port, tree))
  }

  async function startGateway(index: number, tree = options.tree): Promise<void> {
    const port = portOf('gateway', index)
    const own = {
      ...env,
      PORT: String(port),
      ADMIN_PORT: String(portOf('admin', index)),
      AUTH_URL: `http://127.0.0.1:${reachedAt.auth[index]}/graphql`,
    }
    const started = await startPart('gateway', own, port, tree)
    parts.set(`gateway-${index}`, started)
    await waitUntilReady(started.url)
  }

  for (let index = 0; index < pairs; index += 1) await startAuth(index)
  for (let index = 0; index < pairs; index += 1) await startGateway(index)
  return {
    env,
    db,
    mailbox,
    auth: (index) => part(`auth-${index}`),
    gateway: (index) => part(`gateway-${index}`),
    client,
    startAuth,
    startGateway,
    register: async (count) => {
      const people: Person[] = []
      // A few at a time: the line for a hash is short on purpose.
      while (people.length < count) {
        const some = Math.min(8, count - people.length)
        const begun = Array.from({ length: some }, () =>
          registerPerson({ client: client(0), mailbox }),
        )
        people.push(...(await Promise.all(begun)))
      }
      return people
    },
    stop: async () => {
      await Promise.all([...parts.values()].map((one) => one.end('SIGKILL')))
      for (const cleanup of cleanups.reverse()) await cleanup()
    },
  }
}

/** A real SMTP server in front of the mailbox: the instances are other processes. */
async function catchMail(port: number, cleanups: Cleanup[]): Promise<Mailbox> {
  const box = createMailbox()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const to = session.envelope.rcptTo[0]?.address ?? ''
        const text = Buffer.concat(chunks).toString()
        void box.send({ messageId: '', to, subject: '', text, code: null, link: null, html: '' })
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()))
  cleanups.push(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return box
}

async function environment(
  cleanups: Cleanup[],
  at: {
    readonly database: TestDatabase
    readonly mailPort: number
    readonly publicPort: number
  },
): Promise<Record<string, string>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-deployment-'))
  cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }))
  const secret = () => `1:${randomBytes(32).toString('base64')}`
  return {
    DATA_DIR: dataDir,
    DATABASE_URL: at.database.url ?? '',
    PUBLIC_URL: `http://localhost:${at.publicPort}`,
    IDENTITY_JWKS_URL: `http://127.0.0.1:${at.publicPort}/.well-known/identity-jwks.json`,
    IDENTITY_KEYS: JSON.stringify({ keys: [await generateIdentityKey()] }),
    REVIEWS_URL: 'http://127.0.0.1:9/graphql',
    SMTP_URL: `smtp://127.0.0.1:${at.mailPort}`,
    LOG_LEVEL: 'warn',
    PASSWORD_HASH_COST: '10',
    PASSWORD_PEPPER: secret(),
    CODE_KEY: secret(),
    API_KEY_PEPPER: secret(),
    KEY_ENCRYPTION_KEY: secret(),
  }
}

// Mail over real SMTP: never on the request path, never lost, never with a code that no longer works.

import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { afterEach, expect, test } from 'vitest'
import { type Auth, createAuth } from '../../subgraphs/auth/auth.ts'
import { readAuthConfig } from '../../subgraphs/auth/config.ts'
import { enqueueMail } from '../../subgraphs/auth/core/mail/outbox.ts'
import { createMailTransport } from '../../subgraphs/auth/mail/transport.ts'
import { beginVerification } from '../../subgraphs/auth/verifications/begin-verification.ts'
import { createTestDatabase } from '../database.ts'
import type { TestDatabase } from '../database-on-server.ts'
import { freePorts } from '../free-ports.ts'

const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

interface Catcher {
  readonly mails: Email[]
  readonly recipients: string[]
}

async function catchMail(port: number): Promise<Catcher> {
  const mails: Email[] = []
  const recipients: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: ({ address }, _session, done) => {
      recipients.push(address)
      done()
    },
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        void PostalMime.parse(Buffer.concat(chunks)).then((mail) => {
          mails.push(mail)
          done()
        })
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()))
  cleanups.push(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return { mails, recipients }
}

async function startAuth(
  env: Record<string, string>,
): Promise<{ auth: Auth; database: TestDatabase }> {
  const database = await createTestDatabase()
  cleanups.push(database.drop)
  const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-mail-'))
  cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }))
  const secret = () => `1:${randomBytes(32).toString('base64')}`
  const config = readAuthConfig({
    DATA_DIR: dataDir,
    AUTH_PORT: '0',
    PASSWORD_PEPPER: secret(),
    CODE_KEY: secret(),
    API_KEY_PEPPER: secret(),
    KEY_ENCRYPTION_KEY: secret(),
    ...env,
  })
  const log = pino({ level: 'silent' })
  const auth = await createAuth(config, {
    database: await database.connect(),
    mail: createMailTransport(config, log),
    log,
  })
  cleanups.push(() => auth.stop())
  return { auth, database }
}

async function begin(auth: Auth, address: string): Promise<void> {
  await auth.deps.db.transaction((trx) =>
    beginVerification(trx, auth.deps.config, {
      purpose: 'REGISTRATION',
      email: { address, normalized: address },
      template: 'registration-code',
      delivery: 'BODY',
    }),
  )
}

const waiting = async (auth: Auth) =>
  Number((await auth.deps.db('mail_outbox').count('* as count'))[0]?.count)

test('a code leaves over SMTP, to the stored address, as text and as HTML', async () => {
  const [port = 0] = await freePorts(1)
  const { mails, recipients } = await catchMail(port)
  const { auth } = await startAuth({
    SMTP_URL: `smtp://127.0.0.1:${port}`,
    MAIL_FROM: 'Sally <sally@example.com>',
  })
  await begin(auth, 'ada@example.com')
  await expect.poll(() => mails.length, { timeout: 30_000 }).toBe(1)
  expect(recipients).toEqual(['ada@example.com'])
  expect(mails[0]?.from?.address).toBe('sally@example.com')
  expect(mails[0]?.text).toMatch(/Your code is \d{8}\./)
  expect(mails[0]?.html).toMatch(/Your code is <strong class="code">\d{8}<\/strong>\./)
  expect(mails[0]?.subject).toMatch(/^\d{8} is your code for Sallyport$/)
  await expect.poll(() => waiting(auth)).toBe(0)
})

test('a mail server that is unavailable loses nothing: the mail leaves when it is back', async () => {
  const [port = 0] = await freePorts(1)
  const { auth } = await startAuth({ SMTP_URL: `smtp://127.0.0.1:${port}` })
  await begin(auth, 'ada@example.com')
  await expect
    .poll(async () => (await auth.deps.db('mail_outbox').first('attempts'))?.attempts, {
      timeout: 30_000,
    })
    .toBeGreaterThan(0)
  expect(await waiting(auth)).toBe(1)
  const { mails } = await catchMail(port)
  await auth.deps.db('mail_outbox').update({ available_at: auth.deps.db.fn.now() })
  await expect.poll(() => mails.length, { timeout: 30_000 }).toBe(1)
})

test('a mail whose code was replaced meanwhile is not sent', async () => {
  const [port = 0] = await freePorts(1)
  const { auth } = await startAuth({ SMTP_URL: `smtp://127.0.0.1:${port}` })
  const { mails } = await catchMail(port)
  // In one transaction, so that no attempt is under way.
  await auth.deps.db.transaction(async (trx) => {
    await begin({ ...auth, deps: { ...auth.deps, db: trx } }, 'ada@example.com')
    await trx('verifications').update({ send_number: 2 })
  })
  await expect.poll(() => waiting(auth), { timeout: 30_000 }).toBe(0)
  expect(mails).toEqual([])
})

test('without a mail server mail becomes .eml files that only their owner reads', async () => {
  const { auth } = await startAuth({})
  await enqueueMail(auth.deps.db, {
    template: 'account-exists',
    recipient: 'ada@example.com',
    data: {},
  })
  const folder = join(auth.deps.config.dataDir, 'mail')
  await expect.poll(() => waiting(auth), { timeout: 30_000 }).toBe(0)
  const [file = ''] = readdirSync(folder)
  const mail = await PostalMime.parse(readFileSync(join(folder, file)))
  expect(mail.to?.[0]?.address).toBe('ada@example.com')
})

// docs/events.md and docs/erasure.md: the message fits its schema, and the consumers do what the pages say.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { APPLIED_EVENTS_TABLE, type AuthEvent, type EventConsumer } from '@sallyport/claims/events'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { Knex } from 'knex'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readAuthConfig } from '../../subgraphs/auth/config.ts'
import { signWebhook } from '../../subgraphs/auth/webhooks/sign.ts'
import { createTestDatabase } from '../database.ts'
import { createExampleFolder } from './example-folder.ts'
import { example, examplesOf } from './examples.ts'

const folder = createExampleFolder()
let database: Awaited<ReturnType<typeof createTestDatabase>>
let db: Knex

beforeAll(async () => {
  database = await createTestDatabase()
  db = (await database.connect()).db
  await db.raw(APPLIED_EVENTS_TABLE)
  await db.schema.createTable('customers', (table) => table.text('user_id').primary())
  await db.schema.createTable('addresses', (table) => table.text('user_id'))
  await db.schema.createTable('orders', (table) => table.text('user_id').nullable())
  // What the pages leave to the reader: a database and a log.
  Object.assign(globalThis, { exampleDatabase: db })
  folder.write(
    'database.ts',
    "import type { Knex } from 'knex'\nexport const db = (globalThis as unknown as { exampleDatabase: Knex }).exampleDatabase\n",
  )
  folder.write('log.ts', "import pino from 'pino'\nexport const log = pino({ level: 'silent' })\n")
  folder.write('consumer.ts', example('docs/events.md', 'A consumer in TypeScript', 'ts').code, {
    // Nobody listens there: a consumer needs no connection to start.
    'nats:4222': '127.0.0.1:9',
  })
  folder.write('webhook.ts', example('docs/events.md', 'Webhooks', 'ts').code)
  folder.write('erasure.ts', example('docs/erasure.md', 'For subgraphs', 'ts').code)
})
afterAll(async () => {
  await database?.drop()
  await folder[Symbol.asyncDispose]()
})

const message = () => JSON.parse(example('docs/events.md', 'The message', 'json').code)
const load = (name: string) => import(pathToFileURL(join(folder.path, name)).href)

test('the message fits the schema that it names', () => {
  const event = message()
  const file = `schema/events/${event.dataschema.split('/').at(-1)}`
  const ajv = new Ajv2020({ strict: false })
  formats.default(ajv)
  const validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')))
  expect(validate(event), JSON.stringify(validate.errors)).toBe(true)
})

test('the consumers in TypeScript compile, strictly', async () => {
  await folder.compile(['consumer.ts', 'erasure.ts', 'webhook.ts'])
})

test('the reader of webhooks takes what the settings of the page sign, and nothing that is old or changed', async () => {
  const { readWebhook } = await load('webhook.ts')
  const secret = `whsec_${randomBytes(32).toString('base64')}`
  const key = `1:${randomBytes(32).toString('base64')}`
  const settings = example('docs/events.md', 'Webhooks', 'sh').code.replaceAll('whsec_…', secret)
  const env = Object.fromEntries(
    settings
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
  const keys = { PASSWORD_PEPPER: key, CODE_KEY: key, API_KEY_PEPPER: key, KEY_ENCRYPTION_KEY: key }
  const { targets } = readAuthConfig({ ...keys, ...env }).webhooks
  expect(targets.map(({ name, types }) => [name, types])).toEqual([
    ['billing', null],
    ['crm', ['user.registered', 'user.erased']],
  ])
  const body = JSON.stringify(message())
  const sign = (timestamp: number) =>
    signWebhook({ id: 'one', timestamp, body }, targets[0]?.secrets ?? [])
  const now = Math.floor(Date.now() / 1000)
  expect(readWebhook(sign(now), body, secret)).toEqual(message())
  expect(() => readWebhook(sign(now), `${body} `, secret)).toThrow('not signed')
  expect(() => readWebhook({ ...sign(now), 'webhook-id': 'two' }, body, secret)).toThrow()
  expect(() => readWebhook(sign(now - 600), body, secret)).toThrow('too old')
  expect(() => readWebhook({}, body, secret)).toThrow()
})

test('the consumer applies an event once, and starts without NATS', async () => {
  const { consumer, stop } = (await load('consumer.ts')) as {
    consumer: EventConsumer
    stop(): Promise<void>
  }
  const event: AuthEvent = { ...message(), type: 'user.registered' }
  await consumer.handle(event)
  await consumer.handle(event)
  expect(await db('customers').select()).toEqual([{ user_id: event.subject }])
  await stop()
})

test('the consumer of an erasure removes, and answers the same when it is asked again', async () => {
  const { consumer } = (await load('erasure.ts')) as { consumer: EventConsumer }
  const event: AuthEvent = {
    ...message(),
    id: 'f2b1f7b2-0f7e-4a53-9d2f-2d7f3e5f9a10',
    type: 'user.erasure.requested',
  }
  await db('addresses').insert([{ user_id: event.subject }, { user_id: 'usr_another' }])
  await db('orders').insert([{ user_id: event.subject }, { user_id: event.subject }])
  const receipt = { erased: 1, anonymised: 2 }
  expect(await consumer.handle(event)).toEqual(receipt)
  expect(await consumer.handle(event)).toEqual(receipt)
  expect(await db('addresses').select()).toEqual([{ user_id: 'usr_another' }])
})

// tests/long/python-consumer.test.ts runs the first against NATS and PostgreSQL; here their syntax is what is checked.
test('the consumers in Python are Python', () => {
  const blocks = ['docs/events.md', 'docs/erasure.md']
    .flatMap(examplesOf)
    .filter(({ language }) => language === 'python')
  expect(blocks).toHaveLength(2)
  for (const [index, { code }] of blocks.entries()) {
    const file = join(folder.path, `consumer_${index}.py`)
    writeFileSync(file, code)
    execFileSync('python3', ['-m', 'py_compile', file])
  }
})

// The consumer in Python of docs/events.md, as it stands there, with its real libraries, against NATS and PostgreSQL.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commands } from '../../subgraphs/auth/operator/commands.ts'
import { example } from '../docs/examples.ts'
import { type Stack, startStack } from '../harness.ts'
import { registerPerson } from '../people.ts'
import { type NatsServer, startNatsServer } from '../postgres/nats-server.ts'

const home = mkdtempSync(join(tmpdir(), 'sallyport-python-'))
let nats: NatsServer
let stack: Stack
let consumer: ChildProcess

beforeAll(async () => {
  execFileSync('python3', ['-m', 'venv', home])
  const packages = ['nats-py', 'psycopg[binary]']
  execFileSync(join(home, 'bin/pip'), ['install', '--quiet', ...packages])
  nats = await startNatsServer()
  stack = await startStack({ env: { NATS_URL: nats.urlOf('auth') } })
  await stack.db.schema.createTable('applied_events', (table) => table.text('event_id').primary())
  await stack.db.schema.createTable('customers', (table) => table.text('user_id'))
})
afterAll(async () => {
  consumer?.kill('SIGKILL')
  await stack?.stop()
  await nats?.drop()
  rmSync(home, { recursive: true, force: true })
})

/** With the addresses of this test, and the subgraph that its NATS knows. */
function startConsumer(databaseUrl: string): ChildProcess {
  const { code } = example('docs/events.md', 'In another language', 'python')
  const { host, username, password } = new URL(nats.urlOf('reviews'))
  const here = code
    .replace('nats://nats:4222', `nats://${host}`)
    .replace('user="orders"', `user="${username}"`)
    .replace('password="secret"', `password="${decodeURIComponent(password)}"`)
    .replace('dbname=orders', databaseUrl)
    .replace('"orders"', '"reviews"')
  writeFileSync(join(home, 'consumer.py'), here)
  return spawn(join(home, 'bin/python'), ['consumer.py'], { cwd: home, stdio: 'inherit' })
}

test('applies each event once, also after it was killed and the events came again', async () => {
  const { url } = stack.database
  if (url === null) throw new Error('DATABASE_URL: set it to a PostgreSQL server')
  const customers = async () => (await stack.db('customers').pluck('user_id')).toSorted()
  const expectCustomers = (ids: string[]) =>
    expect.poll(customers, { timeout: 60_000 }).toEqual(ids.toSorted())
  consumer = startConsumer(url)
  const first = await registerPerson(stack)
  await expectCustomers([first.id])
  consumer.kill('SIGKILL')
  const second = await registerPerson(stack)
  const [auth] = stack.auths
  if (auth === undefined) throw new Error('a stack has one auth at least')
  const args = { since: '2026-01-01', type: 'user.registered' }
  expect(await commands['events replay'](auth.deps, args)).toMatch(/^Opened \d+ events again/)
  consumer = startConsumer(url)
  const third = await registerPerson(stack)
  await expectCustomers([first.id, second.id, third.id])
})

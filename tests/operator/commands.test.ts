// Commands as an operator runs them where something is wrong: a sentence, soon, and an exit code that scripts see.
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventTypes } from '../../subgraphs/auth/core/events/types.ts'
import { commands, type OperatorDeps } from '../../subgraphs/auth/operator/commands.ts'
import { type Stack, startStack } from '../harness.ts'
import { sallyport } from './sallyport.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-commands-'))
const PASSWORD = 'k3ep-this-0ut'
let mute: Server
let http: Server

beforeAll(async () => {
  // One takes connections and says nothing, one speaks another protocol.
  mute = createServer()
  mute.removeAllListeners('connection')
  http = createServer((_, response) => response.end('hello'))
  for (const server of [mute, http]) await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterAll(() => {
  for (const server of [mute, http]) {
    server.close()
    server.closeAllConnections()
  }
  rmSync(dataDir, { recursive: true, force: true })
})

const run = (args: readonly string[], settings?: Readonly<Record<string, string>>) =>
  sallyport(args, { DATA_DIR: dataDir, ...settings })
function depsOf({ auths: [auth] }: Stack): OperatorDeps {
  if (auth === undefined) throw new Error('a stack has one auth at least')
  return auth.deps
}

const portOf = (server: Server) => (server.address() as AddressInfo).port
const at = (where: string) => ({ DATABASE_URL: `postgresql://auth:${PASSWORD}@${where}/auth` })

function expectSentence({ code, stderr }: { code: number | null; stderr: string }, like: RegExp) {
  expect(stderr).toMatch(like)
  expect(code).toBe(1)
  expect(stderr).not.toContain(PASSWORD)
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+|select |insert into/)
}

describe('a database that cannot be used ends every command in seconds', () => {
  test.each([
    [
      'doctor',
      () => '127.0.0.1:9',
      /DATABASE_URL: the server at 127\.0\.0\.1:9 cannot be reached .*ECONNREFUSED/,
    ],
    [
      'migrate',
      () => 'localhost:9',
      /DATABASE_URL: the server at localhost:9 cannot be reached .*ECONNREFUSED/,
    ],
    [
      'verify-audit',
      () => 'no-such-host.invalid',
      /no-such-host\.invalid cannot be reached .*(ENOTFOUND|EAI_AGAIN)/,
    ],
    ['rotate-keys', () => `127.0.0.1:${portOf(mute)}`, /cannot be reached .*timeout/i],
    ['revoke-all', () => `127.0.0.1:${portOf(http)}`, /cannot be reached/],
  ])('%s', async (name, where, like) => {
    expectSentence(await run([name], at(where())), like)
  })
})

test('create-admin without a terminal and a password says where one comes from', async () => {
  const { code, stderr } = await run(['create-admin', '--email', 'root@example.com'])
  expect(stderr).toMatch(/^create-admin needs a password: set SALLYPORT_PASSWORD/)
  expect(code).toBe(1)
})

test('in production identity-token says that it is for development, whatever is set', async () => {
  const args = ['identity-token', '--subgraph', 'reviews']
  const { code, stderr } = await run(args, { NODE_ENV: 'production' })
  expect(stderr).toMatch(/^identity-token is for development only/)
  expect(code).toBe(1)
  const made = await run([...args, '--role', 'a', '--role', 'b'])
  expect(made).toMatchObject({ code: 0, stderr: '' })
  const payload = made.stdout.split('.')[1] ?? ''
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
    roles: ['a', 'b'],
  })
})

describe('what a command is given is checked before anything is done', () => {
  const since = '2026-03-01T00:00:00Z'
  const types = Object.keys(eventTypes).join(', ')
  const isNoTime = (text: string) =>
    [
      'events replay',
      { since: text },
      `--since: "${text}" is not a time: it reads as 2026-01-31T12:00:00Z, or 2026-01-31 for midnight in UTC`,
    ] as const
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack()
  })
  afterAll(() => stack.stop())

  test.each([
    [
      'events replay',
      { since, type: 'nope' },
      `--type: there is no event of type "nope"; the types are ${types}`,
    ],
    ...['yesterday', '2026-02-30', '2026-02-29T00:00:00Z', '2026-04-31T10:00:00+02:00'].map(
      isNoTime,
    ),
    ...[
      '2026-13-01',
      '2026-01-31T24:00:00Z',
      '2026-01-31T12:61:00Z',
      '2026-01-31T12:00:00',
      '1',
    ].map(isNoTime),
    ['events replay', { since, until: '2026-06-31' }, '--until: "2026-06-31" is not a time'],
    [
      'verify-audit',
      { checkpoint: `2026-13:1742:${'a'.repeat(43)}` },
      'A checkpoint reads as 2026-03',
    ],
    [
      'verify-audit',
      { checkpoint: `2026-00:1742:${'a'.repeat(43)}` },
      'A checkpoint reads as 2026-03',
    ],
    [
      'events replay',
      { since, until: '2026-02-01T00:00:00Z' },
      '--until: must be later than --since',
    ],
    ['grant-app-role', { role: 'nope' }, '--role: the database has no role "nope". Make it first'],
    ['rotate-keys', { compromised: 'nope' }, 'There is no signing key nope'],
  ] as const)('%s %j', async (name, given, said) => {
    await expect(commands[name](depsOf(stack), given)).rejects.toThrow(said)
  })

  test('a signing key that is withdrawn: the next one signs at once, and no other is announced', async () => {
    const deps = depsOf(stack)
    const kidOf = async () =>
      (await deps.db('signing_keys').where('status', 'active').first('kid')).kid
    const first = await kidOf()
    const made = await commands['rotate-keys'](deps, {})
    expect(made).toMatch(/^Made the key (\S+); it is published now and signs in two minutes\.$/)
    const said = await commands['rotate-keys'](deps, { compromised: first })
    expect(said).toBe(
      `Withdrew ${first}: no gateway accepts it.\n${await kidOf()} signs from now on.`,
    )
    expect(made).toContain(await kidOf())
    const second = await kidOf()
    const alone = await commands['rotate-keys'](deps, { compromised: second })
    expect(alone).toBe(
      `Withdrew ${second}: no gateway accepts it.\nMade the key ${await kidOf()}; it signs from now on.`,
    )
    expect(await commands['rotate-keys'](deps, { compromised: first })).toContain(
      'The signing key is the one it was.',
    )
  })
})

test('the documentation lists every command', async () => {
  const { code, stdout } = await run(['--help'])
  expect(code).toBe(0)
  const listed = stdout
    .split('\n')
    .flatMap((line) => /^[a-z]+(-[a-z]+)*( [a-z]+)?(?= |$)/.exec(line)?.[0] ?? [])
  const docs = readFileSync('docs/operators.md', 'utf8')
  expect(listed).toContain('doctor')
  for (const name of listed) expect(docs).toContain(`| \`${name}`)
})

// A real PostgreSQL that does not let us in: every command and every start says which setting is wrong, soon, and fails.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePorts } from '../free-ports.ts'
import { type Cluster, createCluster } from '../long/cluster.ts'

const RIGHT = 'r1ght-pass'
const WRONG = 'wr0ng-pass'
const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-refused-'))
let cluster: Cluster
let where = ''

beforeAll(async () => {
  cluster = await createCluster()
  const { db, stop } = await cluster.database.connect()
  await db.raw(`alter role sallyport password '${RIGHT}'`)
  const { rows } = await db.raw<{ rows: { hba_file: string }[] }>('show hba_file')
  await db.raw(
    `copy (select 'host all all 127.0.0.1/32 scram-sha-256') to '${rows[0]?.hba_file ?? ''}'`,
  )
  await db.raw('select pg_reload_conf()')
  await stop()
  where = new URL(cluster.database.url ?? '').host
})
afterAll(() => {
  cluster.remove()
  rmSync(dataDir, { recursive: true, force: true })
})

async function run(script: string, args: readonly string[], DATABASE_URL: string) {
  const [PORT = 0, AUTH_PORT = 0, REVIEWS_PORT = 0, ADMIN_PORT = 0] = await freePorts(4)
  const ports = Object.entries({ PORT, AUTH_PORT, REVIEWS_PORT, ADMIN_PORT })
  const child = spawn(
    process.execPath,
    ['--import', './scripts/run-typescript.js', '--conditions=sallyport-source', script, ...args],
    {
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '',
        DATA_DIR: dataDir,
        DATABASE_URL,
        ...Object.fromEntries(ports.map(([name, port]) => [name, String(port)])),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 100_000,
      killSignal: 'SIGKILL',
    },
  )
  const printed: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
  await once(child, 'close')
  return { code: child.exitCode, output: printed.join('') }
}

const refusals = [
  [
    'a wrong password',
    () => `postgresql://sallyport:${WRONG}@${where}/postgres`,
    /the server at 127\.0\.0\.1:\d+ refuses the password of \\?"sallyport/,
  ],
  [
    'a database that is not there',
    () => `postgresql://sallyport:${RIGHT}@${where}/nowhere`,
    /has no database \\?"nowhere/,
  ],
  [
    'TLS that the server does not speak',
    () => `postgresql://sallyport:${RIGHT}@${where}/postgres?sslmode=require`,
    /do not agree on TLS .*check sslmode/,
  ],
] as const

describe.each([
  ['doctor', 'scripts/sallyport.ts', ['doctor']],
  ['migrate', 'scripts/sallyport.ts', ['migrate']],
  ['npm start', 'main.ts', []],
  ['npm run start:auth', 'subgraphs/auth/main.ts', []],
  ['npm run start:reviews', 'subgraphs/reviews/main.ts', []],
] as const)('%s', (_, script, args) => {
  test.each(refusals)('with %s', async (_, urlOf, reason) => {
    const { code, output } = await run(script, args, urlOf())
    expect(output).toMatch(reason)
    expect(output).toMatch(/DATABASE_URL: the server at/)
    expect(output).not.toMatch(new RegExp(`${RIGHT}|${WRONG}`))
    expect(code).toBe(1)
  })
})

// `doctor` while what it asks was stopped (SIGSTOP): connections are made, and nothing is answered. Each check says so within
// seconds, the others go on, and the command ends.
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Finding } from '../../subgraphs/auth/operator/doctor/finding.ts'
import { createCluster } from '../long/cluster.ts'
import { sallyport } from '../operator/sallyport.ts'
import { startDatabaseProxy } from './database-proxy.ts'
import { startNatsServer } from './nats-server.ts'
import { startRedis } from './redis.ts'

/** Each check gives up by itself after 8 seconds; the rest is the start of the process on a busy machine. */
const SECONDS = 40

const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-stopped-'))
/** Takes connections, and says nothing: a gateway that was stopped. */
const mute = createServer(() => {})
let gateway = ''

beforeAll(async () => {
  gateway = `http://127.0.0.1:${await listen(mute, 0)}`
})
afterAll(() => {
  mute.close()
  rmSync(dataDir, { recursive: true, force: true })
})

async function listen(server: Server, where: number | string): Promise<number> {
  await once(
    typeof where === 'string' ? server.listen(where) : server.listen(where, '127.0.0.1'),
    'listening',
  )
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function doctor(env: Readonly<Record<string, string>>) {
  const since = performance.now()
  const { code, stdout } = await sallyport(['doctor', '--json'], {
    DATA_DIR: dataDir,
    PUBLIC_URL: gateway,
    ...env,
  })
  expect((performance.now() - since) / 1000).toBeLessThan(SECONDS)
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] }
  expect([code, ok]).toEqual([1, false])
  return findings
}

const finding = (check: string, state: string, said: RegExp) =>
  expect.objectContaining({ check, state, said: expect.stringMatching(said) })
const failuresOf = (findings: readonly Finding[]) =>
  findings.filter(({ state }) => state === 'failed').map(({ check }) => check)

test('all of them: each is told by itself, and the disk is looked at all the same', async () => {
  const cluster = await createCluster()
  const broker = await startNatsServer()
  const redis = await startRedis()
  const postmaster = Number(
    readFileSync(join(cluster.folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0],
  )
  process.kill(postmaster, 'SIGSTOP')
  broker.freeze()
  redis.freeze()
  try {
    const findings = await doctor({
      DATABASE_URL: cluster.database.url ?? '',
      NATS_URL: broker.urlOf('auth'),
      REDIS_URL: redis.url,
    })
    expect(failuresOf(findings)).toEqual(['database', 'nats', 'redis'])
    for (const expected of [
      finding('database', 'failed', /^DATABASE_URL: .* cannot be reached \(timeout\): .*hangs/),
      finding('nats', 'failed', /^NATS_URL: .*\(no answer\); meanwhile events wait/),
      finding('redis', 'failed', /^REDIS_URL: .*time[d -]*out.*; meanwhile attempts/i),
      finding('keys', 'unknown', /IDENTITY_JWKS_URL cannot be read/),
      finding('clocks', 'unknown', /gateway's cannot be read/),
      finding('disk', 'ok', /MB free/),
    ])
      expect(findings).toContainEqual(expected)
  } finally {
    process.kill(postmaster, 'SIGCONT')
    cluster.remove()
    broker.thaw()
    await broker.drop()
    redis.thaw()
    await redis.stop()
  }
}, 120_000)

test('a database that stops while it is asked: its checks end, and so does the command', async () => {
  const proxy = await startDatabaseProxy()
  try {
    proxy.muteAt('pg_database_size')
    const findings = await doctor({ DATABASE_URL: proxy.url })
    expect(findings).toContainEqual(finding('database', 'failed', /^database: no answer within/))
    expect(findings).toContainEqual(finding('disk', 'ok', /MB free/))
  } finally {
    await proxy.stop()
  }
}, 120_000)

test('the server that has the embedded database open: every command ends', async () => {
  mkdirSync(join(dataDir, 'auth'), { recursive: true })
  const stopped = createServer(() => {})
  await listen(stopped, join(dataDir, 'auth', 'operator.sock'))
  try {
    const findings = await doctor({})
    expect(failuresOf(findings)).toEqual(['database'])
    expect(findings[0]?.said).toMatch(/^The server that has the embedded database .* not answer/)
    const { code, stderr } = await sallyport(['revoke-all'], { DATA_DIR: dataDir })
    expect(stderr).toMatch(/does not answer: it was stopped/)
    expect(code).toBe(1)
  } finally {
    stopped.close()
  }
}, 120_000)

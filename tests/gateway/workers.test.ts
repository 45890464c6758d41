// A gateway in several processes (GATEWAY_WORKERS): one port, one admin port, and nobody notices when one of them dies.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { freePort } from '../free-ports.ts'
import { startAuthPeer } from './auth-peer.ts'
import { writeSupergraph } from './start-gateway.ts'

const WORKERS = 2

// Several programs start in each test.
vi.setConfig({ testTimeout: 120_000 })
let folder: string
let auth: Awaited<ReturnType<typeof startAuthPeer>>
let port: number
let adminPort: number

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-workers-'))
  await writeSupergraph(folder)
  port = await freePort()
  adminPort = await freePort()
  auth = await startAuthPeer({ issuer: `http://localhost:${port}` })
})
afterEach(async () => {
  await auth.stop()
  await rm(folder, { recursive: true, force: true })
})

test('all are ready, share the port, and what they log is whole lines', async () => {
  await using gateway = startWorkers()
  await gateway.becomesReady()
  const { workers } = await gateway.health()
  expect(workers).toHaveLength(WORKERS)
  const answers = await Promise.all(Array.from({ length: 200 }, () => hello()))
  expect(new Set(answers)).toEqual(new Set([200]))
  const metrics = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text()
  expect(metrics).toContain('sallyport_step_duration_seconds_count{step="execute"} 200\n')
  expect(await gateway.end('SIGTERM')).toBe(0)
  const lines = gateway.output().trim().split('\n')
  const requests = lines.filter((line) => JSON.parse(line).msg === 'request')
  expect(requests).toHaveLength(200)
})

test('they count together how often somebody asks', async () => {
  await writeSupergraph(folder, {
    file: 'limits: [{ by: address, max: 10, windowSeconds: 3600 }]',
  })
  await using gateway = startWorkers()
  await gateway.becomesReady()
  const answers = await Promise.all(Array.from({ length: 30 }, () => hello()))
  expect(answers.filter((status) => status === 200)).toHaveLength(10)
})

test('a proof of a key works once in all of them', async () => {
  const keys = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(keys.publicKey)
  const token = await auth.token({ claims: { cnf: { jkt: await calculateJwkThumbprint(jwk) } } })
  const proof = async () =>
    await new SignJWT({
      htm: 'POST',
      htu: `http://localhost:${port}/graphql`,
      iat: Math.floor(Date.now() / 1000),
      jti: crypto.randomUUID(),
      ath: createHash('sha256').update(token).digest('base64url'),
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .sign(keys.privateKey)
  await using gateway = startWorkers()
  await gateway.becomesReady()
  const dpop = await proof()
  const headers = { authorization: `DPoP ${token}`, dpop }
  const answers = await Promise.all(Array.from({ length: 20 }, () => hello(headers)))
  expect(answers.filter((status) => status === 200)).toHaveLength(1)
  expect(await hello({ ...headers, dpop: await proof() })).toBe(200)
})

test('one that dies is replaced, and the other goes on meanwhile', async () => {
  await using gateway = startWorkers()
  await gateway.becomesReady()
  const [victim] = (await gateway.health()).workers
  process.kill(victim?.pid ?? 0, 'SIGKILL')
  await expect.poll(async () => (await gateway.health()).status).toBe('not ready')
  // What was handed to it in the moment of its death is lost; from here on nothing is.
  await expect.poll(gateway.output).toContain('is replaced')
  for (let count = 0; count < 20; count += 1) expect(await hello()).toBe(200)
  await gateway.becomesReady()
  const pids = (await gateway.health()).workers.map(({ pid }) => pid)
  expect(pids).toHaveLength(WORKERS)
  expect(pids).not.toContain(victim?.pid)
})

test('one that does not come to its turn any more is told from one that works', async () => {
  await using gateway = startWorkers()
  await gateway.becomesReady()
  const [stuck] = (await gateway.health()).workers
  process.kill(stuck?.pid ?? 0, 'SIGSTOP')
  const { status, workers } = await gateway.health()
  process.kill(stuck?.pid ?? 0, 'SIGCONT')
  expect(status).toBe('not ready')
  expect(workers.find(({ pid }) => pid === stuck?.pid)?.status).toBe('does not answer')
})

test('what was counted stays counted when one hangs or ends: a sum that falls would be a restart to Prometheus', async () => {
  await using gateway = startWorkers()
  await gateway.becomesReady()
  await Promise.all(Array.from({ length: 50 }, () => hello()))
  expect(await requests()).toBe(50)
  for (const { pid } of (await gateway.health()).workers) {
    process.kill(pid, 'SIGSTOP')
    const counted = await requests()
    process.kill(pid, 'SIGCONT')
    expect(counted).toBe(50)
  }
  for (const { pid } of (await gateway.health()).workers) {
    const startedAt = await metric('process_start_time_seconds')
    // In whole seconds, rounded: the next one starts in another.
    await expect.poll(() => Date.now() / 1000).toBeGreaterThan(startedAt + 1.5)
    process.kill(pid, 'SIGKILL')
    await expect.poll(async () => (await gateway.health()).status).toBe('not ready')
    expect(await requests()).toBe(50)
    await gateway.becomesReady()
    expect(await requests()).toBe(50)
    // The alert for restarts sees those of a worker too.
    expect(await metric('process_start_time_seconds')).toBeGreaterThan(startedAt)
  }
  expect(await hello()).toBe(200)
  expect(await requests()).toBe(51)
})

test('SIGTERM lets requests in flight finish, and leaves no process behind', async () => {
  await using gateway = startWorkers()
  await gateway.becomesReady()
  const { workers } = await gateway.health()
  auth.switches.delayMs = 500
  const inFlight = Array.from({ length: 20 }, () => hello())
  await expect.poll(() => auth.calls('/graphql').length, { timeout: 30_000 }).toBe(20)
  const code = gateway.end('SIGTERM')
  expect(new Set(await Promise.all(inFlight))).toEqual(new Set([200]))
  expect(await code).toBe(0)
  for (const { pid } of workers) expect(isAlive(pid)).toBe(false)
})

test('without a primary no worker stays', async () => {
  await using gateway = startWorkers()
  await gateway.becomesReady()
  const { workers } = await gateway.health()
  await gateway.end('SIGKILL')
  await expect.poll(() => workers.some(({ pid }) => isAlive(pid)), { timeout: 30_000 }).toBe(false)
})

test('when none can start the program ends, and says why', async () => {
  await using gateway = startWorkers({ SUPERGRAPH_CONFIG: join(folder, 'nothing.yaml') })
  expect(await gateway.end()).toBe(1)
  expect(gateway.output()).toContain('nothing.yaml')
})

async function hello(headers: object = {}): Promise<number> {
  const { status } = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"query":"{ hello }"}',
  })
  return status
}

/** As the metrics of the whole gateway have it. */
async function metric(name: string): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(metrics)?.[1])
}

const requests = () => metric('sallyport_request_duration_seconds_count')

interface Health {
  readonly status: string
  readonly workers: readonly { readonly pid: number; readonly status: string }[]
}

function startWorkers(settings: Record<string, string> = {}) {
  const child = spawn(
    process.execPath,
    ['--conditions=sallyport-source', '--import', './scripts/run-typescript.js', 'gateway/main.ts'],
    {
      env: {
        PATH: process.env.PATH ?? '',
        GATEWAY_WORKERS: String(WORKERS),
        PORT: String(port),
        ADMIN_PORT: String(adminPort),
        AUTH_URL: auth.url,
        DATA_DIR: folder,
        SUPERGRAPH_CONFIG: join(folder, 'supergraph.yaml'),
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk)
    })
  }
  const closed = once(child, 'close')
  const health = async (): Promise<Health> => {
    const response = await fetch(`http://127.0.0.1:${adminPort}/health/ready`)
    return (await response.json()) as Health
  }
  return {
    output: () => output,
    health,
    becomesReady: () =>
      expect
        .poll(
          () =>
            health()
              .then(({ status }) => status)
              .catch(() => 'away'),
          { timeout: 60_000 },
        )
        .toBe('ready'),
    /** Waits for its end, after a signal or without. */
    async end(signal?: NodeJS.Signals): Promise<number | null> {
      if (signal !== undefined) child.kill(signal)
      return (await closed)[0] as number | null
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await closed
    },
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

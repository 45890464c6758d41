// The gateway as a process: it starts from its environment, refuses a wrong one, and drains on SIGTERM.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../free-ports.ts'
import { startAuthPeer } from './auth-peer.ts'
import { writeSupergraph } from './start-gateway.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-process-'))
  await writeSupergraph(folder)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function startProcess(env: Record<string, string>) {
  const child = spawn(
    process.execPath,
    ['--conditions=sallyport-source', '--import', './scripts/run-typescript.js', 'gateway/main.ts'],
    { env: { PATH: process.env.PATH ?? '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk)
    })
  }
  return { child, output: () => output }
}

test('settings that cannot be are named together, and the process ends', async () => {
  const { child, output } = startProcess({ PORT: 'x', HOST: '0.0.0.0' })
  const [code] = await once(child, 'exit')
  expect(code).toBe(1)
  expect(output()).toMatch(/PORT[\s\S]*HOST/)
  expect(output()).not.toContain('    at ')
})

test('SIGTERM drains: requests in flight are answered, then the process ends well', async () => {
  const port = await freePort()
  const auth = await startAuthPeer({ issuer: `http://localhost:${port}` })
  const { child, output } = startProcess({
    PORT: String(port),
    ADMIN_PORT: '0',
    AUTH_URL: auth.url,
    DATA_DIR: folder,
    SUPERGRAPH_CONFIG: join(folder, 'supergraph.yaml'),
  })
  const exited = once(child, 'exit')
  const url = `http://127.0.0.1:${port}`
  await waitFor(async () => (await fetch(`${url}/health/ready`)).status === 200)
  auth.switches.delayMs = 500
  const inFlight = Array.from({ length: 10 }, () =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ hello }"}',
    }),
  )
  await waitFor(async () => auth.calls('/graphql').length === 10)
  child.kill('SIGTERM')
  const statuses = (await Promise.all(inFlight)).map(({ status }) => status)
  expect(new Set(statuses)).toEqual(new Set([200]))
  expect((await exited)[0]).toBe(0)
  for (const line of output().trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
  await auth.stop()
})

async function waitFor(isTrue: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 60_000
  while (Date.now() < until) {
    if (await isTrue().catch(() => false)) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('it did not become true within a minute')
}

// What only some deployments need is loaded when they need it: a start, and the first operations, are done without.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freePort } from '../free-ports.ts'
import { startAuthPeer } from './auth-peer.ts'
import { writeSupergraph } from './start-gateway.ts'

const RARE = [
  '@apollo/composition',
  '@apollo/federation-internals',
  '@apollo/gateway',
  '@apollo/query-graphs',
  '@apollo/query-planner',
  '@apollo/server',
  // It is loaded by the process that plans, and by no other.
  '@graphql-hive/router-query-planner',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/sdk-trace-base',
]

test('a gateway starts and answers without the stock engine, a second planner and Apollo Server', async () => {
  await using gateway = await startProgram()
  expect(await gateway.ask('{ hello }')).toEqual({ data: { hello: 'hello' } })
  expect(await gateway.ask('{ again: hello }')).toEqual({ data: { again: 'hello' } })
  const packages = await gateway.loadedPackages()
  expect(packages).toEqual(expect.arrayContaining(['graphql', 'undici', 'jose']))
  expect(packages.filter((name) => RARE.includes(name))).toEqual([])
})

test('traces load OpenTelemetry where they are switched on', async () => {
  await using gateway = await startProgram({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })
  expect(await gateway.ask('{ hello }')).toEqual({ data: { hello: 'hello' } })
  expect(await gateway.loadedPackages()).toContain('@opentelemetry/sdk-trace-base')
})

test('with ENGINE=stock it is there, and is seen', async () => {
  await using gateway = await startProgram({ ENGINE: 'stock' })
  expect(await gateway.loadedPackages()).toContain('@apollo/gateway')
})

async function startProgram(settings: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-packages-'))
  await writeSupergraph(folder)
  const [port, adminPort] = [await freePort(), await freePort()]
  const auth = await startAuthPeer({ issuer: `http://localhost:${port}` })
  const preload = join(import.meta.dirname, 'tell-packages.mjs')
  const child = spawn(
    process.execPath,
    [
      ...['--conditions=sallyport-source', '--import', preload, '--import', 'tsx'],
      'gateway/main.ts',
    ],
    {
      env: {
        PATH: process.env.PATH ?? '',
        PORT: String(port),
        ADMIN_PORT: String(adminPort),
        AUTH_URL: auth.url,
        DATA_DIR: folder,
        SUPERGRAPH_CONFIG: join(folder, 'supergraph.yaml'),
        ...settings,
      },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    },
  )
  const closed = once(child, 'close')
  const isReady = () =>
    fetch(`http://127.0.0.1:${adminPort}/health/ready`).then(
      ({ status }) => status,
      () => 0,
    )
  await expect.poll(isReady, { timeout: 60_000 }).toBe(200)
  return {
    async ask(query: string): Promise<unknown> {
      const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      })
      return answer.json()
    },
    async loadedPackages(): Promise<string[]> {
      const told = once(child, 'message')
      child.send('packages')
      return (await told)[0] as string[]
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await closed
      await auth.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

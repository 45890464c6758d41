// How each gateway of the benchmark is started.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { generateIdentityKey } from '@sallyport/claims/sign'
import { freePort } from '../free-ports.ts'
import type { Contestant } from './contestants.ts'
import { startGrafbase } from './grafbase.ts'
import { type Child, startProcess } from './processes.ts'
import { type BenchGraph, writePlainSupergraph, writeSupergraph } from './supergraphs.ts'

/** What a contestant needs to know of the others. */
export interface World {
  /** A folder for files of this run. */
  readonly folder: string
  /** The node that all of them run on. */
  readonly node: string
  readonly graph: BenchGraph
  readonly subgraphPort: number
  readonly authPort: number
  readonly publicUrl: string
  /** Core of the gateways; null: any. */
  readonly core: number | null
  readonly profiles: string | null
  /** Folder of another version of Sallyport, built; null: none takes part. */
  readonly other: string | null
  /** What the limit answers, by operation; see recording.ts. */
  readonly recordings: string
  /** Where spans go; null: nobody is traced. */
  readonly traceSink: string | null
}

export type Program = keyof typeof programs

const root = resolve(import.meta.dirname, '../..')
const peers = join(import.meta.dirname, 'peers')

const programs = {
  apollo: startApollo,
  sallyport: (world: World) => startSallyport(world),
  'sallyport-stock': (world: World) => startSallyport(world, { env: { ENGINE: 'stock' } }),
  'sallyport-apollo': (world: World) => startSallyport(world, { env: { PLANNER: 'apollo' } }),
  'sallyport-other': (world: World) =>
    startSallyport({ ...world, root: resolve(world.other ?? root) }),
  'sallyport-public': (world: World) => startSallyport(world, { rules: 'public' }),
  'sallyport-uncounted': (world: World) =>
    startSallyport(world, { flags: ['--import', join(import.meta.dirname, 'without-metrics.js')] }),
  'sallyport-traced': (world: World) => startSallyport(world, { env: tracedTo(world.traceSink) }),
  hive: (world: World) => startHive(world, []),
  'hive-rust': (world: World) => startHive(world, ['--hive-router-runtime']),
  grafbase: startGrafbase,
  limit: (world: World) => startLimit(world),
  'limit-json': (world: World) => startLimit(world, 'json'),
} satisfies Record<string, (world: World) => Promise<RunningGateway>>

export interface RunningGateway {
  readonly child: Child
  readonly port: number
  /** Where its metrics are; null: it has none. */
  readonly adminPort: number | null
}

/** Starts a program and waits until it answers. Says when its process began, as `performance.now()` has it. */
export async function startProgram(
  program: Program,
  world: World,
): Promise<RunningGateway & { readonly startedAt: number }> {
  const running = await programs[program](world)
  const { startedAt } = running.child
  const isOurs = program.startsWith('sallyport')
  await Promise.race([isOurs ? untilReady(running) : untilAnswering(running), running.child.ended])
  if (program === 'sallyport-uncounted') await expectNoMetrics(running)
  return { ...running, startedAt }
}

/** Installs what only the peers need, when a peer takes part; everything else works without. */
export function installPeers(chosen: readonly Contestant[]): void {
  const isNeeded = chosen.some(({ program }) => ['apollo', 'hive', 'hive-rust'].includes(program))
  if (!isNeeded || existsSync(join(peers, 'node_modules'))) return
  console.log('Installing the gateways to compare with, once: npm ci in tests/bench/peers (700 MB)')
  const args = ['ci', '--no-audit', '--no-fund', '--ignore-scripts']
  const { status } = spawnSync('npm', args, { cwd: peers, stdio: 'inherit' })
  if (status === 0) return
  throw new Error('npm ci failed in tests/bench/peers. Without peers: --gateways sallyport-jwt')
}

/** Sallyport is measured as it is shipped: built, in production mode. */
export function buildSallyport(): void {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Error('npm run build failed')
}

interface SallyportOptions {
  /** Default: authenticated. */
  readonly rules?: 'authenticated' | 'public'
  readonly env?: Readonly<Record<string, string>>
  /** Of node, beyond those of the image. */
  readonly flags?: readonly string[]
}

async function startSallyport(
  world: World & { readonly root?: string },
  { rules = 'authenticated', env = {}, flags = [] }: SallyportOptions = {},
): Promise<RunningGateway> {
  const [port, adminPort] = [await freePort(), await freePort()]
  const folder = join(world.folder, rules)
  writeSupergraph(folder, world.graph, { port: world.subgraphPort, rules })
  const child = startProcess({
    name: `sallyport (${rules})`,
    program: world.node,
    core: world.core,
    profiles: world.profiles,
    cwd: world.root ?? root,
    args: [...flagsOf(world.root ?? root), ...flags, 'dist/gateway/main.js'],
    env: {
      NODE_ENV: 'production',
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      PUBLIC_URL: world.publicUrl,
      AUTH_URL: `http://127.0.0.1:${world.authPort}/graphql`,
      SUPERGRAPH_CONFIG: join(folder, 'supergraph.yaml'),
      IDENTITY_KEYS: JSON.stringify({ keys: [await generateIdentityKey()] }),
      TRUSTED_PROXIES: '127.0.0.1',
      ACCESS_TOKEN_MINUTES: '60',
      ...env,
    },
  })
  return { child, port, adminPort }
}

/** Each version is started as its image is. */
function flagsOf(checkout: string): string[] {
  const image = readFileSync(join(checkout, 'Dockerfile'), 'utf8')
  const [, command] = /^CMD (\["node", .*"dist\/gateway\/main\.js"\])$/m.exec(image) ?? []
  if (command === undefined) throw new Error(`${checkout}/Dockerfile does not start a gateway`)
  return (JSON.parse(command) as string[]).slice(1, -1)
}

/** One in a hundred, whatever the client says. */
function tracedTo(sink: string | null): Record<string, string> {
  if (sink === null) throw new Error('nobody takes the spans')
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink,
    OTEL_TRACES_SAMPLER: 'traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.01',
  }
}

async function startApollo(world: World): Promise<RunningGateway> {
  const port = await freePort()
  const child = startProcess({
    name: 'apollo',
    program: world.node,
    core: world.core,
    profiles: world.profiles,
    cwd: peers,
    args: ['apollo.mjs', plainSupergraph(world), String(port)],
    env: { NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: 'true' },
  })
  return { child, port, adminPort: null }
}

async function startHive(world: World, flags: readonly string[]): Promise<RunningGateway> {
  const port = await freePort()
  const supergraph = plainSupergraph(world)
  const child = startProcess({
    name: `hive ${flags.join(' ')}`,
    program: world.node,
    core: world.core,
    profiles: world.profiles,
    cwd: peers,
    args: [
      'node_modules/@graphql-hive/gateway/dist/bin.js',
      ...['--config-path', 'hive.config.mjs', '--port', String(port), '--host', '127.0.0.1'],
      ...['supergraph', supergraph, ...flags],
    ],
    env: {
      NODE_ENV: 'production',
      BENCH_JWKS_URL: `http://127.0.0.1:${world.authPort}/.well-known/jwks.json`,
      BENCH_ISSUER: world.publicUrl,
    },
  })
  return { child, port, adminPort: null }
}

function plainSupergraph({ folder, graph, subgraphPort }: World): string {
  return writePlainSupergraph(join(folder, 'plain'), graph, subgraphPort)
}

async function startLimit(world: World, as = 'text'): Promise<RunningGateway> {
  const port = await freePort()
  const child = startProcess({
    name: `limit (${as})`,
    program: world.node,
    core: world.core,
    profiles: world.profiles,
    cwd: root,
    args: [
      '--import',
      'tsx',
      join(import.meta.dirname, 'limit.ts'),
      world.recordings,
      ...[String(world.subgraphPort), String(port), as],
    ],
    env: { NODE_ENV: 'production' },
  })
  return { child, port, adminPort: null }
}

/** Otherwise it would be compared with itself. */
async function expectNoMetrics({ adminPort }: RunningGateway): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/metrics`)
  if ((await response.text()) !== '') throw new Error('without-metrics.js replaced nothing')
}

async function untilReady({ port }: RunningGateway): Promise<void> {
  await untilGood(() => fetch(`http://127.0.0.1:${port}/health/ready`), 299)
}

// Whatever the answer is, a refusal too: who answers has its graph.
async function untilAnswering({ port }: RunningGateway): Promise<void> {
  const body = '{"query":"{ __typename }"}'
  const headers = { 'content-type': 'application/json' }
  const url = `http://127.0.0.1:${port}/graphql`
  await untilGood(() => fetch(url, { method: 'POST', headers, body }), 499)
}

async function untilGood(ask: () => Promise<Response>, highestStatus: number): Promise<void> {
  for (let attempt = 0; attempt < 6000; attempt += 1) {
    const status = await ask().then(
      async (response) => {
        await response.arrayBuffer()
        return response.status
      },
      () => 599,
    )
    if (status <= highestStatus) return
    await new Promise((done) => setTimeout(done, 10))
  }
  throw new Error('a gateway did not get ready within a minute')
}

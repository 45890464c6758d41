// The contestants: how each gateway is started, and what its requests carry.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { composeServices } from '@apollo/composition'
import { generateIdentityKey } from '@sallyport/claims/sign'
import { parse } from 'graphql'
import { stringify } from 'yaml'
import { composeSupergraph } from '../../gateway/supergraph/compose.ts'
import { readSupergraphConfig } from '../../gateway/supergraph/config.ts'
import { stripAuthDirectives } from '../../gateway/supergraph/strip.ts'
import { freePort } from '../free-ports.ts'
import { authSdl, sdlOf, subgraphNames } from './graph/sdl.ts'
import { type Child, startProcess } from './processes.ts'

/** What a contestant needs to know of the others. */
export interface World {
  /** A folder for files of this run. */
  readonly folder: string
  readonly subgraphPort: number
  readonly authPort: number
  readonly publicUrl: string
  /** Core of the gateways; null: any. */
  readonly core: number | null
  readonly profiles: string | null
  /** Folder of another version of Sallyport, built; null: none takes part. */
  readonly other: string | null
  /** What raw answers, by operation; see recording.ts. */
  readonly recordings: string
}

export type CredentialKind = 'none' | 'bearer' | 'cookie' | 'api-key'

export interface Contestant {
  readonly name: string
  readonly about: string
  /** Contestants of one program share its process. */
  readonly program: Program
  readonly credential: CredentialKind
}

export type Program = keyof typeof programs

const root = resolve(import.meta.dirname, '../..')
const peers = join(import.meta.dirname, 'peers')

/** As in the Dockerfile. */
const nodeFlags = ['--max-semi-space-size=32', '--no-allocation-site-pretenuring']

const programs = {
  apollo: startApollo,
  sallyport: (world: World) => startSallyport(world, 'authenticated'),
  'sallyport-stock': (world: World) => startSallyport(world, 'authenticated', { ENGINE: 'stock' }),
  'sallyport-other': (world: World) =>
    startSallyport({ ...world, root: resolve(world.other ?? root) }, 'authenticated'),
  'sallyport-public': (world: World) => startSallyport(world, 'public'),
  hive: (world: World) => startHive(world, []),
  'hive-rust': (world: World) => startHive(world, ['--hive-router-runtime']),
  raw: startRaw,
} satisfies Record<string, (world: World) => Promise<RunningGateway>>

export interface RunningGateway {
  readonly child: Child
  readonly port: number
}

export const contestants: readonly Contestant[] = [
  contestant('apollo', 'plain @apollo/server and @apollo/gateway, no auth', 'apollo', 'none'),
  contestant('sallyport-jwt', 'access token as bearer', 'sallyport', 'bearer'),
  contestant('sallyport-key', 'API key and secret', 'sallyport', 'api-key'),
  contestant('sallyport-cookie', 'cookie, CSRF token', 'sallyport', 'cookie'),
  contestant('sallyport-anonymous', 'no credential, public fields', 'sallyport-public', 'none'),
  contestant('sallyport-stock', 'ENGINE=stock, bearer', 'sallyport-stock', 'bearer'),
  contestant('sallyport-other', 'the version of --other, bearer', 'sallyport-other', 'bearer'),
  contestant('hive-jwt', 'Hive Gateway with its JWT plugin', 'hive', 'bearer'),
  contestant('hive-rust-jwt', 'the same with its Rust runtime', 'hive-rust', 'bearer'),
  contestant('raw', 'node:http sending the same fetches, nothing else', 'raw', 'none'),
]

function contestant(
  name: string,
  about: string,
  program: Program,
  credential: CredentialKind,
): Contestant {
  return { name, about, program, credential }
}

/** Starts a program and waits until it answers. */
export async function startProgram(program: Program, world: World): Promise<RunningGateway> {
  const running = await programs[program](world)
  const isOurs = program.startsWith('sallyport')
  await Promise.race([isOurs ? untilReady(running) : untilAnswering(running), running.child.ended])
  return running
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

async function startSallyport(
  world: World & { readonly root?: string },
  rules: 'authenticated' | 'public',
  env: Record<string, string> = {},
): Promise<RunningGateway> {
  const port = await freePort()
  const folder = join(world.folder, rules)
  writeSupergraph(folder, world, rules)
  const child = startProcess({
    name: `sallyport (${rules})`,
    core: world.core,
    profiles: world.profiles,
    cwd: world.root ?? root,
    args: [...nodeFlags, 'dist/gateway/main.js'],
    env: {
      NODE_ENV: 'production',
      PORT: String(port),
      ADMIN_PORT: String(await freePort()),
      PUBLIC_URL: world.publicUrl,
      AUTH_URL: `http://127.0.0.1:${world.authPort}/graphql`,
      SUPERGRAPH_CONFIG: join(folder, 'supergraph.yaml'),
      IDENTITY_KEYS: JSON.stringify({ keys: [await generateIdentityKey()] }),
      TRUSTED_PROXIES: '127.0.0.1',
      ACCESS_TOKEN_MINUTES: '60',
      ...env,
    },
  })
  return { child, port }
}

function writeSupergraph(folder: string, world: World, rules: 'authenticated' | 'public'): void {
  const entries = [...subgraphNames, 'auth'].map((name) => [
    name,
    {
      routing_url: `http://127.0.0.1:${world.subgraphPort}/${name}`,
      schema: { file: `${name}.graphql` },
      mayDeclarePublic: true,
      identity: { grants: ['roles', 'scope'] },
    },
  ])
  const yaml = stringify({ subgraphs: Object.fromEntries(entries) })
  const { subgraphs } = readSupergraphConfig(yaml, { variables: {} })
  const sources = subgraphs.map((config) => ({
    config,
    sdl: config.name === 'auth' ? authSdl : sdlOf(config.name, rules),
  }))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'supergraph.yaml'), yaml)
  writeFileSync(join(folder, 'supergraph.graphql'), composeSupergraph(sources))
}

/** The same graph without rules, as the peers load it. */
function writePlainSupergraph(world: World): string {
  const services = subgraphNames.map((name) => ({
    name,
    url: `http://127.0.0.1:${world.subgraphPort}/${name}`,
    typeDefs: parse(sdlOf(name, 'none')),
  }))
  const { supergraphSdl, errors } = composeServices(services)
  if (supergraphSdl === undefined) throw new Error(errors?.map(String).join('\n'))
  const file = join(world.folder, 'supergraph.graphql')
  writeFileSync(file, stripAuthDirectives(parse(supergraphSdl)))
  return file
}

async function startApollo(world: World): Promise<RunningGateway> {
  const port = await freePort()
  const child = startProcess({
    name: 'apollo',
    core: world.core,
    profiles: world.profiles,
    cwd: peers,
    args: ['apollo.mjs', writePlainSupergraph(world), String(port)],
    env: { NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: 'true' },
  })
  return { child, port }
}

async function startHive(world: World, flags: readonly string[]): Promise<RunningGateway> {
  const port = await freePort()
  const supergraph = writePlainSupergraph(world)
  const child = startProcess({
    name: `hive ${flags.join(' ')}`,
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
  return { child, port }
}

async function startRaw(world: World): Promise<RunningGateway> {
  const port = await freePort()
  const child = startProcess({
    name: 'raw',
    core: world.core,
    profiles: world.profiles,
    cwd: root,
    args: [
      '--import',
      'tsx',
      join(import.meta.dirname, 'raw.ts'),
      world.recordings,
      ...[String(world.subgraphPort), String(port)],
    ],
    env: { NODE_ENV: 'production' },
  })
  return { child, port }
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
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const status = await ask().then(
      async (response) => {
        await response.arrayBuffer()
        return response.status
      },
      () => 599,
    )
    if (status <= highestStatus) return
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error('a gateway did not get ready within a minute')
}

// PostgreSQL, NATS, Redis, auth and gateways killed, stopped and slowed down, one after the other, under load on two gateways and
// two instances of auth: nothing that was acknowledged is lost, only documented codes are seen, and it is over in five seconds.
// What is slow is a TCP proxy: one stands before PostgreSQL, NATS, Redis, each instance of auth and each gateway.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer } from '../client.ts'
import { type Person, refreshWith, VIEWER } from '../people.ts'
import { expectNothingHalf, startWork, type Work } from '../postgres/acknowledged-work.ts'
import { type Deployment, startDeployment } from '../postgres/deployment.ts'
import { type NatsServer, startNatsServer } from '../postgres/nats-server.ts'
import { type RedisServer, startRedis } from '../postgres/redis.ts'
import { type Cluster, createCluster } from './cluster.ts'
import { type SlowWay, startSlowWay } from './slow-way.ts'
import { percentile } from './statistics.ts'
import { type SteadyReads, startReads } from './steady-reads.ts'

const WORKERS = 6
// Longer than a gateway waits for auth, which is 10 s.
const FAULT_MS = 1_000 * Number(process.env.FAULT_SECONDS || 12)
const LONGEST_RECOVERY_MS = 5_000
/** Everybody keeps the session, and tries again. */
const DOCUMENTED = ['SERVICE_UNAVAILABLE', 'SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_TIMEOUT']
/** A gateway that is killed breaks connections as well. */
const BROKEN = 'NETWORK'

let cluster: Cluster
let nats: NatsServer
let redis: RedisServer
const ways: Record<'database' | 'nats' | 'redis' | 'auth' | 'gateway', SlowWay[]> = {
  database: [],
  nats: [],
  redis: [],
  auth: [],
  gateway: [],
}
let deployment: Deployment
let work: Work
let reads: SteadyReads
/** One for each gateway, who was signed in before anything happened. */
const probers: Person[] = []

async function standBefore(part: keyof typeof ways, port: number): Promise<number> {
  const way = await startSlowWay(port)
  ways[part].push(way)
  return way.port
}

async function through(part: keyof typeof ways, url: string): Promise<string> {
  const changed = new URL(url)
  changed.port = String(await standBefore(part, portOf(url)))
  return changed.href
}
const portOf = (url: string) => Number(new URL(url).port)

beforeAll(async () => {
  ;[cluster, nats, redis] = await Promise.all([createCluster(), startNatsServer(), startRedis()])
  deployment = await startDeployment({
    database: cluster.database,
    env: {
      DATABASE_URL: await through('database', cluster.database.url ?? ''),
      NATS_URL: await through('nats', nats.urlOf('auth')),
      REDIS_URL: await through('redis', redis.url),
      // Those who read never refresh.
      ACCESS_TOKEN_MINUTES: '60',
    },
    standBefore,
  })
  const people = await deployment.register(4)
  probers.push(...people.slice(0, 2))
  reads = startReads(deployment, people.slice(2))
  work = startWork(deployment, WORKERS)
})
afterAll(async () => {
  await reads?.stop()
  await work?.stop()
  await deployment?.stop()
  for (const way of Object.values(ways).flat()) await way.stop()
  await nats?.drop()
  await redis?.stop()
  cluster?.remove()
})

/** The postmaster, and with it everybody who works for it. */
function postgresPids(): number[] {
  const [first = ''] = readFileSync(`${cluster.folder}/data/postmaster.pid`, 'utf8').split('\n')
  const children = readFileSync(`/proc/${first}/task/${first}/children`, 'utf8')
  return [first, ...children.trim().split(' ')].map(Number)
}

function signalPostgres(signal: NodeJS.Signals): void {
  for (const pid of postgresPids()) {
    try {
      process.kill(pid, signal)
    } catch {
      // It ended meanwhile.
    }
  }
}

/** What is left of one that was killed has to go first. */
async function startPostgres(): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return cluster.start()
    } catch (error) {
      if (tries === 20) throw error
      await sleep(100)
    }
  }
}

interface Fault {
  hurt(): unknown
  heal(): unknown
  /**
   * `nothing`: requests go on as if nothing were, as what is away is asked for later, or somewhere else. `errors`: a fault that
   * nobody saw would have been none. Default: either.
   */
  readonly shows?: 'nothing' | 'errors'
}

function delay(which: keyof typeof ways, ms: number): void {
  for (const way of ways[which]) way.delayMs = ms
}
const slow = (which: keyof typeof ways, ms: number): Fault => ({
  hurt: () => delay(which, ms),
  heal: () => delay(which, 0),
})
const freeze = (
  part: () => { readonly process: { kill(signal: NodeJS.Signals): boolean } },
): Fault => ({
  hurt: () => part().process.kill('SIGSTOP'),
  heal: () => part().process.kill('SIGCONT'),
})

const faults: Readonly<Record<string, Fault>> = {
  'PostgreSQL is killed': {
    hurt: () => signalPostgres('SIGKILL'),
    heal: startPostgres,
    shows: 'errors',
  },
  'PostgreSQL is stopped': {
    hurt: () => signalPostgres('SIGSTOP'),
    heal: () => signalPostgres('SIGCONT'),
    shows: 'errors',
  },
  'PostgreSQL is slow': slow('database', 300),
  'NATS is killed': { hurt: () => nats.kill(), heal: () => nats.start(), shows: 'nothing' },
  'NATS is stopped': { hurt: () => nats.freeze(), heal: () => nats.thaw(), shows: 'nothing' },
  'NATS is slow': { ...slow('nats', 1_000), shows: 'nothing' },
  'Redis is killed': {
    hurt: () => redis.stop(),
    heal: async () => {
      redis = await startRedis(portOf(redis.url))
    },
    shows: 'nothing',
  },
  'Redis is stopped': { hurt: () => redis.freeze(), heal: () => redis.thaw(), shows: 'nothing' },
  'Redis is slow': { ...slow('redis', 250), shows: 'nothing' },
  'an instance of auth is killed': {
    hurt: () => deployment.auth(0).end('SIGKILL'),
    heal: () => deployment.startAuth(0),
    shows: 'errors',
  },
  'an instance of auth is stopped': { ...freeze(() => deployment.auth(1)), shows: 'errors' },
  // Everybody waits, and nobody is refused.
  'auth is slow': { ...slow('auth', 300), shows: 'nothing' },
  'auth answers too late': { ...slow('auth', 6_000), shows: 'errors' },
  'a gateway is killed': {
    hurt: () => deployment.gateway(0).end('SIGKILL'),
    heal: () => deployment.startGateway(0),
    shows: 'errors',
  },
  'a gateway is stopped': freeze(() => deployment.gateway(1)),
  'gateways are slow': { ...slow('gateway', 300), shows: 'nothing' },
}

/**
 * Refreshes, which writes, and is read by auth with the new token. Nobody's password is hashed: that gives way to whatever else
 * the machine does, and the load signs people in all the time.
 *
 * @throws Error while anything of it fails
 */
async function probe(gateway: number): Promise<void> {
  const client = deployment.client(gateway)
  const prober = probers[gateway] as Person
  const refreshed = await refreshWith(client, prober.refreshToken)
  const tokens = refreshed.data?.refresh?.tokens
  if (!tokens) throw new Error(refreshed.code)
  probers[gateway] = { ...prober, ...tokens }
  const read = await client.send(VIEWER, {}, bearer(tokens.accessToken))
  if (read.errors.length > 0) throw new Error(read.code)
}

/** @returns how long it took until both gateways do all of it */
async function recover(): Promise<number> {
  const since = performance.now()
  const isWell = (gateway: number) =>
    probe(gateway).then(
      () => true,
      () => false,
    )
  const untilWell = async (gateway: number) => {
    while (!(await isWell(gateway))) await sleep(50)
  }
  await Promise.all([0, 1].map(untilWell))
  return performance.now() - since
}

test.each(Object.entries(faults))(
  '%s: only documented codes, reads that need nobody go on, and all is well within five seconds of its end',
  async (name, { hurt, heal, shows }) => {
    await recover()
    takeSeen()
    await hurt()
    await sleep(FAULT_MS)
    await heal()
    const took = await recover()
    const { codes, alone } = takeSeen()
    const p99 = percentile(alone.times, 0.99).toFixed(0)
    console.log(
      `${name}: over after ${Math.round(took)} ms; reads by the gateway p99 ${p99} ms`,
      codes,
    )
    expect(took).toBeLessThan(LONGEST_RECOVERY_MS)
    const ofGateways = name.includes('gateway') ? [BROKEN] : []
    const allowed = shows === 'nothing' ? [] : [...DOCUMENTED, ...ofGateways]
    expect(Object.keys(codes).filter((code) => !allowed.includes(code))).toEqual([])
    if (shows === 'errors') expect(codes).not.toEqual({})
    // Anyone who is known to the gateway is answered, whatever is behind it.
    expect(alone.times).not.toEqual([])
    expect([...alone.codes.keys()].filter((code) => !ofGateways.includes(code))).toEqual([])
  },
)

let countedBefore = new Map<string, number>()

/** Since it was asked for last. */
function takeSeen() {
  const ofWork = [...work.codes].map(
    ([code, count]) => [code, count - (countedBefore.get(code) ?? 0)] as const,
  )
  countedBefore = new Map(work.codes)
  const [alone, byAuth] = [reads.take('byTheGateway'), reads.take('byAuth')]
  const codes: Record<string, number> = {}
  for (const [code, count] of [...ofWork, ...alone.codes, ...byAuth.codes]) {
    if (count > 0) codes[code] = (codes[code] ?? 0) + count
  }
  return { alone, codes }
}

test('nothing that was acknowledged was lost, nothing is half done, and every event has left', async () => {
  await reads.stop()
  await work.stop()
  console.log(work.summary())
  await work.expectNothingLost()
  await expectNothingHalf(deployment.db)
  const waiting = () => deployment.db('outbox_events').whereNull('published_at').pluck('type')
  await expect.poll(waiting, { timeout: 60_000 }).toEqual([])
})

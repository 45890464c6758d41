// Half an hour of everything at once: memory, descriptors and connections of gateway and auth stay where they were.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer } from '../client.ts'
import { newEmail, PASSWORD, type Person, refreshWith } from '../people.ts'
import { type Deployment, startDeployment } from '../postgres/deployment.ts'
import { steadyLoad } from './load.ts'
import { percentile } from './statistics.ts'

const MINUTES = Number(process.env.SOAK_MINUTES || 30)
const PER_SECOND = Number(process.env.SOAK_PER_SECOND || 100)
const SAMPLE_MS = 5_000
const REFRESH_MS = 2_000

let deployment: Deployment
let people: { accessToken: string; refreshToken: string }[]

beforeAll(async () => {
  deployment = await startDeployment({ pairs: 1, env: { LOG_LEVEL: 'error' } })
  people = (await deployment.register(10)).map((person: Person) => ({ ...person }))
})
afterAll(async () => {
  await deployment?.stop()
})

test(
  `${MINUTES} minutes leave nothing behind`,
  async () => {
    const endsAt = Date.now() + MINUTES * 60_000
    const gateway = watch(deployment.gateway(0).process.pid ?? 0, endsAt)
    const auth = watch(deployment.auth(0).process.pid ?? 0, endsAt)
    const refreshing = refreshUntil(endsAt)
    const statuses = new Map<number, number>()
    while (Date.now() < endsAt) {
      const samples = await steadyLoad({
        url: `${deployment.gateway(0).url}/graphql`,
        perSecond: PER_SECOND,
        seconds: 10,
        next: anything,
      })
      for (const { status } of samples) statuses.set(status, (statuses.get(status) ?? 0) + 1)
      for (let count = 0; count < 20; count += 1) leaveEarly()
    }
    await refreshing
    console.log(`answers by status: ${JSON.stringify(Object.fromEntries(statuses))}`)
    expect([...statuses.keys()].sort()).toEqual([200, 400, 401])
    report('gateway', await gateway)
    report('auth', await auth)
  },
  (MINUTES + 5) * 60_000,
)

/** Reads, documents that nobody sent before, refused ones, wrong and missing credentials, failed logins. */
function anything(index: number): { query: string; headers?: Record<string, string> } {
  const headers = bearer(people[index % people.length]?.accessToken ?? '')
  switch (index % 8) {
    case 0:
      return { query: `query Q${index}_${Date.now()} { viewer { kind } }`, headers }
    case 1:
      return { query: `{ nothing${index}${Date.now()} }`, headers }
    case 2:
      return { query: '{ __typename }', headers: bearer(`${headers.authorization}x`.slice(7)) }
    case 3:
      return { query: '{ viewer { kind } }' }
    case 4:
      return {
        query: `mutation { login(input: { email: "${index % 200 === 4 ? newEmail() : 'x'}", password: "${PASSWORD}" }) { __typename } }`,
      }
    default:
      return { query: '{ viewer { user { id displayName } } }', headers }
  }
}

/** New tokens all the time: caches that are keyed by them turn over. */
async function refreshUntil(endsAt: number): Promise<void> {
  for (let turn = 0; Date.now() < endsAt; turn += 1) {
    const person = people[turn % people.length]
    if (person === undefined) return
    const answer = await refreshWith(deployment.client(0), person.refreshToken)
    Object.assign(person, answer.data?.refresh?.tokens)
    await sleep(REFRESH_MS / people.length)
  }
}

/** A client that goes away before its answer. */
function leaveEarly(): void {
  const outgoing = request(`${deployment.gateway(0).url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(people[0]?.accessToken ?? '') },
  })
  outgoing.on('error', () => undefined)
  outgoing.end('{"query":"{ viewer { user { id } } }"}')
  setTimeout(() => outgoing.destroy(), Math.random() * 10)
}

interface Use {
  readonly memoryMb: number
  readonly descriptors: number
  readonly connections: number
}

/** Looks at a process until then. */
async function watch(pid: number, endsAt: number): Promise<Use[]> {
  const uses: Use[] = []
  while (Date.now() < endsAt) {
    uses.push(useOf(pid))
    await sleep(SAMPLE_MS)
  }
  return uses
}

function useOf(pid: number): Use {
  const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  const open = readdirSync(`/proc/${pid}/fd`)
  const sockets = open.filter((fd) => targetOf(`/proc/${pid}/fd/${fd}`).startsWith('socket:'))
  return {
    memoryMb: Number(resident) / 1024,
    descriptors: open.length,
    connections: sockets.length,
  }
}

// One may be closed between the list and the look at it.
function targetOf(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}

/** The last third beside the second: in the first, caches and the heap find their size. */
function report(name: string, uses: readonly Use[]): void {
  const third = Math.floor(uses.length / 3)
  const median = (part: readonly Use[], what: keyof Use) =>
    percentile(
      part.map((use) => use[what]),
      0.5,
    )
  for (const what of ['memoryMb', 'descriptors', 'connections'] as const) {
    const before = median(uses.slice(third, 2 * third), what)
    const after = median(uses.slice(2 * third), what)
    console.log(`${name} ${what}: ${before.toFixed(0)} → ${after.toFixed(0)}`)
    expect(after, `${name} ${what}`).toBeLessThan(before * 1.1 + 10)
  }
}

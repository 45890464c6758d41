// Case 165: a login flood, 20 at a time, again and again, moves the p99 of token-checked reads by no more than 2.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bearer } from '../client.ts'
import { LOGIN, newEmail, PASSWORD, type Person } from '../people.ts'
import { type Deployment, startDeployment } from '../postgres/deployment.ts'
import { steadyLoad } from './load.ts'
import { percentile } from './statistics.ts'

const ROUNDS = Number(process.env.FLOOD_ROUNDS || 5)
const SECONDS = Number(process.env.FLOOD_SECONDS || 10)
const READS_PER_SECOND = Number(process.env.FLOOD_READS || 100)
const PARALLEL_LOGINS = 20

const reads = {
  'checked by the gateway alone': '{ __typename }',
  'answered by auth': '{ viewer { kind } }',
}

let deployment: Deployment
let readers: Person[]
let people: Person[]

beforeAll(async () => {
  // The embedded database computes on the thread that answers: there is nothing to measure.
  if (!process.env.DATABASE_URL) throw new Error('login-flood needs PostgreSQL: set DATABASE_URL')
  // The cost of production: hashes that are cheap prove nothing here.
  deployment = await startDeployment({ pairs: 1, env: { PASSWORD_HASH_COST: '12' } })
  // Each login may end the oldest session of its person: those who read do not log in, and those who log in are many.
  readers = await deployment.register(10)
  people = await deployment.register(40)
  // Connections, caches and compiled code are there before anything is measured.
  const flood = startFlood()
  for (const query of Object.values(reads)) await readFor(query)
  await flood.stop()
})
afterAll(async () => {
  await deployment?.stop()
})

test.each(Object.entries(reads))(
  '%s: p99 under a login flood is at most twice the idle one',
  async (_, query) => {
    const rounds: { idle: number[]; flooded: number[] }[] = []
    let logins = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      const idle = await readFor(query)
      const flood = startFlood()
      const flooded = await readFor(query)
      logins += await flood.stop()
      rounds.push({ idle, flooded })
    }
    for (const part of [0.5, 0.9, 0.99]) {
      const shown = rounds.map(({ idle, flooded }) =>
        [idle, flooded].map((times) => percentile(times, part).toFixed(1)).join(' → '),
      )
      console.log(`${query} p${part * 100}: ${shown.join(', ')} ms`)
    }
    expect(logins).toBeGreaterThan(ROUNDS * SECONDS)
    // Of all rounds together: the p99 of one is its ten slowest, and what else a machine does falls on one or two of them.
    const ofAll = (which: 'idle' | 'flooded') =>
      percentile(
        rounds.flatMap((round) => round[which]),
        0.99,
      )
    const [idle, flooded] = [ofAll('idle'), ofAll('flooded')]
    console.log(`${query} p99 of all rounds: ${idle.toFixed(1)} → ${flooded.toFixed(1)} ms`)
    expect(flooded / idle).toBeLessThan(2)
  },
)

async function readFor(query: string): Promise<number[]> {
  const samples = await steadyLoad({
    url: deployment.client(0).url,
    perSecond: READS_PER_SECOND,
    seconds: SECONDS,
    next: (index) => ({
      query,
      headers: bearer(readers[index % readers.length]?.accessToken ?? ''),
    }),
  })
  expect(samples.filter(({ status }) => status !== 200)).toEqual([])
  return samples.map(({ ms }) => ms)
}

/** 20 at a time, each followed by the next at once: known devices and addresses of nobody, which all cost a hash. */
function startFlood() {
  let isOver = false
  let answered = 0
  let turn = 0
  const work = Array.from({ length: PARALLEL_LOGINS }, async (_, index) => {
    while (!isOver) {
      const { email = '', deviceToken } = people[turn++ % people.length] ?? {}
      const input =
        index % 2 === 0
          ? { email, password: PASSWORD, deviceToken }
          : { email: newEmail(), password: PASSWORD }
      await deployment
        .client(0)
        .send(LOGIN, { input })
        .catch(() => null)
      answered += 1
    }
  })
  return {
    stop: async () => {
      isOver = true
      await Promise.all(work)
      return answered
    },
  }
}

// A PostgreSQL that crashes, restarts and runs out of disk (cases 28, 173, 178), for real.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { refreshWith, registerPerson, VIEWER } from '../people.ts'
import { type Deployment, startDeployment } from '../postgres/deployment.ts'
import { type Cluster, createCluster } from './cluster.ts'

const CRASHES = Number(process.env.CRASHES || 5)
const AWAY = ['SERVICE_UNAVAILABLE', 'SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_TIMEOUT']

let cluster: Cluster
let deployment: Deployment

afterEach(async () => {
  await deployment?.stop().catch(() => undefined)
  cluster?.remove()
})

async function start(megabytes?: number): Promise<void> {
  cluster = await createCluster(megabytes === undefined ? {} : { megabytes })
  deployment = await startDeployment({ database: cluster.database })
}

test('a crash of PostgreSQL right after an answer takes nothing back: replays are refused, successors work', async () => {
  await start()
  const people = await deployment.register(CRASHES)
  for (const person of people) {
    const second = await refreshWith(deployment.client(0), person.refreshToken)
    const third = await refreshWith(deployment.client(0), second.data.refresh.tokens.refreshToken)
    cluster.stop('immediate')
    cluster.start()
    await becomesUsable()
    const successor = third.data.refresh.tokens.refreshToken
    const fourth = await refreshWith(deployment.client(1), successor)
    expect(fourth.errors).toEqual([])
    const replay = await refreshWith(deployment.client(1), person.refreshToken)
    expect(replay.code).toBe('INVALID_REFRESH_TOKEN')
  }
})

test.each(['fast', 'immediate'] as const)(
  'a %s restart under load costs errors that keep the session, for its length and 5 s',
  async (mode) => {
    await start()
    const people = await deployment.register(8)
    const latest = new Map(people.map((person) => [person, person.refreshToken]))
    const codes = new Map<string | undefined, number>()
    const over = { yes: false }
    const note = (code: string | undefined) => codes.set(code, (codes.get(code) ?? 0) + 1)
    const work = people.map(async (person, index) => {
      for (let turn = index; !over.yes; turn += 1) {
        const client = deployment.client(turn % 2)
        const answer = await refreshWith(client, latest.get(person) ?? '')
        note(answer.code)
        const next = answer.data?.refresh?.tokens.refreshToken
        if (next !== undefined) latest.set(person, next)
        note((await client.send(VIEWER, {}, person.headers)).code)
        await sleep(10)
      }
    })
    await sleep(1_000)
    cluster.stop(mode)
    await sleep(5_000)
    cluster.start()
    await becomesUsable(5_000)
    over.yes = true
    await Promise.all(work)
    console.log(mode, Object.fromEntries(codes))
    expect([...codes.keys()].filter((code) => code !== undefined && !AWAY.includes(code))).toEqual(
      [],
    )
    for (const token of latest.values()) {
      expect((await refreshWith(deployment.client(1), token)).errors).toEqual([])
    }
  },
)

test('a full disk is 503 and leaves nothing half done; with room again everything goes on', async () => {
  await start(96)
  const [person] = await deployment.register(1)
  if (person === undefined) throw new Error('nobody registered')
  await deployment.db.raw('create table ballast (filling text)')
  await fillUp()
  const refused = await Promise.all(
    Array.from({ length: 5 }, () => refreshWith(deployment.client(0), person.refreshToken)),
  )
  const codes = refused.map(({ code }) => code)
  console.log('full disk:', codes)
  for (const code of codes) expect([...AWAY, undefined]).toContain(code)
  await deployment.db.raw('truncate ballast').catch(() => undefined)
  cluster.stop('fast')
  cluster.start()
  await becomesUsable()
  const last = refused.find(({ data }) => data?.refresh)?.data.refresh.tokens.refreshToken
  const again = await refreshWith(deployment.client(1), last ?? person.refreshToken)
  expect(again.errors).toEqual([])
})

async function fillUp(): Promise<void> {
  for (let size = 1_000; size >= 1; size = Math.floor(size / 4)) {
    const insert = `insert into ballast select repeat(md5(random()::text), 250) from generate_series(1, ${size})`
    while (
      await deployment.db.raw(insert).then(
        () => true,
        () => false,
      )
    );
  }
}

async function becomesUsable(timeout = 10_000): Promise<void> {
  for (const gateway of [0, 1]) {
    await expect
      .poll(
        async () => {
          const stack = { client: deployment.client(gateway), mailbox: deployment.mailbox }
          return await registerPerson(stack).then(() => 'usable', String)
        },
        { timeout },
      )
      .toBe('usable')
  }
}

// What `doctor` says of the servers and clocks beside the database: who answers, who does not, and who is apart.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuthConfig } from '../../subgraphs/auth/config.ts'
import {
  observeDatabaseClock,
  observeGatewayClock,
} from '../../subgraphs/auth/operator/doctor/clocks.ts'
import type { Observation } from '../../subgraphs/auth/operator/doctor/finding.ts'
import { observeNats, observeRedis } from '../../subgraphs/auth/operator/doctor/servers.ts'
import { createTestDatabase } from '../database.ts'
import { startNatsServer } from '../postgres/nats-server.ts'
import { startRedis } from '../postgres/redis.ts'

const PASSWORD = 'n0t-to-be-t0ld'

describe('NATS_URL and REDIS_URL', () => {
  const nats = (url: string) => ({ url, credentialsFile: null })
  const observe = async (config: Pick<AuthConfig, 'nats' | 'redisUrl'>): Promise<Observation[]> => [
    ...(await observeNats({ config })),
    ...(await observeRedis({ config })),
  ]
  const mute = createTcpServer(() => {})
  let mutePort = 0
  beforeAll(async () => {
    await once(mute.listen(0, '127.0.0.1'), 'listening')
    mutePort = (mute.address() as AddressInfo).port
  })
  afterAll(() => {
    mute.close()
  })

  test('that are not set are not missed', async () => {
    expect(await observe({ nats: null, redisUrl: null })).toEqual([
      { state: 'ok', said: 'attempts are counted in: PostgreSQL' },
    ])
  })

  test('whose servers answer are said to', async () => {
    const broker = await startNatsServer()
    const redis = await startRedis()
    try {
      const both = await observe({ nats: nats(broker.urlOf('auth')), redisUrl: redis.url })
      expect(both.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok'])
      for (const said of ['NATS_URL: its server answers', 'REDIS_URL: its server answers'])
        expect(both).toContainEqual({ state: 'ok', said })
      const wrong = new URL(broker.urlOf('auth'))
      wrong.password = PASSWORD
      const [refused] = await observe({ nats: nats(wrong.href), redisUrl: null })
      expect(refused?.state).toBe('failed')
      expect(refused?.said).toMatch(/^NATS_URL: .*authori[sz]ation/i)
      expect(refused?.said).not.toContain(PASSWORD)
    } finally {
      await broker.drop()
      await redis.stop()
    }
  })

  test.each([
    ['nobody listens', () => 9, /ECONNREFUSED|connection refused/i],
    ['nobody speaks', () => mutePort, /time[d -]*out|no answer/i],
  ])(
    'where %s are a finding each, in seconds, without their passwords',
    async (_, portOf, why) => {
      const at = `someone:${PASSWORD}@127.0.0.1:${portOf()}`
      const found = await observe({ nats: nats(`nats://${at}`), redisUrl: `redis://${at}` })
      const lines = found.filter(({ state }) => state === 'failed').map(({ said }) => said)
      expect(lines).toEqual([
        expect.stringMatching(/^NATS_URL: .*meanwhile events wait\.$/),
        expect.stringMatching(/^REDIS_URL: .*attempts are counted in PostgreSQL\.$/),
      ])
      for (const line of lines) expect(line).toMatch(why)
      expect(JSON.stringify(found)).not.toContain(PASSWORD)
    },
    60_000,
  )
})

test('clocks that are apart are a finding each, with seconds and direction; those that agree are not', async () => {
  const database = await createTestDatabase()
  const { db, stop } = await database.connect()
  const gateway = createServer((_, response) => response.end())
  await once(gateway.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`
  const read = async (off: number, publicUrl = url): Promise<Observation[]> => {
    const now = () => Date.now() + off
    const config = { publicUrl }
    return [
      ...(await observeDatabaseClock({ db }, now)),
      ...(await observeGatewayClock({ config }, now)),
    ]
  }
  try {
    expect(await read(0)).toEqual([
      { state: 'ok', said: "clock: within 5 s of the database's" },
      { state: 'ok', said: "clock: within 5 s of the gateway's" },
    ])
    for (const [off, words] of [
      [20_000, /the clock here is (19|20|21) s ahead of the/],
      [-90_000, /the clock here is (89|90|91) s behind the/],
    ] as const) {
      const lines = await read(off)
      expect(lines).toHaveLength(2)
      for (const { state, said } of lines) {
        expect(state).toBe('failed')
        expect(said).toMatch(/NTP\.$/)
        expect(said).toMatch(words)
      }
    }
    expect((await read(0, 'http://127.0.0.1:9'))[1]).toEqual({
      state: 'unknown',
      said: "clock: the gateway's cannot be read from here",
    })
  } finally {
    gateway.close()
    await stop()
    await database.drop()
  }
})

// What `doctor` says of the servers and clocks beside the database: who answers, who does not, and who is apart.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeClocks } from '../../subgraphs/auth/operator/clocks.ts'
import { describeServers } from '../../subgraphs/auth/operator/servers.ts'
import { createTestDatabase } from '../database.ts'
import { startNatsServer } from '../postgres/nats-server.ts'
import { startRedis } from '../postgres/redis.ts'

const PASSWORD = 'n0t-to-be-t0ld'

describe('NATS_URL and REDIS_URL', () => {
  const nats = (url: string) => ({ url, credentialsFile: null })
  const mute = createTcpServer(() => {})
  let mutePort = 0
  beforeAll(async () => {
    await once(mute.listen(0, '127.0.0.1'), 'listening')
    mutePort = (mute.address() as AddressInfo).port
  })
  afterAll(() => {
    mute.close()
  })

  test('that are not set are not spoken of', async () => {
    expect(await describeServers({ nats: null, redisUrl: null })).toEqual([])
  })

  test('whose servers answer are said to', async () => {
    const broker = await startNatsServer()
    const redis = await startRedis()
    try {
      expect(
        await describeServers({ nats: nats(broker.urlOf('auth')), redisUrl: redis.url }),
      ).toEqual(['NATS_URL: its server answers', 'REDIS_URL: its server answers'])
      const wrong = new URL(broker.urlOf('auth'))
      wrong.password = PASSWORD
      const [said] = await describeServers({ nats: nats(wrong.href), redisUrl: null })
      expect(said).toMatch(/^WARNING: NATS_URL: .*authori[sz]ation/i)
      expect(said).not.toContain(PASSWORD)
    } finally {
      await broker.drop()
      await redis.stop()
    }
  }, 60_000)

  test.each([
    ['nobody listens', () => 9, /ECONNREFUSED|connection refused/i],
    ['nobody speaks', () => mutePort, /time[d -]*out|no answer/i],
  ])(
    'where %s are a warning each, in seconds, without their passwords',
    async (_, portOf, why) => {
      const at = `someone:${PASSWORD}@127.0.0.1:${portOf()}`
      const lines = await describeServers({
        nats: nats(`nats://${at}`),
        redisUrl: `redis://${at}`,
      })
      expect(lines).toEqual([
        expect.stringMatching(/^WARNING: NATS_URL: .*meanwhile events wait\.$/),
        expect.stringMatching(/^WARNING: REDIS_URL: .*attempts are counted in PostgreSQL\.$/),
      ])
      for (const line of lines) expect(line).toMatch(why)
      expect(lines.join()).not.toContain(PASSWORD)
    },
    20_000,
  )
})

test('clocks that are apart are a warning each, with seconds and direction; those that agree are not', async () => {
  const database = await createTestDatabase()
  const { db, stop } = await database.connect()
  const gateway = createServer((_, response) => response.end())
  await once(gateway.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`
  const read = (off: number, from = url) => describeClocks(db, from, () => Date.now() + off)
  try {
    expect(await read(0)).toEqual([
      "clock: within 5 s of the database's",
      "clock: within 5 s of the gateway's",
    ])
    for (const [off, words] of [
      [20_000, /the clock here is (19|20|21) s ahead of the/],
      [-90_000, /the clock here is (89|90|91) s behind the/],
    ] as const) {
      const lines = await read(off)
      expect(lines).toHaveLength(2)
      for (const line of lines) {
        expect(line).toMatch(/^WARNING: .*NTP\.$/)
        expect(line).toMatch(words)
      }
    }
    expect((await read(0, 'http://127.0.0.1:9'))[1]).toBe(
      "clock: the gateway's cannot be read from here",
    )
  } finally {
    gateway.close()
    await stop()
    await database.drop()
  }
})

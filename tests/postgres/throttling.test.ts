// Guesses and mail are counted over all instances, in Redis or in PostgreSQL, and no fault makes it none.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GraphqlAnswer, sameness } from '../client.ts'
import { type Stack, startStack } from '../harness.ts'
import { nothingLeftToMail } from '../mailbox.ts'
import { LOGIN, registerPerson } from '../people.ts'
import { startRedis } from './redis.ts'

/** Six at once; then one after 2 seconds, one more after 4 further ones, after 8 …: on a busy machine some of them pass. */
function triesWithin(milliseconds: number): number {
  return 6 + Math.floor(Math.log2(milliseconds / 1000 + 2)) - 1
}

describe('over two auth instances and two gateways', () => {
  let stack: Stack

  beforeAll(async () => {
    stack = await startStack({ auths: 2, gateways: 2, env: { TRUSTED_PROXIES: '127.0.0.1' } })
  })
  afterAll(async () => {
    await stack?.stop()
  })

  test('guesses at two instances count together', async () => {
    const person = await registerPerson(stack)
    const headers = { 'x-forwarded-for': '198.51.100.23' }
    const start = performance.now()
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        stack
          .clientOf(index % 2)
          .send(LOGIN, { input: { email: person.email, password: 'wrong' } }, headers),
      ),
    )
    const tried = answers.filter(({ code }) => code === 'INVALID_CREDENTIALS')
    expect(tried.length).toBeLessThanOrEqual(triesWithin(performance.now() - start))
  })

  test('a mailbox gets one mail of many that are asked for at once, and the answers are the same', async () => {
    const { email } = await registerPerson(stack)
    const mailsBefore = stack.mailbox.messages.filter(({ to }) => to === email).length
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        stack
          .clientOf(index % 2)
          .send(
            'mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { sentTo } }',
            { input: { email } },
            { 'x-forwarded-for': `203.0.113.${index}` },
          ),
      ),
    )
    expect(new Set(answers.map(sameness)).size).toBe(1)
    expect(answers[0]?.errors).toEqual([])
    await nothingLeftToMail(stack.db)
    const mails = stack.mailbox.messages.filter(({ to }) => to === email)
    expect(mails.length - mailsBefore).toBe(1)
  })
})

test('with Redis guesses are counted there, and in PostgreSQL while it is away, slow or flushed: never not at all', async () => {
  const redis = await startRedis()
  const stack = await startStack({
    auths: 2,
    gateways: 2,
    env: { TRUSTED_PROXIES: '127.0.0.1', REDIS_URL: redis.url },
  })
  const guesses = async (host: number): Promise<{ isBounded: boolean; slowest: number }> => {
    const person = await registerPerson(stack)
    const headers = { 'x-forwarded-for': `203.0.113.${host}` }
    const began = performance.now()
    const times: number[] = []
    const answers: GraphqlAnswer[] = []
    for (let index = 0; index < 12; index += 1) {
      const start = performance.now()
      answers.push(
        await stack
          .clientOf(index % 2)
          .send(LOGIN, { input: { email: person.email, password: 'wrong' } }, headers),
      )
      times.push(performance.now() - start)
    }
    const tried = answers.filter(({ code }) => code === 'INVALID_CREDENTIALS').length
    const isBounded = tried <= triesWithin(performance.now() - began)
    return { isBounded, slowest: Math.max(...times) }
  }
  try {
    const rowsBefore = await stack.db('throttles').where('key', 'like', '%login-pair%')
    expect((await guesses(1)).isBounded).toBe(true)
    expect(await stack.db('throttles').where('key', 'like', '%login-pair%')).toEqual(rowsBefore)

    redis.freeze()
    const slow = await guesses(2)
    expect(slow.isBounded).toBe(true)
    // Nobody waits for as long as Redis is frozen: that is for ever.
    expect(slow.slowest).toBeLessThan(60_000)
    redis.thaw()

    // Each instance leaves a slow Redis alone for five seconds of its own: until then both stores count.
    await new Promise((resolve) => setTimeout(resolve, 5_500))
    await redis.flush()
    expect((await guesses(3)).isBounded).toBe(true)
    await redis.stop()
    const away = await guesses(4)
    expect(away.isBounded).toBe(true)
  } finally {
    await stack.stop()
    await redis.stop()
  }
})

test('80 wrong passwords without a success between end what guesses tell, though windows pass and Redis was flushed and went away', async () => {
  const redis = await startRedis()
  const stack = await startStack({
    auths: 2,
    gateways: 2,
    env: { TRUSTED_PROXIES: '127.0.0.1', REDIS_URL: redis.url },
  })
  const { email } = await registerPerson(stack)
  let guesses = 0
  const guess = async () => {
    guesses += 1
    const answer = await stack
      .clientOf(guesses % 2)
      .send(
        LOGIN,
        { input: { email, password: `wrong ${guesses}` } },
        { 'x-forwarded-for': `203.0.113.${guesses}` },
      )
    return answer.code ?? answer.data.login.__typename
  }
  try {
    for (let window = 0; window < 8; window += 1) {
      await redis.flush()
      const told = await Promise.all(Array.from({ length: 10 }, guess))
      expect(told).toEqual(Array(10).fill('INVALID_CREDENTIALS'))
    }
    await redis.flush()
    expect(await guess()).toBe('VerificationRequired')
    await redis.stop()
    expect(await guess()).toBe('VerificationRequired')
  } finally {
    await stack.stop()
    await redis.stop()
  }
})

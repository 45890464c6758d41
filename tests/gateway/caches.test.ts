// Caches are bounded by settings, what they were good for can be seen, and what they forget is only asked again.
import { expect, test } from 'vitest'
import { bearer, type Stack, startGateway } from './start-gateway.ts'

async function detail({ gateway }: Stack): Promise<any> {
  const response = await fetch(`${gateway.adminUrl}/health/ready`)
  return response.json()
}

test('hits and misses of every cache, and what the engine ran, are on the admin listener', async () => {
  await using stack = await startGateway()
  const headers = bearer(await stack.auth.token())
  for (let turn = 0; turn < 3; turn += 1) await stack.send('{ me { sub } }', { headers })
  await stack.send('{ nobody }')
  await stack.send('{ nobody }')
  const { caches, engine } = await detail(stack)
  expect(caches).toEqual({
    operations: { entries: 1, maxEntries: 2000, hits: 2, misses: 3 },
    refusals: { entries: 1, maxEntries: 1000, hits: 1, misses: 2 },
    tokens: { entries: 1, maxEntries: 20_000, hits: 2, misses: 2 },
    apiKeys: { entries: 0, maxEntries: 10_000, hits: 0, misses: 0 },
  })
  expect(engine).toMatchObject({ compiled: 3, stock: 0, notCompiled: {} })
})

test('caches of one entry answer everybody, each for himself', async () => {
  await using stack = await startGateway({
    env: { OPERATION_CACHE_SIZE: '1', TOKEN_CACHE_SIZE: '1', API_KEY_CACHE_SIZE: '1' },
  })
  const subs = ['usr_a', 'usr_b', 'usr_c']
  const tokens = await Promise.all(
    subs.map((sub) => stack.auth.token({ claims: { sub, sid: `ses_${sub}` } })),
  )
  for (let round = 0; round < 3; round += 1) {
    const answers = await Promise.all(
      tokens.map((token, index) =>
        stack.send(`query Q${index % 2} { me { sub } }`, { headers: bearer(token) }),
      ),
    )
    expect(answers.map(({ body }) => body.data)).toEqual(subs.map((sub) => ({ me: { sub } })))
  }
  const { caches } = await detail(stack)
  for (const { entries } of Object.values<any>(caches)) expect(entries).toBeLessThanOrEqual(1)
})

test('a flood of refused documents pushes no operation out, and is remembered by a hash alone', async () => {
  await using stack = await startGateway({ env: { OPERATION_CACHE_SIZE: '10' } })
  await stack.hello()
  for (let turn = 0; turn < 40; turn += 1) await stack.send(`{ nobody${turn} }`)
  await stack.hello()
  const { caches } = await detail(stack)
  expect(caches.operations).toMatchObject({ entries: 1, hits: 1 })
  expect(caches.refusals).toMatchObject({ entries: 5, maxEntries: 5 })
})

test('a token that differs in one byte of its signature finds nothing in the cache', async () => {
  await using stack = await startGateway()
  const token = await stack.auth.token()
  expect((await stack.hello(bearer(token))).status).toBe(200)
  const forged = `${token.slice(0, -2)}${token.endsWith('A') ? 'B' : 'A'}A`
  expect((await stack.hello(bearer(forged))).status).toBe(401)
})

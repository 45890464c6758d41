// The clocks of a gateway and of auth are apart: tokens are refused, and the gateway's log says why and what to do.
import { expect, test } from 'vitest'
import { bearer, refusalOf, startGateway } from './start-gateway.ts'

test.each([
  [-20_000, '20 s behind'],
  [20_000, '20 s ahead of'],
])('a gateway whose clock is %i ms off warns once, with the seconds', async (off, words) => {
  await using stack = await startGateway({ deps: { now: () => Date.now() + off } })
  const warnings = () => stack.logs.filter((line) => line.includes('the clock of this gateway is'))
  await expect.poll(warnings).toHaveLength(1)
  expect(JSON.parse(warnings()[0] ?? '')).toMatchObject({
    level: 40,
    seconds: expect.any(Number),
    msg: expect.stringContaining(words),
  })
  expect(warnings()[0]).toContain('NTP')
  // Heartbeats go on.
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(warnings()).toHaveLength(1)
})

test('a token from the future is TOKEN_INVALID to the client, and says so in the log', async () => {
  await using stack = await startGateway({ deps: { now: () => Date.now() - 20_000 } })
  expect(refusalOf(await stack.hello(bearer(await stack.auth.token())))).toBe(
    'UNAUTHENTICATED TOKEN_INVALID',
  )
  await expect.poll(() => stack.logs.join('')).toContain('"reason":"TOKEN_FROM_THE_FUTURE"')
})

test('clocks that agree are not spoken of', async () => {
  await using stack = await startGateway({ deps: { now: () => Date.now() - 3000 } })
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(stack.logs.join('')).not.toContain('the clock of this gateway')
})

// Documents that each come once push out nothing that is used.
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSecondSight } from '../../gateway/second-sight.ts'
import { startGateway } from './start-gateway.ts'

const digestOf = (text: string) => createHash('sha256').update(text).digest('base64url')

test('what came is known when it comes again, and nothing else is', () => {
  const before = createSecondSight()
  const digests = Array.from({ length: 2000 }, (_, index) => digestOf(String(index)))
  expect(digests.filter((one) => before.seenBefore(one))).toEqual([])
  // A few were overwritten by others of their slot.
  expect(digests.filter((one) => before.seenBefore(one)).length).toBeGreaterThan(1800)
})

test('operations that are used stay while documents come that nobody sends twice', async () => {
  await using stack = await startGateway({ env: { OPERATION_CACHE_SIZE: '10' } })
  const cached = async () => {
    const response = await fetch(`${stack.gateway.adminUrl}/health/ready`)
    return ((await response.json()) as { caches: { operations: { hits: number } } }).caches
  }
  for (let turn = 0; turn < 10; turn += 1) await stack.send(`{ used${turn}: hello }`)
  for (let turn = 0; turn < 100; turn += 1) {
    const { body } = await stack.send(`{ once${turn}: hello }`)
    expect(body).toEqual({ data: { [`once${turn}`]: 'hello' } })
  }
  const { operations: before } = await cached()
  for (let turn = 0; turn < 10; turn += 1) await stack.send(`{ used${turn}: hello }`)
  const { operations: after } = await cached()
  expect(after.hits - before.hits).toBe(10)
  // One that comes again is kept from then on.
  for (let turn = 0; turn < 3; turn += 1) await stack.send('{ again: hello }')
  expect((await cached()).operations.hits - after.hits).toBe(1)
})

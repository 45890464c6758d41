// A subgraph that is unavailable costs its own fields, and nobody a session.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../harness.ts'
import { registerPerson } from '../people.ts'

let stack: Stack

beforeAll(async () => {
  // Without reviews: its address answers nobody.
  stack = await startStack({ reviews: false })
})
afterAll(async () => {
  await stack?.stop()
})

test('while reviews is unavailable the rest of the answer is there, and each gap is told', async () => {
  const person = await registerPerson(stack)
  const answer = await stack.client.send(
    `{ viewer { user { email reviews(first: 1) { edges { node { body } } } } } products(first: 1) { edges { node { name } } } }`,
    {},
    person.headers,
  )
  expect(answer.status).toBe(200)
  expect(answer.data).toEqual({
    viewer: { user: { email: person.email, reviews: null } },
    products: null,
  })
  expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual([
    'SUBGRAPH_UNAVAILABLE',
    'SUBGRAPH_UNAVAILABLE',
  ])
  expect(answer.text).not.toMatch(/127\.0\.0\.1|ECONN|reviews:/)
})

// Erasure where a subgraph author copies it from: once, with a receipt, and nothing written behind its back.
import type { AuthEvent } from '@sallyport/claims/events'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Reviews, startReviews } from './start-reviews.ts'

let reviews: Reviews

beforeAll(async () => {
  reviews = await startReviews()
})
afterAll(async () => {
  await reviews[Symbol.asyncDispose]()
})

const ADD = `mutation Add($productId: ID!) {
  addReview(input: { productId: $productId, rating: 4, body: "Mine." }) { id }
}`
const HIDE = 'mutation Hide($id: ID!) { hideReview(input: { reviewId: $id, reason: "x" }) { id } }'

function erasureOf(subject: string, id: string): AuthEvent {
  return {
    specversion: '1.0',
    id,
    source: 'http://localhost:4000',
    type: 'user.erasure.requested',
    subject,
    time: '2026-03-01T12:00:00.123Z',
    datacontenttype: 'application/json',
    dataschema: 'https://sallyport.dev/events/user.erasure.requested.v1.json',
    sequence: '0000000000000000001',
    data: { erasureId: 'era_1', deadline: '2026-04-01T12:00:00.000Z' },
  }
}

const person = (sub: string, roles: string[] = []) => ({ kind: 'user' as const, sub, roles })

test('an erasure that is delivered again changes nothing, and answers the receipt of the first time', async () => {
  for (const productId of ['prd_lantern', 'prd_ladder'])
    await reviews.ask(person('usr_gone'), ADD, { productId })
  await reviews.ask(person('usr_stays'), ADD, { productId: 'prd_lantern' })
  const event = erasureOf('usr_gone', 'evt_1')
  const first = await reviews.consumer.handle(event)
  expect(first).toEqual({ erased: 2, anonymised: 0 })
  expect(await reviews.consumer.handle(event)).toEqual(first)
  const { data } = await reviews.ask(
    { kind: 'anonymous' },
    '{ product(id: "prd_lantern") { reviews(first: 9) { edges { node { author { id } } } } } }',
  )
  expect(JSON.stringify(data)).toContain('usr_stays')
  expect(JSON.stringify(data)).not.toContain('usr_gone')
})

test('a request that was under way writes nothing after the erasure', async () => {
  const added = await reviews.ask(person('usr_writer'), ADD, { productId: 'prd_whistle' })
  const id = (added.data.addReview as { id: string }).id
  const moderator = person('usr_moderator', ['moderator'])
  await reviews.consumer.handle(erasureOf('usr_moderator', 'evt_2'))
  expect((await reviews.ask(moderator, ADD, { productId: 'prd_ladder' })).codes).toEqual([
    'CONFLICT',
  ])
  expect((await reviews.ask(moderator, HIDE, { id })).codes).toEqual(['CONFLICT'])
  expect((await reviews.ask(person('usr_other', ['moderator']), HIDE, { id })).codes).toEqual([])
})

// The sample's behaviour, each operation as everybody who may and may not.
import { randomUUID } from 'node:crypto'
import type { ClaimsPayload } from '@sallyport/claims'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { namedFields, overfullInputs } from '../input-limits.ts'
import { type Reviews, startReviews } from './start-reviews.ts'

let reviews: Reviews
beforeAll(async () => {
  reviews = await startReviews()
})
afterAll(() => reviews[Symbol.asyncDispose]())

const anonymous: ClaimsPayload = { kind: 'anonymous' }
const person = (...roles: string[]): ClaimsPayload & { sub: string } => ({
  kind: 'user',
  sub: `usr_${randomUUID()}`,
  roles: ['user', ...roles],
})

const ADD = `mutation ($input: AddReviewInput!) {
  addReview(input: $input) { id rating body createdAt author { id } product { id name } }
}`
const HIDE = `mutation ($input: HideReviewInput!) { hideReview(input: $input) { id body } }`
const OF_USER = `query ($users: [_Any!]!, $first: Int, $after: String, $last: Int, $before: String) {
  _entities(representations: $users) {
    ... on User {
      id
      reviews(first: $first, after: $after, last: $last, before: $before) {
        edges { cursor node { id body } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
  }
}`

interface ReviewPage {
  edges: { cursor: string; node: { id: string; body: string } }[]
  pageInfo: Record<string, unknown>
}

const add = (as: ClaimsPayload, change: Record<string, unknown> = {}) =>
  reviews.ask(as, ADD, { input: { productId: 'prd_ladder', rating: 5, body: 'Good', ...change } })

async function added(as: ClaimsPayload, productId = 'prd_ladder'): Promise<{ id: string }> {
  const { data, errors } = await add(as, { productId })
  if (!data.addReview) throw new Error(JSON.stringify(errors))
  return data.addReview as { id: string }
}

async function reviewsOf(user: string, page: Record<string, unknown> = {}): Promise<ReviewPage> {
  const users = [{ __typename: 'User', id: user }]
  const { data } = await reviews.ask(anonymous, OF_USER, { users, ...page })
  const [entity] = data._entities as [{ reviews: ReviewPage }]
  return entity.reviews
}

describe('products', () => {
  test('are read by anonymous callers, with ratings and reviews', async () => {
    const { data, errors } = await reviews.ask(
      anonymous,
      `{ product(id: "prd_lantern") { id name priceCents averageRating reviewCount
         reviews(last: 1) { edges { node { body author { id } } } } } }`,
    )
    expect(errors).toEqual([])
    expect(data.product).toMatchObject({
      id: 'prd_lantern',
      name: 'Storm lantern',
      priceCents: 3900,
      reviews: { edges: [{ node: { author: { id: 'usr_sample' } } }] },
    })
  })

  test('page forwards and backwards over the same list', async () => {
    const page = async (args: string) => {
      const { data } = await reviews.ask(
        anonymous,
        `{ products(${args}) { edges { node { id } } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } } }`,
      )
      return data.products as {
        edges: { node: { id: string } }[]
        pageInfo: {
          hasNextPage: boolean
          hasPreviousPage: boolean
          endCursor: string
          startCursor: string
        }
      }
    }
    const first = await page('first: 2')
    expect(first.edges.map(({ node }) => node.id)).toEqual(['prd_whistle', 'prd_lantern'])
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false })
    const second = await page(`first: 2, after: "${first.pageInfo.endCursor}"`)
    expect(second.edges.map(({ node }) => node.id)).toEqual(['prd_ladder'])
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
    const back = await page(`last: 1, before: "${second.pageInfo.startCursor}"`)
    expect(back.edges.map(({ node }) => node.id)).toEqual(['prd_lantern'])
    expect(back.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: true })
  })

  test.each([
    'first: 101',
    'first: 0',
    'last: -1',
    'first: 1, last: 1',
    'after: "bm9uZQ"',
    `after: "' or 1=1"`,
  ])('a bad page is bad input: %s', async (args) => {
    const { codes } = await reviews.ask(anonymous, `{ products(${args}) { edges { cursor } } }`)
    expect(codes).toEqual(['BAD_USER_INPUT'])
  })

  test('nested pages together list 10,000 reviews at most', async () => {
    for (let n = 0; n < 25; n += 1) await added(person(), 'prd_whistle')
    const nested = (levels: number): string =>
      levels === 0
        ? 'id'
        : `reviews(first: 100) { edges { node { product { ${nested(levels - 1)} } } } }`
    const ask = (levels: number) =>
      reviews.ask(anonymous, `{ product(id: "prd_whistle") { ${nested(levels)} } }`)
    expect((await ask(2)).codes).toEqual([])
    const { data, codes } = await ask(3)
    expect(new Set(codes)).toEqual(new Set(['BAD_USER_INPUT']))
    expect(JSON.stringify(data).match(/"id"/g)?.length ?? 0).toBeLessThan(10_000)
  })

  test('unknown ones are null, also as references', async () => {
    const { data } = await reviews.ask(
      anonymous,
      `{ product(id: "prd_none") { id }
         _entities(representations: [{ __typename: "Product", id: "prd_none" }]) { ... on Product { id } } }`,
    )
    expect(data).toEqual({ product: null, _entities: [null] })
  })
})

describe('addReview', () => {
  test('writes in the name of the caller, and everybody reads it', async () => {
    const author = person()
    const { data, errors } = await add(author, { body: '  Good  ' })
    expect(errors).toEqual([])
    expect(data.addReview).toMatchObject({
      id: expect.stringMatching(/^rev_/),
      rating: 5,
      body: 'Good',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      author: { id: author.sub },
      product: { id: 'prd_ladder', name: 'Rope ladder' },
    })
    expect((await reviewsOf(author.sub)).edges).toHaveLength(1)
  })

  test('is for people and their keys: not for anonymous callers, not for OAuth clients', async () => {
    expect((await add(anonymous)).codes).toEqual(['UNAUTHENTICATED'])
    expect((await add({ kind: 'client', client_id: 'cli_1' })).codes).toEqual(['FORBIDDEN'])
    const key: ClaimsPayload = { kind: 'api-key', sub: person().sub, key_id: 'key_1' }
    expect((await add(key)).codes).toEqual([])
  })

  test('takes one review a person and product, also when two arrive at once', async () => {
    const author = person()
    const answers = await Promise.all([add(author), add(author), add(author)])
    expect(answers.flatMap(({ codes }) => codes)).toEqual(['CONFLICT', 'CONFLICT'])
    expect((await reviewsOf(author.sub)).edges).toHaveLength(1)
  })

  test('refuses what is out of range and tells which field', async () => {
    const { codes, errors, data } = await add(person(), { rating: 6, body: ' ' })
    expect({ codes, data }).toEqual({ codes: ['BAD_USER_INPUT'], data: { addReview: null } })
    expect(errors[0]?.extensions.fields).toEqual([
      { path: 'input.rating', message: 'A rating is 1 to 5.' },
      { path: 'input.body', message: 'Write something.' },
    ])
    expect((await add(person(), { body: 'x'.repeat(5001) })).codes).toEqual(['BAD_USER_INPUT'])
    expect((await add(person(), { productId: 'prd_none' })).codes).toEqual(['NOT_FOUND'])
  })

  test('text that no database takes is bad input, and tells nothing of the database', async () => {
    for (const change of [{ body: 'a\u0000b' }, { productId: '\u0000' }]) {
      const { errors } = await add(person(), change)
      expect(errors).toMatchObject([
        { message: 'The input is not valid.', extensions: { code: 'BAD_USER_INPUT' } },
      ])
      expect(JSON.stringify(errors)).not.toMatch(/utf8|byte|insert|reviews"/i)
    }
  })

  test('SQL in the input is text', async () => {
    const body = `'); drop table reviews; --`
    expect((await add(person(), { body })).data.addReview).toMatchObject({ body })
    expect((await add(person(), { productId: `' or '1'='1` })).codes).toEqual(['NOT_FOUND'])
  })

  test('has no field by which somebody could write as another', async () => {
    const { status, codes } = await add(person(), { authorId: 'usr_other' })
    expect([status, codes]).toEqual([400, ['BAD_USER_INPUT']])
  })
})

describe('hideReview', () => {
  const hide = (as: ClaimsPayload, reviewId: string, reason = 'Rude') =>
    reviews.ask(as, HIDE, { input: { reviewId, reason } })

  test('is for moderators alone, admins without that role not among them', async () => {
    const { id } = await added(person())
    expect((await hide(anonymous, id)).codes).toEqual(['UNAUTHENTICATED'])
    expect((await hide(person(), id)).codes).toEqual(['FORBIDDEN'])
    expect((await hide(person('admin'), id)).codes).toEqual(['FORBIDDEN'])
    expect((await hide(person('moderator'), id)).codes).toEqual([])
  })

  test('takes the review out of every list and every figure', async () => {
    const author = person()
    const { id } = await added(author, 'prd_whistle')
    const count = async () => {
      const { data } = await reviews.ask(
        anonymous,
        '{ product(id: "prd_whistle") { reviewCount } }',
      )
      return (data.product as { reviewCount: number }).reviewCount
    }
    const before = await count()
    await hide(person('moderator'), id)
    expect(await count()).toBe(before - 1)
    expect((await reviewsOf(author.sub)).edges).toEqual([])
  })

  test('twice is success and keeps who was first and why', async () => {
    const { id } = await added(person())
    const moderator = person('moderator')
    await hide(moderator, id, 'First')
    expect((await hide(person('moderator'), id, 'Second')).codes).toEqual([])
    const { data } = await reviews.ask(
      person('admin'),
      '{ hiddenReviews(first: 100) { edges { node { id moderation { hiddenBy { id } reason } } } } }',
    )
    const { edges } = data.hiddenReviews as {
      edges: { node: { id: string; moderation: unknown } }[]
    }
    expect(edges.find(({ node }) => node.id === id)?.node.moderation).toEqual({
      hiddenBy: { id: moderator.sub },
      reason: 'First',
    })
  })

  test('of an unknown review is not found, and without a reason bad input', async () => {
    expect((await hide(person('moderator'), 'rev_none')).codes).toEqual(['NOT_FOUND'])
    expect((await hide(person('moderator'), 'rev_none', ' ')).codes).toEqual(['BAD_USER_INPUT'])
  })
})

test.each(overfullInputs('schema/reviews.graphql'))(
  'each field of $mutation that the SDL leaves open has a limit: $open',
  async ({ document, input, open }) => {
    const { errors } = await reviews.ask(person('moderator'), document, { input })
    const { code, fields } = errors[0]?.extensions ?? {}
    expect([code, namedFields(fields as { path: string }[])]).toEqual(['BAD_USER_INPUT', open])
  },
)

describe('what is for admins', () => {
  const HIDDEN = '{ hiddenReviews { edges { node { id } } } }'

  test('the list of hidden reviews', async () => {
    expect((await reviews.ask(anonymous, HIDDEN)).codes).toEqual(['UNAUTHENTICATED'])
    expect((await reviews.ask(person('moderator'), HIDDEN)).codes).toEqual(['FORBIDDEN'])
    expect((await reviews.ask(person('admin'), HIDDEN)).codes).toEqual([])
  })

  test('the moderation of a review, which is null for others while the rest is answered', async () => {
    await added(person(), 'prd_lantern')
    const query =
      '{ product(id: "prd_lantern") { reviews(first: 1) { edges { node { body moderation { reason } } } } } }'
    const { data, codes } = await reviews.ask(person(), query)
    expect(codes).toEqual(['FORBIDDEN'])
    expect(data.product).toEqual({
      reviews: { edges: [{ node: { body: expect.any(String), moderation: null } }] },
    })
    expect((await reviews.ask(person('admin'), query)).codes).toEqual([])
  })
})

describe('User.reviews', () => {
  test('pages newest first, for each of many users in one request', async () => {
    const [one, two] = [person(), person()]
    const ids: string[] = []
    for (const product of ['prd_ladder', 'prd_lantern', 'prd_whistle']) {
      ids.unshift((await added(one, product)).id)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    const other = await added(two)
    const users = [one, two, person()].map(({ sub }) => ({ __typename: 'User', id: sub }))
    const { data } = await reviews.ask(anonymous, OF_USER, { users, first: 2 })
    const pages = (data._entities as { reviews: ReviewPage }[]).map((entity) => entity.reviews)
    const idsOf = (page: ReviewPage | undefined) => page?.edges.map(({ node }) => node.id)
    expect(pages.map(idsOf)).toEqual([ids.slice(0, 2), [other.id], []])
    expect(pages.map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, false, false])

    const rest = await reviewsOf(one.sub, { first: 2, after: pages[0]?.pageInfo.endCursor })
    expect(idsOf(rest)).toEqual(ids.slice(2))
    const back = await reviewsOf(one.sub, { last: 1 })
    expect(idsOf(back)).toEqual(ids.slice(2))
  })

  test('of somebody unknown or erased is an empty list', async () => {
    expect((await reviewsOf('usr_erased')).edges).toEqual([])
  })
})

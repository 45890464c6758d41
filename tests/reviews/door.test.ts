// Nothing reaches the subgraph past the gateway: every request needs a token made out to it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Reviews, startReviews } from './start-reviews.ts'

let reviews: Reviews
beforeAll(async () => {
  reviews = await startReviews()
})
afterAll(() => reviews[Symbol.asyncDispose]())

const PRODUCTS = { query: '{ products { edges { node { id } } } }' }
const ENTITY = {
  query:
    '{ _entities(representations: [{ __typename: "Product", id: "prd_ladder" }]) { ... on Product { id } } }',
}
const SDL = { query: '{ _service { sdl } }' }

describe('a direct call is refused with 401 and no data', () => {
  test.each([PRODUCTS, ENTITY, SDL])('without a token: $query', async (body) => {
    const { status, data, codes } = await reviews.post(body, {})
    expect({ status, data, codes }).toEqual({
      status: 401,
      data: {},
      codes: ['UNAUTHENTICATED'],
    })
  })

  test.each([PRODUCTS, ENTITY, SDL])('with an access token: $query', async (body) => {
    const token = await reviews.accessToken()
    for (const headers of [{ authorization: `Bearer ${token}` }, { 'sallyport-identity': token }]) {
      expect(await reviews.post(body, headers)).toMatchObject({
        status: 401,
        codes: ['UNAUTHENTICATED'],
      })
    }
  })

  test.each([PRODUCTS, ENTITY, SDL])('with the token of another subgraph: $query', async (body) => {
    const token = await reviews.identity({ kind: 'user', sub: 'usr_1', roles: ['admin'] }, 'auth')
    expect(await reviews.post(body, { 'sallyport-identity': token })).toMatchObject({
      status: 401,
      codes: ['UNAUTHENTICATED'],
    })
  })

  test('with claims as plain headers', async () => {
    const headers = { 'x-user-id': 'usr_1', 'x-roles': 'admin', 'sallyport-subject': 'usr_1' }
    expect(await reviews.post(PRODUCTS, headers)).toMatchObject({ status: 401 })
  })

  test('before its body is looked at', async () => {
    expect(await reviews.post('{ no json', {})).toMatchObject({ status: 401 })
  })
})

test('an anonymous caller through the gateway reaches what is public, and entities by the same rules', async () => {
  const { data, codes } = await reviews.ask({ kind: 'anonymous' }, ENTITY.query)
  expect({ data, codes }).toEqual({ data: { _entities: [{ id: 'prd_ladder' }] }, codes: [] })
})

test('the gateway speaking for itself is nobody who may write', async () => {
  const mutation =
    'mutation { addReview(input: { productId: "prd_ladder", rating: 5, body: "x" }) { id } }'
  const { codes, data } = await reviews.ask({ kind: 'gateway' }, mutation)
  expect({ codes, data }).toEqual({ codes: ['UNAUTHENTICATED'], data: { addReview: null } })
})

test('refusals and errors tell nothing of what is inside', async () => {
  const refusal = await reviews.post(PRODUCTS, { 'sallyport-identity': 'x.y.z' })
  expect(refusal.errors).toEqual([
    {
      message: 'This subgraph answers the gateway alone.',
      extensions: { code: 'UNAUTHENTICATED' },
    },
  ])
})

test('only POST /graphql and health are there', async () => {
  const identity = { 'sallyport-identity': await reviews.identity({ kind: 'anonymous' }) }
  const get = await fetch(`${reviews.url}/graphql?query={__typename}`, { headers: identity })
  expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST'])
  expect((await fetch(`${reviews.url}/`, { headers: identity })).status).toBe(404)
  expect(await (await fetch(`${reviews.url}/health/live`)).json()).toEqual({ status: 'live' })
  expect((await fetch(`${reviews.url}/health/ready`)).status).toBe(200)
})

test('health answers HEAD, and a byte order mark before a body is passed over', async () => {
  const head = await fetch(`${reviews.url}/health/ready`, { method: 'HEAD' })
  expect([head.status, await head.text()]).toEqual([200, ''])
  const identity = { 'sallyport-identity': await reviews.identity({ kind: 'anonymous' }) }
  expect((await reviews.post(`\uFEFF${JSON.stringify(PRODUCTS)}`, identity)).status).toBe(200)
})

test('a body that is too large, no JSON, or a batch is refused, and the server goes on', async () => {
  const identity = { 'sallyport-identity': await reviews.identity({ kind: 'anonymous' }) }
  expect((await reviews.post('x'.repeat(1_200_000), identity)).status).toBe(413)
  expect((await reviews.post('{ no json', identity)).status).toBe(400)
  expect((await reviews.post([PRODUCTS, PRODUCTS], identity)).status).toBe(400)
  expect((await reviews.post(PRODUCTS, identity)).status).toBe(200)
})

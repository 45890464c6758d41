// The starts that docs/subgraphs.md promises: Apollo Server, any node:http server, a bare function.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { type Claims, createIdentityReader, IdentityError, isSignedIn } from '@sallyport/claims'
import { guardSchema } from '@sallyport/claims/rules'
import { createIdentitySigner, generateIdentityKey } from '@sallyport/claims/sign'
import { parse } from 'graphql'
import { expect, test } from 'vitest'

const issuer = 'http://localhost:4000'
const signer = await createIdentitySigner({
  keys: { keys: [await generateIdentityKey()] },
  issuer,
})
const identity = createIdentityReader({ subgraph: 'orders', issuer, jwks: signer.publicJwks })
const token = await signer.sign('orders', { kind: 'user', sub: 'usr_1' })
const away = createIdentityReader({
  subgraph: 'orders',
  issuer,
  fetch: async () => new Response(null, { status: 503 }),
})

const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.6", import: ["@authenticated"])
  type Query { me: String @authenticated }
`)
const resolvers = {
  Query: { me: (_: unknown, __: unknown, { claims }: { claims: Claims }) => claims.subject },
}

async function apollo(reader: typeof identity) {
  const schema = guardSchema(buildSubgraphSchema([{ typeDefs, resolvers }]))
  const server = new ApolloServer<{ claims: Claims }>({ schema })
  const { url } = await startStandaloneServer(server, {
    listen: { port: 0, host: '127.0.0.1' },
    context: async ({ req }) => ({ claims: await reader.read(req.headers) }),
  })
  return { url, [Symbol.asyncDispose]: () => server.stop() }
}

async function ask(url: string, headers: Record<string, string>) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ me }' }),
  })
  const { data, errors } = (await response.json()) as {
    data?: unknown
    errors?: { extensions: { code: string } }[]
  }
  return {
    status: response.status,
    data,
    code: errors?.[0]?.extensions.code,
    headers: response.headers,
  }
}

test('Apollo Server answers who is calling, and 401 without a token', async () => {
  await using server = await apollo(identity)
  expect(await ask(server.url, { 'sallyport-identity': token })).toMatchObject({
    status: 200,
    data: { me: 'usr_1' },
  })
  expect(await ask(server.url, {})).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' })
})

test('Apollo Server answers 503 with Retry-After while no keys can be had', async () => {
  await using server = await apollo(away)
  const answer = await ask(server.url, { 'sallyport-identity': token })
  expect(answer).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE' })
  expect(answer.headers.get('retry-after')).toBe('1')
})

test('any node:http server answers who is calling, and 401 without a token', async () => {
  const server = createServer(async (request, response) => {
    try {
      const claims = await identity.read(request.headers)
      response.end(JSON.stringify({ hello: claims.subject }))
    } catch (error) {
      response.writeHead(error instanceof IdentityError ? error.status : 500).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const answer = await fetch(url, { headers: { 'sallyport-identity': token } })
  expect(await answer.json()).toEqual({ hello: 'usr_1' })
  expect((await fetch(url)).status).toBe(401)
  server.close()
})

test('a bare function takes a Request', async () => {
  const callerOf = async (request: Request) => {
    const claims = await identity.read(request.headers)
    return isSignedIn(claims) ? claims.subject : null
  }
  const from = (value: string) =>
    callerOf(new Request('http://orders', { headers: { 'sallyport-identity': value } }))
  expect(await from(token)).toBe('usr_1')
  expect(await from(await signer.sign('orders', { kind: 'anonymous' }))).toBeNull()
})

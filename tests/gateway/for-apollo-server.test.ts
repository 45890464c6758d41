// The gateway inside a team's own Apollo Server: who asks is checked there as at our own door, and so are the rules.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GatewayContext } from '../../gateway/apollo-server/for-apollo-server.ts'
import { bearer, type Reply, type Stack, startGateway } from './start-gateway.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const seen: string[] = []

/** A team's own: it sees what was asked, and by whom. */
const plugin: ApolloServerPlugin<GatewayContext & { team: string }> = {
  requestDidStart: async () => ({
    willSendResponse: async ({ contextValue: { team, sallyport }, operationName }) => {
      const kind = sallyport.request.principal?.claims.kind
      seen.push(`${team} ${operationName} ${kind}`)
    },
  }),
}

let stack: Stack
let server: ApolloServer<GatewayContext & { team: string }>
let url: string

beforeAll(async () => {
  stack = await startGateway()
  const { gateway, context } = stack.gateway.forApolloServer
  server = new ApolloServer<GatewayContext & { team: string }>({
    gateway,
    plugins: [plugin],
    logger: quiet,
    stopOnTerminationSignals: false,
  })
  const started = await startStandaloneServer(server, {
    context: async (of) => ({ ...(await context(of)), team: 'shop' }),
    listen: { host: '127.0.0.1', port: 0 },
  })
  url = started.url
})

afterAll(async () => {
  await server.stop()
  await stack[Symbol.asyncDispose]()
})

async function send(query: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  })
  return { response, body: (await response.json()) as Reply['body'] }
}

test('a signed-in person is answered, and the subgraph gets their identity token', async () => {
  stack.auth.forgetSeen()
  const { response, body } = await send(
    'query Me { me { sub kind } }',
    bearer(await stack.auth.token()),
  )
  expect(body).toEqual({ data: { me: { sub: 'usr_1', kind: 'user' } } })
  expect(response.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/)
  const [call] = stack.auth.calls('/graphql')
  expect(await stack.auth.claimsOf(call?.headers ?? {})).toMatchObject({ subject: 'usr_1' })
  expect(seen.at(-1)).toBe('shop Me user')
})

test('a rule refuses before any subgraph is asked, with the status of the table', async () => {
  stack.auth.forgetSeen()
  const nobody = await send('{ hello me { sub } }')
  expect(nobody.response.status).toBe(401)
  expect(nobody.response.headers.get('www-authenticate')).toMatch(/^Bearer/)
  expect(nobody.body.errors?.[0]?.extensions).toMatchObject({
    code: 'UNAUTHENTICATED',
    reason: 'CREDENTIALS_MISSING',
  })
  const user = await send('{ onlyAdmins }', bearer(await stack.auth.token()))
  expect(user.response.status).toBe(403)
  expect(user.body.errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  expect(stack.auth.calls('/graphql')).toEqual([])
})

test('what a client sends as an identity token goes nowhere, and a bad token is refused on a public field', async () => {
  const forged = { 'sallyport-identity': 'forged' }
  stack.auth.forgetSeen()
  expect((await send('{ hello }', forged)).body).toEqual({ data: { hello: 'hello' } })
  expect(stack.auth.calls('/graphql')[0]?.headers['sallyport-identity']).not.toBe('forged')
  const bad = await send('{ hello }', bearer('no.such.token'))
  expect(bad.body.errors?.[0]?.extensions).toMatchObject({ reason: 'TOKEN_INVALID' })
})

test('cookies of a login are set, and only by mutations that may', async () => {
  stack.auth.setCookies(['__Host-access=a; Path=/; Secure; HttpOnly', 'other=b; Path=/'])
  const login = await send('mutation { login(password: "x") }')
  expect(login.response.headers.getSetCookie()).toHaveLength(1)
  expect(login.response.headers.getSetCookie()[0]).toMatch(/^__Host-access=a/)
  const rename = await send('mutation { rename(name: "x") }', bearer(await stack.auth.token()))
  expect(rename.response.headers.getSetCookie()).toEqual([])
  stack.auth.setCookies([])
})

test('without the context of the gateway every operation is refused', async () => {
  stack.auth.forgetSeen()
  const { gateway } = stack.gateway.forApolloServer
  const other = new ApolloServer({ gateway, logger: quiet, stopOnTerminationSignals: false })
  await other.start()
  const { body } = await other.executeOperation({ query: '{ hello }' })
  await other.stop()
  expect(JSON.stringify(body)).toContain('INTERNAL_SERVER_ERROR')
  expect(stack.auth.calls('/graphql')).toEqual([])
  expect(stack.logs.join('')).toContain('nobody knows who asks')
  // It stops with the gateway, not with that server.
  expect((await send('{ hello }')).body).toEqual({ data: { hello: 'hello' } })
})

test('a graph that is swapped in is the one that Apollo Server validates against', async () => {
  expect((await send('{ added }')).response.status).toBe(400)
  const folder = stack.config.supergraphPath.replace(/[^/]+$/, '')
  const { readFile } = await import('node:fs/promises')
  // Auth's own SDL says it too: a supergraph whose auth is another one is refused.
  for (const file of ['supergraph.graphql', 'auth.graphql']) {
    const before = await readFile(join(folder, file), 'utf8')
    await writeFile(
      join(folder, file),
      before.replace('  hello: String', '  added: String @public\n  hello: String'),
    )
  }
  await stack.gateway.reloadGraph()
  // The stand-in for auth knows no such field: it is asked for it.
  expect((await send('{ added }')).body.errors?.[0]?.extensions.code).not.toBe(
    'GRAPHQL_VALIDATION_FAILED',
  )
})

// Plugins of Apollo Server: with one, operations run through it, and answer as they do without.
import type { ApolloServerPlugin } from '@apollo/server'
import { expect, test } from 'vitest'
import type { ApolloContext } from '../../gateway/apollo.ts'
import { bearer, refusalOf, startGateway } from './start-gateway.ts'

test('a plugin sees each admitted operation, parsed and validated by us alone', async () => {
  const seen: string[] = []
  const plugin: ApolloServerPlugin<ApolloContext> = {
    requestDidStart: async () => ({
      parsingDidStart: async () => void seen.push('parse'),
      validationDidStart: async () => void seen.push('validate'),
      didResolveOperation: async ({ operationName, contextValue }) => {
        seen.push(`${operationName} ${contextValue.request.principal.claims.kind}`)
      },
      willSendResponse: async () => void seen.push('answer'),
    }),
  }
  await using stack = await startGateway({ deps: { plugins: [plugin] } })
  const headers = bearer(await stack.auth.token())
  const reply = await stack.send('query Me { me { sub } }', { headers })
  expect(reply.body).toEqual({ data: { me: { sub: 'usr_1' } } })
  expect(seen).toEqual(['Me user', 'answer'])

  const refused = await stack.send('{ me { sub } }')
  expect(refusalOf(refused)).toBe('UNAUTHENTICATED CREDENTIALS_MISSING')
  expect(seen).toHaveLength(2)

  stack.auth.switches.isDown = true
  const failed = await stack.send('{ hello }')
  expect(failed.status).toBe(200)
  expect(failed.body.errors?.[0]?.extensions).toMatchObject({
    code: 'SUBGRAPH_UNAVAILABLE',
    requestId: failed.headers.get('x-request-id'),
  })
})

test.each([
  'didResolveOperation',
  'responseForOperation',
  'executionDidStart',
  'willSendResponse',
] as const)(
  'a plugin that fails in %s costs its own request an error, and nothing leaks',
  async (hook) => {
    let isBroken = true
    const plugin: ApolloServerPlugin<ApolloContext> = {
      requestDidStart: async () => ({
        [hook]: async () => {
          if (isBroken) throw new Error('no such table at 10.0.0.1')
          return null
        },
      }),
    }
    await using stack = await startGateway({ deps: { plugins: [plugin] } })
    const failed = await stack.hello()
    expect(failed.body.errors?.[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR')
    expect(JSON.stringify(failed.body)).not.toContain('10.0.0.1')
    isBroken = false
    expect((await stack.hello()).body).toEqual({ data: { hello: 'hello' } })
  },
)

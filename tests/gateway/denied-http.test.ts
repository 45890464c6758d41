// `denied: filter` as clients see it over HTTP, switched on by the line of docs/subgraphs.md.
import type { ApolloServerPlugin } from '@apollo/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApolloContext } from '../../gateway/apollo.ts'
import { example } from '../docs/examples.ts'
import { bearer, refusalOf, type Stack, startGateway } from './start-gateway.ts'

const { code: file } = example('docs/subgraphs.md', 'Refuse, or leave out', 'yaml')
const plugin: ApolloServerPlugin<ApolloContext> = { requestDidStart: async () => ({}) }

describe.each([
  ['straight', {}],
  ['with a plugin of Apollo Server', { plugins: [plugin] }],
])('%s', (_, deps) => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startGateway({ yaml: { file }, deps })
  })
  afterAll(() => stack[Symbol.asyncDispose]())

  test('a query is answered with 200, without the fields that its caller may not read', async () => {
    const { status, headers, body } = await stack.send('{ hello me { sub } onlyAdmins }')
    const error = (path: string, more: object) => ({
      message: expect.any(String),
      path: [path],
      extensions: { ...more, requestId: headers.get('x-request-id') },
    })
    const reason = 'CREDENTIALS_MISSING'
    expect(status).toBe(200)
    expect(body).toEqual({
      data: { hello: 'hello', me: null, onlyAdmins: null },
      errors: ['me', 'onlyAdmins'].map((path) => error(path, { code: 'UNAUTHENTICATED', reason })),
    })
    const signedIn = bearer(await stack.auth.token())
    const { body: persons } = await stack.send('{ me { sub } onlyAdmins }', { headers: signedIn })
    expect(persons).toEqual({
      data: { me: { sub: 'usr_1' }, onlyAdmins: null },
      errors: [
        { ...error('onlyAdmins', {}), extensions: expect.objectContaining({ code: 'FORBIDDEN' }) },
      ],
    })
  })

  test('nobody’s viewer is null without an error, beside what is left out', async () => {
    const { body } = await stack.send('{ viewer { user { sub } } me { kind } hello }')
    expect(body.data).toEqual({ viewer: null, me: null, hello: 'hello' })
    expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(['UNAUTHENTICATED'])
  })

  test('a mutation and a bad credential are refused as a whole', async () => {
    const before = stack.subgraphCalls()
    const mutation = await stack.send('mutation { rename(name: "x") }')
    expect([mutation.status, refusalOf(mutation)]).toEqual([
      401,
      'UNAUTHENTICATED CREDENTIALS_MISSING',
    ])
    const forged = await stack.send('{ hello }', { headers: bearer('e30.e30.e30') })
    expect(forged.status).toBe(401)
    expect(stack.subgraphCalls()).toBe(before)
  })

  test('a browser whose token ran out is told so at the field', async () => {
    const headers = { cookie: '__Host-refresh=srt_x', origin: stack.config.publicUrl }
    const { status, body } = await stack.send('{ hello me { sub } }', { headers })
    expect([status, body.data]).toEqual([200, { hello: 'hello', me: null }])
    expect(body.errors?.[0]?.extensions).toMatchObject({
      code: 'UNAUTHENTICATED',
      reason: 'TOKEN_EXPIRED',
    })
  })

  test('the request’s line in the log says how many fields were left out', async () => {
    await stack.send('query Parts { hello me { sub } onlyAdmins }')
    const line = stack.logs.find((one) => one.includes('"operation":"Parts"'))
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      status: 200,
      code: 'UNAUTHENTICATED',
      denied: 3,
    })
  })
})

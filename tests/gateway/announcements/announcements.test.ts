// Subgraphs that announce themselves come and go: signed with the key of their name, where the file says that they may be.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { announce } from '@sallyport/claims/announce'
import { generateIdentityKey } from '@sallyport/claims/sign'
import { buildSchema, graphql } from 'graphql'
import { importJWK, type JWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { matchesPattern } from '../../../gateway/announcements/address-pattern.ts'
import { readSupergraphConfig } from '../../../gateway/supergraph/read-config.ts'
import { example } from '../../docs/examples.ts'
import { startNatsAlone } from '../../nats-alone.ts'
import {
  type Changing,
  type Sources,
  startChanging,
  startSources,
  yamlOf,
} from '../changes/changing-graph.ts'
import { closeServer, header } from '../graph-fixture.ts'

const PATIENT = { timeout: 60_000, interval: 200 }
const SDL = `${header} type Query { orders: String @public }`

/** What the subgraph is asked for, and by what identity. */
const asked: { readonly query: string; readonly identity: unknown }[] = []
const server = createServer(async (request, response) => {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  const { query } = JSON.parse(text) as { query: string }
  asked.push({ query, identity: request.headers['sallyport-identity'] })
  const answer = query.includes('_service')
    ? { data: { _service: { sdl: SDL } } }
    : await graphql({
        schema: buildSchema('type Query { orders: String }'),
        source: query,
        rootValue: { orders: 'three' },
      })
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(answer))
})

let nats: Awaited<ReturnType<typeof startNatsAlone>>
let sources: Sources
let one: Changing
let other: Changing
let key: JWK
let address = ''

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  address = `http://127.0.0.1:${port}/graphql`
  key = await generateIdentityKey()
  const { d, ...publicKey } = key
  nats = await startNatsAlone()
  sources = await startSources()
  const entry = {
    announce: { keys: [publicKey], address: `http://127.0.0.*:${port}/graphql` },
    mayDeclarePublic: true,
  }
  const prepare = (folder: string) =>
    writeFileSync(
      join(folder, 'supergraph.yaml'),
      yamlOf(sources).replace('subgraphs:', `subgraphs:\n  orders: ${JSON.stringify(entry)}`),
    )
  const env = { GATEWAY_NATS_URL: nats.url }
  one = await startChanging(sources, { env, prepare })
  other = await startChanging(sources, { env, prepare, beside: one })
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await one[Symbol.asyncDispose]()
  await sources.stop()
  await closeServer(server)
  await nats.stop()
})

interface Said {
  readonly iss?: string
  readonly aud?: string
  readonly address?: string
  readonly state?: string
  readonly iat?: number
  readonly seconds?: number
  readonly typ?: string
  readonly by?: JWK
}

async function signed(said: Said = {}): Promise<string> {
  const { by = key, seconds = 60, typ = 'subgraph-announcement+jwt', ...rest } = said
  const iat = said.iat ?? Math.floor(Date.now() / 1000)
  const claims = {
    iss: 'orders',
    aud: one.config.publicUrl,
    address,
    state: 'up',
    ...rest,
    iat,
    exp: iat + seconds,
  }
  return await new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', typ, kid: String(by.kid) })
    .sign(await importJWK(by, 'ES256'))
}

/** Bad ones of one sender are counted by the second. */
const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 300))

async function post(body: string): Promise<number> {
  const response = await fetch(`${one.gateway.adminUrl}/announcements`, { method: 'POST', body })
  return response.status
}

describe('what nobody may announce', () => {
  test.each<readonly [string, () => Promise<Said>]>([
    ['with another key', async () => ({ by: await generateIdentityKey() })],
    [
      'with the key’s id on another key',
      async () => ({ by: { ...(await generateIdentityKey()), kid: String(key.kid) } }),
    ],
    ['under the name of another subgraph', async () => ({ iss: 'shop' })],
    ['as auth', async () => ({ iss: 'auth' })],
    ['for another gateway', async () => ({ aud: 'https://elsewhere.example' })],
    ['with a token of another kind', async () => ({ typ: 'identity+jwt' })],
    ['in the past', async () => ({ iat: Math.floor(Date.now() / 1000) - 3600 })],
    ['for longer than two minutes', async () => ({ seconds: 3600 })],
    ['elsewhere', async () => ({ address: 'http://169.254.169.254/graphql' })],
    ['on another port', async () => ({ address: 'http://127.0.0.1:1/graphql' })],
    ['on another path', async () => ({ address: address.replace('/graphql', '/admin') })],
    ['with credentials', async () => ({ address: address.replace('http://', 'http://a:b@') })],
    [
      'behind another name',
      async () => ({ address: address.replace('127.0.0.1', '127.0.0.1.evil.example') }),
    ],
    ['in a state that there is not', async () => ({ state: 'everywhere' })],
  ])('%s', async (_, said) => {
    await nextSecond()
    expect(await post(await signed(await said()))).toBe(401)
    expect(await one.statusOf('{ orders }')).toBe(400)
  })

  test('without a signature, or in a body that is too large', async () => {
    await nextSecond()
    expect(await post('nothing')).toBe(401)
    const [, payload] = (await signed()).split('.')
    const none = Buffer.from('{"alg":"none","typ":"subgraph-announcement+jwt"}').toString(
      'base64url',
    )
    expect(await post(`${none}.${payload}.`)).toBe(401)
    expect(await post('x'.repeat(10_000))).toBe(413)
  })

  test('too often', async () => {
    await nextSecond()
    const token = await signed({ by: await generateIdentityKey() })
    const statuses = await Promise.all(Array.from({ length: 60 }, () => post(token)))
    expect(statuses).toContain(429)
    await new Promise((resolve) => setTimeout(resolve, 1100))
  })
})

test('a subgraph that announces itself joins at every gateway, answers, and is passed over when it leaves', async () => {
  const refused: string[] = []
  await expect.poll(async () => (await one.status()).reach, PATIENT).toBe('nats')
  const announcing = await announce({
    subgraph: 'orders',
    address,
    audience: one.config.publicUrl,
    gateways: [one.gateway.adminUrl],
    key,
    everySeconds: 1,
    onRefused: (gateway, reason) => refused.push(`${gateway}: ${reason}`),
  })
  for (const gateway of [one, other])
    await expect
      .poll(async () => (await gateway.send('{ orders }')).body.data, PATIENT)
      .toEqual({ orders: 'three' })
  expect(refused).toEqual([])
  expect((await one.status()).version?.changes).toEqual(['orders', 'adds Query.orders'])
  // It is asked as every subgraph is, and can refuse whoever is not the gateway.
  expect(asked.every(({ identity }) => typeof identity === 'string')).toBe(true)
  const before = await signed()
  await new Promise((resolve) => setTimeout(resolve, 1100))
  await announcing.stop()
  for (const gateway of [one, other])
    await expect
      .poll(
        async () => (await gateway.send('{ orders }')).body.errors?.[0]?.extensions.code,
        PATIENT,
      )
      .toBe('SUBGRAPH_UNAVAILABLE')
  // Its fields stay: clients are told that it is away, not that they are wrong. What was said before it left does not bring it back.
  expect(await post(before)).toBe(401)
  expect((await one.status()).subgraphs.find(({ name }) => name === 'orders')).toMatchObject({
    from: 'announced',
    failure: 'it is announced nowhere',
  })
})

test('a gateway that starts again with files and what announced itself alone has the subgraph still', async () => {
  const graphDir = mkdtempSync(join(tmpdir(), 'sallyport-announced-'))
  const prepare = (folder: string) => {
    const path = join(folder, 'supergraph.yaml')
    const { d, ...publicKey } = key
    const announced = { keys: [publicKey], address }
    const entry = JSON.stringify({ announce: announced, mayDeclarePublic: true })
    const text = yamlOf(sources).replace(/^ {2}(live|asked): .*\n/gm, '')
    writeFileSync(path, text.replace('subgraphs:', `subgraphs:\n  orders: ${entry}`))
  }
  const first = await startChanging(sources, { graphDir, prepare, beside: one })
  const taken = await fetch(`${first.gateway.adminUrl}/announcements`, {
    method: 'POST',
    body: await signed(),
  })
  expect(taken.status).toBe(204)
  await expect.poll(() => first.dataOf('{ orders }'), PATIENT).toEqual({ orders: 'three' })
  const before = (await first.status()).versions
  await first[Symbol.asyncDispose]()
  // As after so long a time that none of them holds any more.
  rmSync(join(graphDir, 'announcements.json'))
  await using again = await startChanging(sources, { graphDir, prepare, beside: one })
  const { body } = await again.send('{ orders }')
  expect(body.errors?.[0]?.extensions.code).toBe('SUBGRAPH_UNAVAILABLE')
  expect((await again.status()).versions.map(({ id }) => id)).toEqual(before.map(({ id }) => id))
  rmSync(graphDir, { recursive: true, force: true })
})

describe('supergraph.yaml', () => {
  const { code } = example('docs/changing-graph.md', 'Subgraphs that announce themselves', 'yaml')
  const read = (text: string) => () =>
    readSupergraphConfig(text, { variables: { AUTH_URL: 'http://a/graphql' } })

  test('says who may announce what, as in the page', () => {
    const orders = read(code)().subgraphs.find(({ name }) => name === 'orders')
    expect(orders).toMatchObject({
      urls: ['announced://orders/graphql'],
      announced: { pattern: 'http://orders-*.internal:4001/graphql' },
    })
  })

  test.each([
    ['a private key', 'kid: orders-1,', 'kid: orders-1, d: abc,', /d/],
    [
      'an address beside it',
      '    access:',
      '    routing_url: http://a/\n    access:',
      /goes without routing_url/,
    ],
    ['a pattern over dots', 'orders-*.internal', '**', /must be an address in which/],
  ])('with %s is refused', (_, before, after, problem) => {
    expect(read(code.replace(before, after))).toThrow(problem)
  })

  test('with an announced address and nobody who may announce it is refused', () => {
    const text = 'subgraphs:\n  orders: { routing_url: "announced://orders/", schema: { file: a } }'
    expect(read(text)).toThrow(/must be an http or https URL/)
  })
})

test.each([
  ['http://orders-*.internal:4001/graphql', 'http://orders-7.internal:4001/graphql', true],
  ['http://orders-*.internal:4001/graphql', 'http://orders-.internal:4001/graphql', false],
  ['http://orders-*.internal:4001/graphql', 'http://orders-7.evil.internal:4001/graphql', false],
  ['http://orders-*.internal:4001/graphql', 'http://orders-7.internal.evil:4001/graphql', false],
  ['http://orders-*.internal:4001/graphql', 'http://orders-7.internal:4001/graphql?x', false],
  ['http://orders-*.internal:4001/graphql', 'https://orders-7.internal:4001/graphql', false],
  ['http://orders-*.internal:4001/graphql', 'HTTP://orders-7.internal:4001/graphql', false],
  ['http://10.0.*.*:80/', 'http://10.0.3.4/', true],
  ['http://10.0.*.*:80/', 'http://10.0.3.4.5/', false],
  ['http://10.0.*.*:4001/', 'http://10.0.evil.com:4001/', false],
  ['http://10.0.*:4001/', 'http://10.0.com:4001/', false],
  ['http://*.*.*.*:4001/', 'http://a.b.evil.com:4001/', false],
  ['http://*.*.*.*:4001/', 'http://10.0.3.4:4001/', true],
])('the pattern %s, and %s: %s', (pattern, found, fits) => {
  expect(matchesPattern(found, pattern)).toBe(fits)
})

// The graph is swapped while it serves: nothing is lost, nothing is served by half of one and half of another.
import { rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { graphql, parse } from 'graphql'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { composeSupergraph } from '../../gateway/supergraph/compose.ts'
import { readSupergraphConfig } from '../../gateway/supergraph/read-config.ts'
import { authSdl } from './auth-peer.ts'
import { closeServer, header, urlOf } from './graph-fixture.ts'
import { type Stack, startGateway } from './start-gateway.ts'

const SWAPS = 20
const versions = ['a', 'b'] as const
type Version = (typeof versions)[number]

const sdl = {
  items: `${header} type Query { item: Item @public } type Item @key(fields: "id") { id: ID! @public madeBy: String @public }`,
  prices: `${header} type Item @key(fields: "id") { id: ID! @public pricedBy: String @public }`,
}

interface Subgraphs {
  readonly servers: Record<string, Server>
  readonly yaml: string
  readonly supergraph: string
}

/** Whatever a version's subgraphs answer names it, after a while of their own. */
async function startSubgraphs(version: Version): Promise<Subgraphs> {
  const resolvers = {
    items: { Query: { item: () => ({ id: '1', madeBy: version }) } },
    prices: { Item: { pricedBy: () => version } },
  }
  const servers: Record<string, Server> = {}
  for (const name of ['items', 'prices'] as const) {
    servers[name] = await listen(
      buildSubgraphSchema([{ typeDefs: parse(sdl[name]), resolvers: resolvers[name] as never }]),
    )
  }
  const entry = (name: string) =>
    `  ${name}: { routing_url: "${urlOf(servers[name] as Server)}", schema: { file: ${name}.graphql }, mayDeclarePublic: true }\n`
  const yaml = `cors: { origins: ["https://${version}.example"] }\nsubgraphs:\n  auth: { routing_url: "\${AUTH_URL}", schema: { file: auth.graphql }, mayDeclarePublic: true }\n${entry('items')}${entry('prices')}`
  const { subgraphs } = readSupergraphConfig(yaml, { variables: { AUTH_URL: 'http://a/graphql' } })
  const texts: Record<string, string> = { auth: authSdl, ...sdl }
  const sources = subgraphs.map((config) => ({ config, sdl: texts[config.name] ?? '' }))
  return { servers, yaml, supergraph: composeSupergraph(sources) }
}

async function listen(schema: ReturnType<typeof buildSubgraphSchema>): Promise<Server> {
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString())
    const answer = await graphql({ schema, source: query, variableValues: variables })
    await sleep(Math.random() * 60)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

const connectionsOf = (server: Server | undefined) =>
  new Promise<number>((resolve) => server?.getConnections((_, count) => resolve(count)))

let stack: Stack
const subgraphs = {} as Record<Version, Subgraphs>
beforeAll(async () => {
  stack = await startGateway()
  for (const version of versions) subgraphs[version] = await startSubgraphs(version)
})
afterAll(async () => {
  await stack[Symbol.asyncDispose]()
  for (const { servers } of Object.values(subgraphs)) {
    for (const server of Object.values(servers)) await closeServer(server)
  }
})

async function swapTo(version: Version): Promise<void> {
  const folder = dirname(stack.config.supergraphPath)
  writeFileSync(join(folder, 'supergraph.graphql'), subgraphs[version].supergraph)
  writeFileSync(stack.config.supergraphPath, subgraphs[version].yaml)
  await stack.gateway.reloadGraph()
}

const drained = () => stack.logs.filter((line) => line.includes('"graph drained"')).length

test(`${SWAPS} swaps under load lose no request, and none sees half of two graphs`, async () => {
  await swapTo('a')
  const seen: Record<string, number> = {}
  let isOver = false
  onTestFinished(() => {
    isOver = true
  })
  const client = async () => {
    while (!isOver) {
      const { status, body } = await stack.send('{ item { id madeBy pricedBy } }')
      const answer = `${status} ${JSON.stringify(body)}`
      seen[answer] = (seen[answer] ?? 0) + 1
    }
  }
  const clients = Array.from({ length: 16 }, client)
  for (let swap = 0; swap < SWAPS; swap += 1) {
    await sleep(60)
    await swapTo(swap % 2 === 0 ? 'b' : 'a')
  }
  await sleep(60)
  isOver = true
  await Promise.all(clients)

  const whole = versions.map(
    (by) => `200 {"data":{"item":{"id":"1","madeBy":"${by}","pricedBy":"${by}"}}}`,
  )
  expect(Object.keys(seen).sort()).toEqual([...whole].sort())
  // Every graph but the last is gone, with its connections: the first one too, which served no item.
  await expect.poll(drained).toBe(SWAPS + 1)
  await expect.poll(() => connectionsOf(subgraphs.b.servers.items)).toBe(0)
  await expect.poll(() => connectionsOf(subgraphs.b.servers.prices)).toBe(0)
  expect(await connectionsOf(subgraphs.a.servers.items)).toBeGreaterThan(0)
})

test('origins that may read answers change with the graph', async () => {
  const allowed = async (version: Version) => {
    const { headers } = await stack.send('{ hello }', {
      headers: { origin: `https://${version}.example` },
    })
    return headers.get('access-control-allow-origin')
  }
  await swapTo('b')
  expect([await allowed('a'), await allowed('b')]).toEqual([null, 'https://b.example'])
  await swapTo('a')
  expect([await allowed('a'), await allowed('b')]).toEqual(['https://a.example', null])
})

test('what cannot be used changes nothing, and says why', async () => {
  const folder = dirname(stack.config.supergraphPath)
  const before = (await stack.send('{ item { madeBy } }')).body
  writeFileSync(join(folder, 'supergraph.graphql'), 'type Query {')
  await expect(stack.gateway.reloadGraph()).rejects.toThrow(/Syntax Error/)
  rmSync(join(folder, 'supergraph.graphql'))
  await expect(stack.gateway.reloadGraph()).rejects.toThrow(/items.graphql/)
  writeFileSync(stack.config.supergraphPath, 'subgraphs: []')
  await expect(stack.gateway.reloadGraph()).rejects.toThrow(/subgraphs: /)
  expect((await stack.send('{ item { madeBy } }')).body).toEqual(before)
})

test('policies of the module are those of its present text', async () => {
  const folder = dirname(stack.config.supergraphPath)
  const withPolicy = authSdl.replace(
    'hello: String @public',
    'hello: String @policy(policies: [["staff"]])',
  )
  writeFileSync(join(folder, 'auth.graphql'), withPolicy)
  const header = `policies: { module: policies.mjs }\nsubgraphs:\n  auth: { routing_url: "\${AUTH_URL}", schema: { file: auth.graphql }, mayDeclarePublic: true }\n`
  const token = await stack.auth.token()
  const ask = async (body: string) => {
    rmSync(join(folder, 'supergraph.graphql'), { force: true })
    writeFileSync(stack.config.supergraphPath, header)
    writeFileSync(join(folder, 'policies.mjs'), `export default { staff: () => ${body} }`)
    await stack.gateway.reloadGraph()
    return (await stack.send('{ hello }', { headers: { authorization: `Bearer ${token}` } })).status
  }
  expect([await ask('true'), await ask('false'), await ask('true')]).toEqual([200, 403, 200])
})

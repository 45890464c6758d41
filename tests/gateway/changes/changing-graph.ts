// A gateway that follows its graph: auth and `shop` from files, `live` from an address, `asked` from the running subgraph.
import { rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createIdentitySigner } from '@sallyport/claims/sign'
import { buildSchema, graphql } from 'graphql'
import type { GraphStatus } from '../../../gateway/changes/status.ts'
import { closeServer, header } from '../graph-fixture.ts'
import { type StartOptions, startGateway } from '../start-gateway.ts'

export const SHOP = `${header} type Query { product: Product @public }
type Product @key(fields: "id") { id: ID! @public name: String @public cost: Int @authenticated }`
export const LIVE = `${header} type Query { sale: String @public secret: String @authenticated }`
export const ASKED = `${header} type Query { asked: String @public }`

const ANSWERS: Readonly<Record<string, unknown>> = {
  product: { id: '1', name: 'chair', cost: 3, stock: 7 },
  sale: 'now',
  secret: 'hush',
  asked: 'yes',
  deals: ['half'],
}

/** What both subgraphs can answer, whatever they say of themselves. */
const schema = buildSchema(
  'type Query { product: Product sale: String secret: String asked: String deals: [String] } type Product { id: ID name: String cost: Int stock: Int }',
)

export async function startSources() {
  const texts = { live: LIVE, asked: ASKED }
  const said: { etag: string | undefined; status: number }[] = []
  let isAway = false
  let redirect: string | null = null
  const server = createServer(async (request, response) => {
    if (isAway) return void request.socket.destroy()
    if (request.url === '/live.graphql') {
      const etag = `"${Buffer.from(texts.live).byteLength}-${texts.live.length}-${hash(texts.live)}"`
      const status = redirect !== null ? 302 : request.headers['if-none-match'] === etag ? 304 : 200
      said.push({ etag: request.headers['if-none-match'], status })
      response.writeHead(status, { etag, ...(redirect && { location: redirect }) })
      return void response.end(status === 200 ? texts.live : '')
    }
    const { query, variables } = JSON.parse(await bodyOf(request)) as {
      query: string
      variables?: Record<string, unknown>
    }
    const answer = query.includes('_service')
      ? { data: { _service: { sdl: texts.asked } } }
      : await graphql({ schema, source: query, rootValue: ANSWERS, variableValues: variables })
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    texts,
    said,
    goAway: () => {
      isAway = true
      server.closeAllConnections()
    },
    comeBack: () => {
      isAway = false
    },
    redirectTo: (place: string | null) => {
      redirect = place
    },
    stop: () => closeServer(server),
  }
}

export type Sources = Awaited<ReturnType<typeof startSources>>

export function yamlOf(sources: Sources, more = ''): string {
  const entry = (schema: string, keys = '') =>
    `{ routing_url: "${sources.url}/graphql", schema: ${schema}, mayDeclarePublic: true${keys} }`
  return `subgraphs:
  auth: { routing_url: "\${AUTH_URL}", schema: { file: auth.graphql }, mayDeclarePublic: true }
  shop: ${entry('{ file: shop.graphql }')}
  live: ${entry(`{ url: "${sources.url}/live.graphql" }`)}
  asked: ${entry(`{ subgraph_url: "${sources.url}/graphql" }`)}
${more}`
}

export interface ChangingOptions extends StartOptions {
  /** Where graphs are kept. Default: in the folder of the YAML. */
  readonly graphDir?: string
}

export async function startChanging(sources: Sources, options: ChangingOptions = {}) {
  let folder = ''
  const stack = await startGateway({
    ...options,
    deps: { followsGraph: true, ...options.deps },
    graph: { lookEveryMs: 100, askEveryMs: 200, usageKnownAfterMs: 0, ...options.graph },
    prepare: (made) => {
      folder = made
      rmSync(join(made, 'supergraph.graphql'))
      writeFileSync(join(made, 'shop.graphql'), SHOP)
      writeFileSync(join(made, 'supergraph.yaml'), yamlOf(sources))
      return options.prepare?.(made)
    },
    env: {
      GRAPH_DIR: options.graphDir ?? join('/tmp', `sallyport-graph-${process.pid}-${Date.now()}`),
      ...options.env,
    },
  })
  const { config, gateway } = stack
  const signer = await createIdentitySigner({
    keys: config.identityKeys?.release() ?? { keys: [] },
    issuer: config.publicUrl,
  })

  async function command(body?: object, token?: string) {
    const credential = token ?? (await signer.sign('gateway', { kind: 'gateway' }))
    const response = await fetch(`${gateway.adminUrl}/graph`, {
      headers: { authorization: `Bearer ${credential}` },
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  return {
    ...stack,
    folder,
    signer,
    command,
    status: async () => (await command()).body as unknown as GraphStatus,
    write: (name: string, text: string) => writeFileSync(join(folder, name), text),
    dataOf: async (query: string) => (await stack.send(query)).body.data,
    statusOf: async (query: string) => (await stack.send(query)).status,
    async [Symbol.asyncDispose]() {
      await stack[Symbol.asyncDispose]()
      if (options.graphDir === undefined) rmSync(config.graph.dir, { recursive: true, force: true })
    },
  }
}

export type Changing = Awaited<ReturnType<typeof startChanging>>

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

function hash(text: string): number {
  return [...text].reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) % 1_000_003, 7)
}

// A composed graph over real node:http subgraphs on loopback, without the gateway's HTTP front.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { anonymousClaims, type Claims, payloadFromClaims } from '@sallyport/claims'
import { type ExecutionResult, type FormattedExecutionResult, graphql, parse } from 'graphql'
import { createAdmission } from '../../gateway/admission.ts'
import { createPrincipal } from '../../gateway/authenticate/principal.ts'
import { noCredential } from '../../gateway/authenticate/verdict.ts'
import { Cancellation } from '../../gateway/cancellation.ts'
import { createDeadlines } from '../../gateway/deadlines.ts'
import { bodyOf } from '../../gateway/engine/result.ts'
import type { EngineSettings } from '../../gateway/engine.ts'
import { createCors } from '../../gateway/http/cors.ts'
import type { OperationLimits } from '../../gateway/operation/limits.ts'
import type { PreparedOperation } from '../../gateway/operation/prepared-operation.ts'
import { checkRules } from '../../gateway/pipeline/rules.ts'
import type { GatewayRequest } from '../../gateway/request.ts'
import type { RequestContext } from '../../gateway/request-context.ts'
import { composeSupergraph } from '../../gateway/supergraph/compose.ts'
import type { DeniedHandling, SupergraphConfig } from '../../gateway/supergraph/config.ts'
import { readSupergraphConfig } from '../../gateway/supergraph/read-config.ts'
import { createSupergraph, type Graph, type Supergraph } from '../../gateway/supergraph.ts'

/** What a subgraph's author writes at the top of the SDL. */
export const header = /* GraphQL */ `
  extend schema
    @link(
      url: "https://specs.apollo.dev/federation/v2.6"
      import: [
        "@key", "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject", "@inaccessible"
        "@authenticated", "@requiresScopes", "@policy", "@composeDirective"
      ]
    )
    @link(url: "https://sallyport.dev/access/v1.0", import: ["@public", "@credentials"])
    @composeDirective(name: "@public")
    @composeDirective(name: "@credentials")

  directive @public(staleCredentials: Boolean = false) on OBJECT | FIELD_DEFINITION | INTERFACE
  directive @credentials(reads: [String!]! = [], sets: [String!]! = []) on FIELD_DEFINITION
`

const sdlOf = (fixture?: SubgraphFixture) => `${fixture?.header ?? header}${fixture?.sdl}`

/** What a gateway gives the graph that it serves. */
export function graphParts() {
  return {
    traffic: { deadlines: createDeadlines(), admission: createAdmission() },
    createCors: () => createCors({ publicUrl: 'http://127.0.0.1', corsOrigins: [] }),
  }
}

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: { query: string; variables?: Record<string, unknown> }
  /** The body as it came. */
  readonly text: string
}

export interface SubgraphFixture {
  readonly sdl: string
  /** Default: `header`. */
  readonly header?: string
  readonly resolvers?: Record<string, unknown>
  /** Its entry in supergraph.yaml, without URL and schema. */
  readonly settings?: Record<string, unknown>
  /** Changes an answer before it is sent; text is sent as it is. */
  readonly mangle?: (answer: ExecutionResult) => unknown
}

export interface GraphOptions {
  readonly limits?: Partial<OperationLimits>
  readonly engine?: EngineSettings
  /** Default: `refuse`. */
  readonly denied?: DeniedHandling
  /** As supergraph.yaml has them. */
  readonly operationLimits?: Readonly<Record<string, number>>
}

export interface Ask {
  readonly claims?: Claims
  readonly variables?: Record<string, unknown>
  readonly operationName?: string
}

export interface GraphFixture extends AsyncDisposable {
  readonly supergraph: Supergraph
  readonly graph: Graph
  readonly logged: unknown[][]
  /** Every request that any subgraph received. */
  readonly received: (Received & { readonly subgraph: string })[]
  prepare(query: string, operationName?: string): PreparedOperation
  /** Prepare, authorize, check variables, execute: the pipeline's order. */
  ask(query: string, ask?: Ask): Promise<FormattedExecutionResult>
}

export function configOf(
  subgraphs: Readonly<Record<string, SubgraphFixture>>,
  urls: Readonly<Record<string, string>> = {},
  operationLimits: Readonly<Record<string, number>> = {},
): SupergraphConfig {
  const entries = Object.entries(subgraphs).map(([name, { settings }]) => [
    name,
    {
      routing_url: urls[name] ?? 'http://127.0.0.1:1/graphql',
      schema: { file: `${name}.graphql` },
      mayDeclarePublic: true,
      ...settings,
    },
  ])
  const file = { subgraphs: Object.fromEntries(entries), operationLimits }
  return readSupergraphConfig(JSON.stringify(file), { variables: {} })
}

export function composeFixture(
  subgraphs: Readonly<Record<string, SubgraphFixture>>,
  explicit: readonly string[] = ['auth'],
): string {
  const sources = configOf(subgraphs).subgraphs.map((config) => ({
    config,
    sdl: sdlOf(subgraphs[config.name]),
  }))
  return composeSupergraph(sources, { explicit })
}

export async function startGraph(
  subgraphs: Readonly<Record<string, SubgraphFixture>>,
  options: GraphOptions = {},
): Promise<GraphFixture> {
  const received: (Received & { subgraph: string })[] = []
  const logged: unknown[][] = []
  const servers: Server[] = []
  const urls: Record<string, string> = {}
  for (const [name, fixture] of Object.entries(subgraphs)) {
    const server = await startSubgraph(fixture, (request) =>
      received.push({ ...request, subgraph: name }),
    )
    servers.push(server)
    urls[name] = urlOf(server)
  }
  const log = (...args: unknown[]) => void logged.push(args)
  const logger = { debug: log, info: log, warn: log, error: log }
  const supergraph = createSupergraph({ logger, ...graphParts(), ...options })
  const graph = await supergraph.load({
    config: {
      ...configOf(subgraphs, urls, options.operationLimits),
      denied: options.denied ?? 'refuse',
    },
    sdl: composeFixture(subgraphs),
  })
  const prepare = (query: string, operationName?: string) =>
    graph.operations.prepare(query, operationName ?? null)

  return {
    supergraph,
    graph,
    logged,
    received,
    prepare,
    async ask(query, { claims = anonymousClaims, variables = {}, operationName } = {}) {
      const prepared = prepare(query, operationName)
      const caller = prepared.isStaleCredentials ? anonymousClaims : claims
      const request = { prepared, principal: principalOf(caller), verdict: noCredential }
      checkRules({ now: Date.now })(request as unknown as GatewayRequest)
      const checked = prepared.checkVariables(variables)
      const context = contextFor(caller)
      const result = await graph.engine.execute(request.prepared, { variables: checked, context })
      // As a client gets it.
      return JSON.parse(bodyOf(result))
    },
    async [Symbol.asyncDispose]() {
      await supergraph.stop()
      await Promise.all(servers.map(closeServer))
    },
  }
}

const principalOf = (claims: Claims) => createPrincipal({ ...payloadFromClaims(claims) }, 1)

export function contextFor(
  claims: Claims = anonymousClaims,
  overrides: Partial<RequestContext> = {},
): RequestContext {
  return {
    requestId: 'req_1',
    cancellation: new Cancellation(),
    claims,
    identityHeader: async (subgraph) => ({
      name: 'sallyport-identity',
      value: `identity-for-${subgraph.name}`,
    }),
    authHeaders: { 'sallyport-client-address': '203.0.113.7' },
    forwardable: {},
    setCookies: [],
    trace: null,
    fetches: 0,
    ...overrides,
  }
}

export function urlOf(server: Server, path = '/graphql'): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
}

export async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

async function startSubgraph(
  fixture: SubgraphFixture,
  onRequest: (request: Received) => void,
): Promise<Server> {
  const typeDefs = parse(sdlOf(fixture))
  const schema = buildSubgraphSchema([
    { typeDefs, resolvers: (fixture.resolvers ?? {}) as Record<string, never> },
  ])
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString()
    const body = JSON.parse(text) as Received['body']
    onRequest({ headers: request.headers, body, text })
    const variableValues = body.variables ?? {}
    const result = await graphql({ schema, source: body.query, variableValues })
    response.setHeader('content-type', 'application/json')
    const answer = fixture.mangle?.(result) ?? result
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

// A subgraph that misbehaves as it is told, on a real socket, and the data sources of a gateway that asks it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Registry } from 'prom-client'
import { Cancellation } from '../../../gateway/cancellation.ts'
import { createDataSources } from '../../../gateway/subgraph/data-source.ts'
import { createSubgraphMeasures } from '../../../gateway/subgraph/measures.ts'
import type { NameServices } from '../../../gateway/subgraph/resolve.ts'
import { readSupergraphConfig } from '../../../gateway/supergraph/read-config.ts'
import { closeServer, contextFor, graphParts } from '../graph-fixture.ts'

/** @param number of requests before this one, on this server */
export type Behaviour = (request: IncomingMessage, response: ServerResponse, number: number) => void

export interface SubgraphServer extends AsyncDisposable {
  readonly server: Server
  readonly port: number
  readonly url: string
  /** Requests that came. */
  readonly count: number
  /** The most that were under way at a time. */
  readonly mostAtOnce: number
}

export async function startSubgraphServer(
  behave: Behaviour = answerData,
  port = 0,
): Promise<SubgraphServer> {
  let count = 0
  let underWay = 0
  let mostAtOnce = 0
  const server = createServer(async (request, response) => {
    const number = count
    count += 1
    underWay += 1
    mostAtOnce = Math.max(mostAtOnce, underWay)
    response.once('close', () => {
      underWay -= 1
    })
    for await (const _ of request) void _
    behave(request, response, number)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const { port: taken } = server.address() as AddressInfo
  return {
    server,
    port: taken,
    url: `http://127.0.0.1:${taken}/graphql`,
    get count() {
      return count
    },
    get mostAtOnce() {
      return mostAtOnce
    },
    [Symbol.asyncDispose]: () => closeServer(server),
  }
}

export function answerData(_: unknown, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end('{"data":{"a":1}}')
}

export function answerPage(status: number): Behaviour {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'text/html' })
    response.end('<h1>sorry</h1>')
  }
}

export function answerJson(status: number, json: string): Behaviour {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(json)
  }
}

const QUERY = JSON.stringify({ query: '{ a }', variables: {} })

export interface AskOptions {
  readonly mayRepeat?: boolean
  readonly cancellation?: Cancellation
}

/** A gateway's way to a subgraph called `shop`. */
export function connectTo(
  routingUrl: string | readonly string[],
  settings: Readonly<Record<string, unknown>> = {},
  names?: NameServices,
) {
  const entry = { routing_url: routingUrl, schema: { file: 'a' }, timeoutMs: 20_000, ...settings }
  const text = JSON.stringify({
    subgraphs: { auth: { ...entry, routing_url: 'http://127.0.0.1:1/' }, shop: entry },
  })
  const registry = new Registry()
  const logged: unknown[][] = []
  const log = (...line: unknown[]) => void logged.push(line)
  const sources = createDataSources({
    subgraphs: readSupergraphConfig(text, { variables: {} }).subgraphs,
    logger: { warn: log, error: log },
    traffic: graphParts().traffic,
    measure: createSubgraphMeasures(registry),
    ...(names && { names }),
  })
  return {
    logged,
    metrics: () => registry.metrics(),
    async ask({ mayRepeat = true, cancellation = new Cancellation() }: AskOptions = {}) {
      return await sources
        .get('shop')
        .send(QUERY, contextFor(undefined, { cancellation }), mayRepeat)
    },
    [Symbol.asyncDispose]: () => sources.stop(),
  }
}

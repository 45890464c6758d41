// Where traced gateways send their spans: an OTLP receiver that counts traces and keeps none.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface TraceSink {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string
  /** Requests of clients, as they have arrived. */
  traces(): number
  stop(): Promise<void>
}

const ROOT = /"name":"graphql"/g

export async function startTraceSink(): Promise<TraceSink> {
  let traces = 0
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    traces += Buffer.concat(chunks).toString('latin1').match(ROOT)?.length ?? 0
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    traces: () => traces,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

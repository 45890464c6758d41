// Auth's admin listener, for monitors: metrics and health. Where there is none, auth's own port answers for it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { prepareStop } from '../../platform/stop-server.ts'

/** By method and path, as `GET /metrics`. */
export type MonitorRoutes = Readonly<Record<string, (response: ServerResponse) => Promise<void>>>

export interface AdminListener {
  readonly url: string
  stop(): Promise<void>
}

const LONGEST_STOP_MS = 1_000

/** @throws Error when the port is taken */
export async function listenForMonitors(
  { host, port }: { readonly host: string; readonly port: number },
  routes: MonitorRoutes,
  fail: (response: ServerResponse, error: unknown) => void,
): Promise<AdminListener> {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const route = routes[`${method} ${request.url?.split('?')[0]}`]
    if (route !== undefined)
      return void route(response).catch((error: unknown) => fail(response, error))
    response.writeHead(404, { 'content-type': 'application/json; charset=utf-8' })
    response.end(JSON.stringify({ error: 'not found' }))
  }
  const server = createServer({ requestTimeout: 15_000, headersTimeout: 10_000 }, answer)
  const stop = prepareStop(server, LONGEST_STOP_MS)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve())
  })
  const { port: own } = server.address() as AddressInfo
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${own}`, stop }
}

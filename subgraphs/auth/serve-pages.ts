// Pages behind the gateway, which has checked origin and form token.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createContext } from './context.ts'
import { readText } from './core/http-body.ts'
import { type AnswerPage, flowCookiesOf } from './pages/http.ts'
import {
  type ForwardingNotes,
  type Handler,
  noteForwarding,
  type ServerDeps,
} from './server-parts.ts'

export function pageRoutes(
  parts: ServerDeps & { readonly notes: ForwardingNotes },
  pages: ReadonlyMap<string, AnswerPage>,
): Record<string, Handler> {
  const handlers = [...pages].map(([path, answer]): [string, Handler] => [
    path,
    (request, response) => {
      const work = () => page(answer, parts, request, response)
      return parts.tracing === null ? work() : parts.tracing.around(request.headers, work)
    },
  ])
  return Object.fromEntries(
    handlers.flatMap(([path, handler]) => [
      [`GET ${path}`, handler],
      [`POST ${path}`, handler],
    ]),
  )
}

async function page(
  answer: AnswerPage,
  { deps, identity, notes }: ServerDeps & { readonly notes: ForwardingNotes },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { headers } = request
  const claims = await identity.read(headers)
  const flow = flowCookiesOf(headers).get('__Host-flow')
  const door = createContext(deps, claims, { ...headers, 'sallyport-client-flow': flow })
  noteForwarding(notes, headers)
  const isForm = request.method === 'POST'
  const {
    status,
    headers: answered,
    body,
  } = await answer({
    method: isForm ? 'POST' : 'GET',
    query: new URL(request.url ?? '/', 'http://auth').searchParams,
    form: new URLSearchParams(isForm ? await readText(request) : ''),
    headers,
    door,
  })
  response.writeHead(status, answered)
  response.end(body)
}

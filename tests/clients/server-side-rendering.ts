// A server that renders pages and hands the API through under its own host, as docs/frontends.md shows it.
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'

const GATEWAY = 'http://localhost:4000' // where this server reaches it
const ORIGIN = 'http://localhost:3000' // where browsers find this server: the gateway's PUBLIC_URL

createServer(async (incoming, response) => {
  if (/^\/(graphql|account\/)/.test(incoming.url ?? '')) return handThrough(incoming, response)
  const { data } = await ask('{ viewer { user { email } } }', incoming)
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.setHeader('cache-control', 'no-store')
  response.end(`<h1>${data?.viewer?.user ? 'Signed in' : 'Signed out'}</h1>`)
}).listen(3000)

/** As it came, cookies in both directions included. */
function handThrough(incoming: IncomingMessage, response: ServerResponse): void {
  const { 'x-forwarded-for': before, ...headers } = incoming.headers
  const clients = [before, incoming.socket.remoteAddress].filter(Boolean).join(', ')
  const options = { method: incoming.method, headers: { ...headers, 'x-forwarded-for': clients } }
  const forwarded = request(new URL(incoming.url ?? '', GATEWAY), options, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
    answer.pipe(response)
  })
  forwarded.on('error', () => response.writeHead(502).end())
  incoming.pipe(forwarded)
}

/** For one request, with its cookies and no cache. */
async function ask(query: string, { headers }: IncomingMessage) {
  const response = await fetch(`${GATEWAY}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: ORIGIN, cookie: headers.cookie ?? '' },
    body: JSON.stringify({ query }),
  })
  return (await response.json()) as { data?: { viewer?: { user?: { email: string } } } }
}

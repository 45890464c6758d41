// `sallyport subgraph check`: what a gateway would stumble over, in words.
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sallyport } from './sallyport.ts'

const SDL = 'type Query { a: Int }'
const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/graphql': (response) =>
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ data: { _service: { sdl: SDL } } })),
  '/null': (response) => response.setHeader('content-type', 'application/json').end('null'),
}
const server = createServer((request, response) => {
  const answer = answers[request.url ?? '']
  if (answer !== undefined) return answer(response)
  response.writeHead(404, { 'content-type': 'text/html' }).end('<!doctype html>')
})
let origin = ''
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test.each([
  ['/graphql', true, /^ok {5}content type: .*\nok {5}SDL: Federation 1, /],
  ['/', false, /^wrong {2}it answers 404: is this the path that it serves GraphQL at\?\n/],
  ['/null', false, /\nwrong {2}SDL: \{ _service \{ sdl \} \} is not answered \(no data\)\n/],
])('%s', async (path, isComplete, said) => {
  // Without keys, and none are made.
  const settings = { NODE_ENV: 'production' }
  const { code, stdout } = await sallyport(['subgraph', 'check', `${origin}${path}`], settings)
  expect(stdout).toMatch(said)
  expect(code).toBe(isComplete ? 0 : 1)
})

// A connection that goes on after a refusal: what is left of the body is read, and the next request is answered.
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { startGateway } from './start-gateway.ts'

test('after a body in chunks that was too large the same connection takes the next request', async () => {
  await using stack = await startGateway({ limits: { bodyBytes: 1000 } })
  const { hostname, port } = new URL(stack.endpoint)
  const head = `POST /graphql HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\n`
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
  const large = `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(12)}0\r\n\r\n`
  const body = JSON.stringify({ query: '{ hello }' })
  const next = `${head}Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  const socket = connect(Number(port), hostname)
  let answers = ''
  socket.on('data', (data) => {
    answers += data.toString('latin1')
  })
  socket.write(large + next)
  const beganAt = performance.now()
  await new Promise((resolve) => socket.once('close', resolve))
  expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200'])
  expect(performance.now() - beganAt).toBeLessThan(10_000)
})

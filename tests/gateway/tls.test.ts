// TLS of the gateway's own: in production credentials are taken over it, with no proxy to vouch for it.
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rawBytes } from './raw-request.ts'
import { startGateway } from './start-gateway.ts'

// For localhost, good for a hundred years, made for this test alone.
const file = (name: string) => join(import.meta.dirname, 'tls', name)

function send(endpoint: string, headers: Record<string, string>): Promise<[number, string]> {
  const body = '{"query":"{ hello }"}'
  return new Promise((resolve, reject) => {
    const outgoing = request(
      endpoint,
      {
        method: 'POST',
        ca: readFileSync(file('localhost.crt')),
        headers: { 'content-type': 'application/json', ...headers },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => resolve([response.statusCode ?? 0, String(Buffer.concat(chunks))]))
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

test('with a certificate the public port speaks TLS alone, and takes credentials in production', async () => {
  await using stack = await startGateway({
    env: {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PUBLIC_URL: 'https://graph.example',
      TLS_CERT_FILE: file('localhost.crt'),
      TLS_KEY_FILE: file('localhost.key'),
    },
    waitUntilReady: false,
  })
  expect(stack.endpoint).toMatch(/^https:/)
  const [status, text] = await send(stack.endpoint, { authorization: 'Bearer nonsense' })
  expect([status, JSON.parse(text).errors[0].extensions.reason]).toEqual([401, 'TOKEN_INVALID'])
  const plain = await rawBytes(
    stack.endpoint,
    'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n',
  ).catch(() => '')
  expect(plain).not.toMatch(/^HTTP\/1\.1 [235]/)
})

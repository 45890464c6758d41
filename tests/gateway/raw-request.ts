// A request byte by byte, for what no HTTP client would send.
import { connect } from 'node:net'

/** Sends one POST with exactly these header lines, and resolves to all that came back. */
export function rawRequest(
  endpoint: string,
  lines: readonly string[],
  body = JSON.stringify({ query: '{ hello }' }),
): Promise<string> {
  const head = [
    'POST /graphql HTTP/1.1',
    `Host: ${new URL(endpoint).host}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...lines,
  ]
  return rawBytes(endpoint, `${head.join('\r\n')}\r\n\r\n${body}`)
}

/** Sends these bytes, and resolves to all that came back until the peer closed. */
export function rawBytes(endpoint: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(endpoint)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(Buffer.from(bytes as string, 'latin1')),
    )
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

// Reads a request body with a cap; anyone who sends more is told so at once and is not listened to any further.
import type { IncomingMessage } from 'node:http'
import { payloadTooLarge, requestAborted } from '../refusals.ts'

export function readBody(incoming: IncomingMessage, maxBytes: number): Promise<string> {
  const declared = Number(incoming.headers['content-length'] ?? 0)
  if (declared > maxBytes) return Promise.reject(payloadTooLarge(maxBytes))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength
      if (bytes <= maxBytes) chunks.push(chunk)
      else {
        incoming.pause()
        reject(payloadTooLarge(maxBytes))
      }
    })
    incoming.on('end', () => resolve(textOf(chunks)))
    // Comes after an error too, which nobody else needs to hear of.
    incoming.on('close', () => {
      if (!incoming.complete) reject(requestAborted())
    })
  })
}

function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks
  const all = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)
  return all.toString('utf8')
}

// Reads a request body with a cap; anyone who sends more is told so at once and is not listened to any further.
import type { IncomingMessage } from 'node:http'
import { payloadTooLarge, requestAborted } from '../refusals.ts'

export function readBody(incoming: IncomingMessage, maxBytes: number): Promise<string> {
  const declared = Number(incoming.headers['content-length'] ?? 0)
  if (declared > maxBytes) return Promise.reject(payloadTooLarge(maxBytes))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    incoming.on('data', take)
    incoming.on('end', () => resolve(textOf(chunks)))
    // Comes after an error too, which nobody else needs to hear of.
    incoming.on('close', () => {
      if (!incoming.complete) reject(requestAborted())
    })

    function take(chunk: Buffer): void {
      bytes += chunk.byteLength
      if (bytes <= maxBytes) return void chunks.push(chunk)
      // Once the refusal is written the rest is read and dropped, so that the connection can go on: nobody may pause it then.
      incoming.off('data', take)
      incoming.pause()
      reject(payloadTooLarge(maxBytes))
    }
  })
}

function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks
  const all = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)
  return all.toString('utf8')
}

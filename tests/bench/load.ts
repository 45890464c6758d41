// The load generator: closed loop over bare sockets, one request at a time on each of them.
import { connect, type Socket } from 'node:net'

export interface LoadOptions {
  readonly port: number
  readonly connections: number
  readonly ms: number
  /** The whole nth request, head and body. */
  readonly request: (turn: number) => Buffer
}

export interface LoadResult {
  readonly requests: number
  readonly seconds: number
  /** Answers with another status than 200, or with errors. */
  readonly failures: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Sends for `ms` milliseconds, then waits for what is still under way. */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = []
  let failures = 0
  let turn = 0
  const startedAt = performance.now()
  const endsAt = startedAt + options.ms
  const clients = Array.from({ length: options.connections }, () => keepAsking())
  await Promise.all(clients)
  const seconds = (performance.now() - startedAt) / 1000
  latencies.sort((one, other) => one - other)
  const quantile = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
  return {
    requests: latencies.length,
    seconds,
    failures,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  }

  function keepAsking(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true })
      const readAnswers = createAnswerReader((isGood) => {
        const now = performance.now()
        latencies.push(now - sentAt)
        if (!isGood) failures += 1
        if (now >= endsAt) {
          socket.destroy()
          return resolve()
        }
        send()
      })
      let sentAt = 0
      socket.on('connect', send)
      socket.on('data', readAnswers)
      socket.on('error', reject)
      socket.on('end', () => reject(new Error('the gateway closed a connection under load')))

      function send(): void {
        sentAt = performance.now()
        socket.write(options.request(turn++))
      }
    })
  }
}

/** Sends one request and reads the answer's body. */
export function askOnce(port: number, request: Buffer): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ port, host: '127.0.0.1' })
    const chunks: Buffer[] = []
    const readAnswer = createAnswerReader(() => {
      socket.destroy()
      const text = Buffer.concat(chunks).toString('utf8')
      const split = text.indexOf('\r\n\r\n')
      const status = Number(text.slice(9, 12))
      const isChunked = /transfer-encoding: *chunked/i.test(text.slice(0, split))
      const body = text.slice(split + 4)
      resolve({ status, body: isChunked ? joinChunks(body) : body })
    })
    socket.on('connect', () => socket.write(request))
    socket.on('error', reject)
    socket.on('end', () => reject(new Error('no answer')))
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      readAnswer(chunk)
    })
  })
}

const ERRORS = Buffer.from('"errors"')
const LAST_CHUNK = '\r\n0\r\n\r\n'

/** Calls back once for each whole answer; looks at no more of it than it must. */
function createAnswerReader(onAnswer: (isGood: boolean) => void): (chunk: Buffer) => void {
  let isInBody = false
  let isGood = true
  let missing = 0
  let isChunked = false
  let tail = ''
  let head: Buffer = Buffer.alloc(0)

  return function read(chunk) {
    if (isInBody) return readBody(chunk)
    const all = head.length === 0 ? chunk : Buffer.concat([head, chunk])
    const end = all.indexOf('\r\n\r\n')
    if (end < 0) {
      head = all
      return
    }
    head = Buffer.alloc(0)
    const text = all.toString('latin1', 0, end)
    isGood = text.startsWith('HTTP/1.1 200')
    const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1]
    isChunked = length === undefined
    missing = Number(length ?? 0)
    isInBody = true
    readBody(all.subarray(end + 4))
  }

  function readBody(chunk: Buffer): void {
    if (chunk.length > 0 && chunk.subarray(0, 64).includes(ERRORS)) isGood = false
    missing -= chunk.length
    if (isChunked) tail = (tail + chunk.subarray(-LAST_CHUNK.length).toString('latin1')).slice(-7)
    const isWhole = isChunked ? tail === LAST_CHUNK : missing <= 0
    if (!isWhole) return
    isInBody = false
    onAnswer(isGood)
  }
}

function joinChunks(body: string): string {
  let rest = Buffer.from(body)
  let text = ''
  for (;;) {
    const end = rest.indexOf('\r\n')
    const size = Number.parseInt(rest.toString('latin1', 0, end), 16)
    if (!(size > 0)) return text
    text += rest.toString('utf8', end + 2, end + 2 + size)
    rest = rest.subarray(end + 2 + size + 2)
  }
}

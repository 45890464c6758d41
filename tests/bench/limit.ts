// The limit: a node:http program that reads the operation, sends the fetches that were recorded through undici's dispatch, and
// answers. It verifies nothing, parses no subgraph's answer, merges nothing, and sends an answer that was recorded. With `json`
// it parses what it gets, and writes its answer from an object: as little as any gateway does that looks at what it passes on.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type Dispatcher, Pool } from 'undici'
import type { Recording } from './recording.ts'

const [file = '', subgraphPort = '', port = '', as = 'text'] = process.argv.slice(2)
const recordings = new Map(
  (JSON.parse(readFileSync(file, 'utf8')) as Recording[]).map((one) => [
    one.query,
    { ...one, data: JSON.parse(one.answer) as unknown },
  ]),
)
const origin = `http://127.0.0.1:${subgraphPort}`
/** One for each subgraph, as the gateway has them. */
const pools = new Map<string, Pool>()
const headers = ['accept', 'application/json', 'content-type', 'application/json']
const RECORDED_MARK = 'mark-000000'

createServer((incoming, response) => {
  const chunks: Buffer[] = []
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
  incoming.on('end', () => {
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString())
    void run(recordings.get(query), variables?.note).then((body) => {
      response.writeHead(200, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
      })
      response.end(body)
    })
  })
}).listen(Number(port), '127.0.0.1')
process.on('disconnect', () => process.exit(0))

async function run(
  recording: (Recording & { readonly data: unknown }) | undefined,
  mark?: string,
): Promise<string> {
  if (recording === undefined) return '{"data":null}'
  const fill = (text: string) => (mark === undefined ? text : text.replaceAll(RECORDED_MARK, mark))
  for (const stage of recording.stages) {
    const [first] = stage
    if (stage.length === 1 && first) await send(first.path, fill(first.body))
    else await Promise.all(stage.map(({ path, body }) => send(path, fill(body))))
  }
  return fill(as === 'json' ? JSON.stringify(recording.data) : recording.answer)
}

function send(path: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const exchange = new Exchange(resolve, reject)
    poolOf(path).dispatch({ path, method: 'POST', headers, body }, exchange)
  })
}

function poolOf(path: string): Pool {
  const known = pools.get(path)
  if (known !== undefined) return known
  const pool = new Pool(origin, { connections: 128, pipelining: 1 })
  pools.set(path, pool)
  return pool
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #resolve: (text: string) => void
  readonly #reject: (error: Error) => void
  readonly #chunks: Buffer[] = []

  constructor(resolve: (text: string) => void, reject: (error: Error) => void) {
    this.#resolve = resolve
    this.#reject = reject
  }

  onRequestStart(): void {}

  onResponseStart(): void {}

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const text = Buffer.concat(this.#chunks).toString('utf8')
    this.#resolve(text)
    if (as === 'json') JSON.parse(text)
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#reject(error)
  }
}

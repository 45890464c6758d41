// The limit: a node:http program that reads the operation, sends the fetches that Apollo's plan has, and answers.
// It verifies nothing, parses no subgraph's answer, merges nothing, and sends an answer that was recorded.
import { readFileSync } from 'node:fs'
import { Agent, createServer, request } from 'node:http'
import type { Recording } from './recording.ts'

const [file = '', subgraphPort = '', port = ''] = process.argv.slice(2)
const recordings = new Map(
  (JSON.parse(readFileSync(file, 'utf8')) as Recording[]).map((one) => [one.query, one]),
)
const agent = new Agent({ keepAlive: true, maxSockets: 512, noDelay: true })
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

async function run(recording: Recording | undefined, mark?: string): Promise<string> {
  if (recording === undefined) return '{"data":null}'
  const fill = (text: string) => (mark === undefined ? text : text.replaceAll(RECORDED_MARK, mark))
  for (const stage of recording.stages) {
    const [first] = stage
    if (stage.length === 1 && first) await send(first.path, fill(first.body))
    else await Promise.all(stage.map(({ path, body }) => send(path, fill(body))))
  }
  return fill(recording.answer)
}

function send(path: string, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const options = { host: '127.0.0.1', port: subgraphPort, path, method: 'POST', agent, headers }
    const outgoing = request(options, (incoming) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
      incoming.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

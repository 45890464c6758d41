// One cheap process behind every gateway: four subgraphs that answer from memory, and the stand-in for auth.
// Written on bare sockets, so that a subgraph costs a gateway's benchmark as little as it can.
import { createServer, type Socket } from 'node:net'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { type DocumentNode, execute, type GraphQLSchema, parse } from 'graphql'
import { startAuth } from './auth.ts'
import { NEW_NAME } from './cases.ts'
import { resolvers } from './graph/resolvers.ts'
import { sdlOf, subgraphNames } from './graph/sdl.ts'

/** Fetches that were under way at one time, in the order in which they came. */
export type Stage = { readonly path: string; readonly body: string }[]

export type Question = 'count' | 'record' | 'recorded'

const schemas = new Map<string, GraphQLSchema>(
  subgraphNames.map((name) => {
    const typeDefs = parse(sdlOf(name, 'none'))
    return [`/${name}`, buildSubgraphSchema([{ typeDefs, resolvers: resolvers[name] ?? {} }])]
  }),
)
const documents = new Map<string, DocumentNode>()
const answers = new Map<string, Buffer>()
const KNOWN_NAME = 'new000000000'
const MAX_ANSWERS = 5000
const RECORDING_DELAY_MS = 40

let fetches = 0
let recording: { stages: Stage[]; startedAt: number } | null = null

const server = createServer({ noDelay: true }, serve)
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as { port: number }
  void startAuth(process.argv[2] ?? '').then((auth) => process.send?.({ port, ...auth }))
})

process.on('message', (question: Question) => {
  if (question === 'record') recording = { stages: [], startedAt: 0 }
  process.send?.(question === 'recorded' ? (recording?.stages ?? []) : fetches)
  if (question === 'recorded') recording = null
})
process.on('disconnect', () => process.exit(0))

function serve(socket: Socket): void {
  let rest: Buffer = Buffer.alloc(0)
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      const end = rest.indexOf('\r\n\r\n')
      if (end < 0) return
      const head = rest.toString('latin1', 0, end)
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
      const whole = end + 4 + length
      if (rest.length < whole) return
      const path = head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP/'))
      const body = rest.toString('utf8', end + 4, whole)
      rest = rest.subarray(whole)
      answer(socket, path, body)
    }
  })
}

function answer(socket: Socket, path: string, sent: string): void {
  fetches += 1
  // A name that is new with each request has one length: what was answered to another of them is an answer to this one.
  const [name] = sent.match(NEW_NAME) ?? []
  const body = name === undefined ? sent : sent.replaceAll(name, KNOWN_NAME)
  const write = (computed: Buffer) =>
    socket.write(
      name === undefined ? computed : computed.toString('utf8').replaceAll(KNOWN_NAME, name),
    )
  const key = path + body
  const known = answers.get(key)
  if (known !== undefined && recording === null) return void write(known)
  void compute(path, body).then((computed) => {
    if (answers.size >= MAX_ANSWERS) answers.clear()
    answers.set(key, computed)
    if (recording === null) return void write(computed)
    record({ path, body })
    setTimeout(() => write(computed), RECORDING_DELAY_MS)
  })
}

async function compute(path: string, body: string): Promise<Buffer> {
  const schema = schemas.get(path)
  const { query, variables } = JSON.parse(body) as { query: string; variables?: object }
  const document = documents.get(query) ?? parse(query)
  documents.set(query, document)
  const result =
    schema === undefined
      ? { errors: [{ message: `no subgraph at ${path}` }] }
      : await execute({ schema, document, variableValues: { ...variables } })
  const text = JSON.stringify(result)
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n`
  return Buffer.from(head + text)
}

// Every answer waits the same while it is recorded: what comes together is what a plan sends together.
function record(fetch: Stage[number]): void {
  if (recording === null) return
  const now = performance.now()
  const isNext = now - recording.startedAt > RECORDING_DELAY_MS / 2
  if (isNext) {
    recording.stages.push([])
    recording.startedAt = now
  }
  recording.stages.at(-1)?.push(fetch)
}

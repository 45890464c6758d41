// A socket in DATA_DIR: the embedded database takes one process, so commands go through the server that has it.
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { commands, isCommand, type OperatorDeps } from './commands.ts'

function socketPath(dataDir: string): string {
  return join(dataDir, 'auth', 'operator.sock')
}

/** Only this user's processes can open it: the folder is mode 700 and the socket 600. */
export async function listenForCommands(deps: OperatorDeps): Promise<{ stop(): Promise<void> }> {
  const path = socketPath(deps.config.dataDir)
  rmSync(path, { force: true })
  const server = createServer((incoming, response) => {
    void (async () => {
      try {
        const chunks: Buffer[] = []
        for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk)
        const { name, args } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
          name: string
          args: unknown
        }
        if (!isCommand(name)) throw new Error(`There is no command ${name}`)
        response.end(JSON.stringify({ said: await commands[name](deps, args) }))
      } catch (error) {
        response.statusCode = 400
        response.end(
          JSON.stringify({ error: error instanceof Error ? error.message : String(error) }),
        )
      }
    })()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => resolve())
  })
  chmodSync(path, 0o600)
  return {
    stop: async () => {
      await new Promise<void>((resolve) => server.close(() => resolve()))
      rmSync(path, { force: true })
    },
  }
}

/** A server that was stopped takes connections, and never answers; one that works on something large is back by then. */
const PATIENCE_MS = 5_000

/**
 * @returns what the running server said, or null when none is running
 * @throws Error also when a server is there and does not answer
 */
export async function sendCommand(
  dataDir: string,
  name: string,
  args: object,
): Promise<string | null> {
  const path = socketPath(dataDir)
  if (!existsSync(path)) return null
  return await new Promise((resolve, reject) => {
    // The server says "continue" as soon as it has read the head; the command itself may take as long as it takes.
    const headers = { expect: '100-continue' }
    const options = { socketPath: path, method: 'POST', path: '/', headers }
    const outgoing = request(options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const answer = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
          said?: string
          error?: string
        }
        if (answer.said === undefined) reject(new Error(answer.error))
        else resolve(answer.said)
      })
    })
    // A socket that nobody answers was left by a server that was killed.
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(null)
      else reject(error)
    })
    const late = setTimeout(() => {
      outgoing.destroy(
        new Error(
          `The server that has the embedded database under ${dataDir} open does not answer: it was stopped, or has too much to do`,
        ),
      )
    }, PATIENCE_MS)
    outgoing.once('close', () => clearTimeout(late))
    outgoing.once('continue', () => {
      clearTimeout(late)
      outgoing.end(JSON.stringify({ name, args }))
    })
    outgoing.flushHeaders()
  })
}

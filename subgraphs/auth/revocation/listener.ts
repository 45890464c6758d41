// One gateway that listens to the feed. Lines go out as fast as it takes them, so that a long list fills no memory.
import type { ServerResponse } from 'node:http'

export interface FeedListener {
  /** Sends these lines first; what is told meanwhile waits behind them. @throws what the lines throw */
  begin(lines: AsyncIterable<string>): Promise<void>
  tell(line: string): void
  /** Sent once everything before it is out, and then only the latest: it says that there is nothing else to know. */
  beat(line: string): void
  end(): void
}

/** A gateway that takes nothing for so long is gone, or stuck: it may come back and begin anew. */
const STALL_MS = 10_000
const MAX_WAITING_CHARACTERS = 64 * 1024 * 1024

export function createListener(response: ServerResponse): FeedListener {
  const waiting: string[] = []
  let waitingCharacters = 0
  let heartbeat: string | null = null
  // Until `begin` is through nothing else is written.
  let isWriting = true

  return {
    async begin(lines) {
      for await (const line of lines) {
        if (isOver()) return
        await write(line)
      }
      isWriting = false
      await writeWaiting()
    },
    tell(line) {
      waiting.push(line)
      waitingCharacters += line.length
      if (waitingCharacters > MAX_WAITING_CHARACTERS) response.destroy()
      else void writeWaiting()
    },
    beat(line) {
      heartbeat = line
      void writeWaiting()
    },
    end: () => void response.end(),
  }

  async function writeWaiting(): Promise<void> {
    if (isWriting) return
    isWriting = true
    for (let line = next(); line !== null && !isOver(); line = next()) await write(line)
    isWriting = false
  }

  function isOver(): boolean {
    return response.destroyed || response.writableEnded
  }

  function next(): string | null {
    const line = waiting.shift()
    if (line !== undefined) {
      waitingCharacters -= line.length
      return line
    }
    const beat = heartbeat
    heartbeat = null
    return beat
  }

  async function write(line: string): Promise<void> {
    if (!response.headersSent) {
      const headers = { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' }
      response.writeHead(200, headers)
    }
    if (!response.write(line)) await drained(response)
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    if (response.destroyed) return resolve()
    const stall = setTimeout(() => response.destroy(), STALL_MS)
    const done = () => {
      clearTimeout(stall)
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}

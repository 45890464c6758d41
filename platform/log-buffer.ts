// Log lines go out together, a block or a tenth of a second at a time: a system call for each costs more than a request's checks.
import { write, writeSync } from 'node:fs'

export interface LogBuffer {
  write(line: string): void
  /** Writes what is there, and waits for it. */
  flushSync(): void
}

const BLOCK_CHARACTERS = 48 * 1024
/** Most blocks are of ASCII, a byte each. */
const BLOCK_BYTES = 64 * 1024
const FLUSH_MS = 100
/** Anyone who does not read loses lines, and is told how many. */
const MAX_CHARACTERS = 16 * 1024 * 1024
const RETRY_MS = 20
/** How long the end of the process waits for a reader. */
const PATIENCE_MS = 1000
const LINE_FEED = 10

/** Up to so many bytes of one process arrive in one piece, whoever else writes to the same pipe (PIPE_BUF of POSIX, on Linux). */
const ATOMIC_BYTES = 4096

/**
 * What is buffered is written when the process ends, unless it is killed.
 *
 * @param part Whose lines they are.
 * @param isShared Other processes write to the same descriptor: no line may be cut by theirs.
 */
export function createLogBuffer(fd: number, { isShared = false, part = '' } = {}): LogBuffer {
  let lines = ''
  let writing: Buffer | null = null
  let timer: NodeJS.Timeout | null = null
  let dropped = 0
  /** For one block after the other: the one before is out, or is somewhere else. */
  const block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
  process.on('exit', flushSync)

  return {
    write(line) {
      if (lines.length > MAX_CHARACTERS) {
        dropped += 1
        return
      }
      lines += line
      if (lines.length >= BLOCK_CHARACTERS) flush()
      else timer ??= setTimeout(flush, FLUSH_MS).unref()
    },
    flushSync,
  }

  function flush(): void {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (writing !== null || lines === '') return
    writing = encoded(take())
    writeOn()
  }

  function take(): string {
    const taken = lines
    lines = ''
    if (dropped > 0)
      lines = `{"level":40,"time":${Date.now()},"part":"${part}","dropped":${dropped},"msg":"log lines were dropped: nobody reads them"}\n`
    dropped = 0
    return taken
  }

  function encoded(text: string): Buffer {
    // A character has three bytes at most.
    const mayNotFit = text.length * 3 > BLOCK_BYTES && Buffer.byteLength(text) > BLOCK_BYTES
    return mayNotFit ? Buffer.from(text) : block.subarray(0, block.write(text))
  }

  function writeOn(): void {
    const bytes = writing ?? Buffer.alloc(0)
    write(fd, bytes, 0, pieceOf(bytes), null, (error, written) => {
      if (error === null) writing = bytes.length > written ? bytes.subarray(written) : null
      // A reader that is slow may come back; one that is gone does not.
      else if (error.code !== 'EAGAIN') writing = null
      if (writing !== null && error === null) writeOn()
      else if (writing !== null) setTimeout(writeOn, RETRY_MS).unref()
      else if (lines.length >= BLOCK_CHARACTERS) flush()
      else if (lines !== '') timer ??= setTimeout(flush, FLUSH_MS).unref()
    })
  }

  function flushSync(): void {
    // Not in the block: the one before may still be read from there.
    let bytes = Buffer.concat([writing ?? Buffer.alloc(0), Buffer.from(take())])
    writing = null
    const givesUpAt = performance.now() + PATIENCE_MS
    while (bytes.length > 0 && performance.now() < givesUpAt) {
      try {
        bytes = bytes.subarray(writeSync(fd, bytes, 0, pieceOf(bytes)))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return
      }
    }
  }

  function pieceOf(bytes: Buffer): number {
    if (!isShared || bytes.length <= ATOMIC_BYTES) return bytes.length
    const lastLine = bytes.lastIndexOf(LINE_FEED, ATOMIC_BYTES - 1)
    if (lastLine >= 0) return lastLine + 1
    const firstLine = bytes.indexOf(LINE_FEED)
    return firstLine < 0 ? bytes.length : firstLine + 1
  }
}

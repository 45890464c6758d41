// Reads one HTTP/1.1 response out of the bytes of a connection (RFC 9112), strictly: what is ambiguous is refused.

export interface ResponseHead {
  readonly status: number
  readonly contentType: string
  /** Null when the head does not say. */
  readonly contentLength: number | null
  readonly contentEncoding: string
  readonly setCookies: readonly string[]
  /** How long the peer keeps an idle connection; null when it does not say. */
  readonly keepAliveSeconds: number | null
  /** The connection serves nothing after this. */
  readonly isLast: boolean
}

/** The bytes are no response, or one that could be read in two ways. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

export interface ReadOptions {
  /** Looks at the head before the body is read; throws to refuse it. */
  readonly checkHead: (head: ResponseHead) => void
  /** Of the body. */
  readonly maxBytes: number
}

type Framing = 'head' | 'length' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' | 'close'

const MAX_HEAD_BYTES = 32 * 1024
const MAX_LINE_BYTES = 1024
const END_OF_HEAD = Buffer.from('\r\n\r\n')
const END_OF_LINE = Buffer.from('\r\n')
const EMPTY = Buffer.alloc(0)

export class ResponseReader {
  head: ResponseHead | null = null
  readonly #options: ReadOptions
  #framing: Framing = 'head'
  /** Bytes that wait for those that follow them: of the head, or of a line between chunks. */
  #held: Buffer = EMPTY
  /** Still to come, of the body or of the chunk. */
  #missing = 0
  #bodyBytes = 0
  readonly #body: Buffer[] = []

  constructor(options: ReadOptions) {
    this.#options = options
  }

  /**
   * Takes the next bytes.
   *
   * @returns Whether the response is whole.
   * @throws ProtocolError, or whatever `checkHead` throws.
   */
  push(bytes: Buffer): boolean {
    let rest = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes])
    this.#held = EMPTY
    for (;;) {
      if (this.#framing === 'length' || this.#framing === 'chunk') {
        rest = this.#takeBody(rest)
        if (this.#missing > 0) return false
        if (this.#framing === 'length') return isAll(rest)
        this.#framing = 'chunk-end'
      } else if (this.#framing === 'close') {
        this.#keep(rest)
        return false
      } else {
        const after = this.#takeLines(rest)
        if (after === null) return false
        rest = after
        if (this.#isWhole()) return isAll(rest)
      }
    }
  }

  /** The connection ended. @returns Whether that was the end of the response. */
  end(): boolean {
    return this.#framing === 'close'
  }

  text(): string {
    const [only] = this.#body
    const body = only !== undefined && this.#body.length === 1 ? only : Buffer.concat(this.#body)
    return body.toString('utf8')
  }

  #isWhole(): boolean {
    return this.#framing === 'length' && this.#missing === 0
  }

  /** The head, a chunk's size, or the lines after the last chunk. @returns What follows; null when more is needed. */
  #takeLines(bytes: Buffer): Buffer | null {
    if (this.#framing === 'head') return this.#takeHead(bytes)
    const end = bytes.indexOf(END_OF_LINE)
    if (end < 0) return this.#hold(bytes, MAX_LINE_BYTES)
    if (end > MAX_LINE_BYTES) throw new ProtocolError('a line that is too long')
    const line = bytes.toString('latin1', 0, end)
    if (this.#framing === 'trailer') this.#takeTrailer(line)
    else if (this.#framing === 'chunk-end') this.#takeChunkEnd(line)
    else this.#takeChunkSize(line)
    return bytes.subarray(end + 2)
  }

  #takeHead(bytes: Buffer): Buffer | null {
    const end = bytes.indexOf(END_OF_HEAD)
    if (end < 0) return this.#hold(bytes, MAX_HEAD_BYTES)
    if (end > MAX_HEAD_BYTES) throw new ProtocolError('a head that is too large')
    const { head, isChunked } = parseHead(bytes.toString('latin1', 0, end))
    const rest = bytes.subarray(end + 4)
    // 1xx come before the real one.
    if (head.status < 200) return rest
    this.head = head
    this.#options.checkHead(head)
    if (isChunked) this.#framing = 'chunk-size'
    else if (head.contentLength === null) this.#framing = 'close'
    else {
      this.#framing = 'length'
      this.#missing = head.contentLength
      this.#bound(head.contentLength)
    }
    return rest
  }

  #takeChunkSize(line: string): void {
    const size = /^([0-9a-f]{1,8})(?:[ \t]*;.*)?$/i.exec(line)?.[1]
    if (size === undefined) throw new ProtocolError('a chunk without its size')
    this.#missing = Number.parseInt(size, 16)
    this.#framing = this.#missing === 0 ? 'trailer' : 'chunk'
    this.#bound(this.#bodyBytes + this.#missing)
  }

  #takeChunkEnd(line: string): void {
    if (line !== '') throw new ProtocolError('a chunk longer than its size')
    this.#framing = 'chunk-size'
  }

  #takeTrailer(line: string): void {
    if (line !== '') return
    this.#framing = 'length'
    this.#missing = 0
  }

  #takeBody(bytes: Buffer): Buffer {
    if (bytes.length <= this.#missing) {
      this.#missing -= bytes.length
      this.#keep(bytes)
      return EMPTY
    }
    const rest = bytes.subarray(this.#missing)
    this.#keep(bytes.subarray(0, this.#missing))
    this.#missing = 0
    return rest
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return
    this.#bodyBytes += bytes.length
    this.#bound(this.#bodyBytes)
    this.#body.push(bytes)
  }

  #hold(bytes: Buffer, most: number): null {
    if (bytes.length > most + 4) throw new ProtocolError('a line or head without an end')
    this.#held = bytes
    return null
  }

  #bound(bytes: number): void {
    const { maxBytes } = this.#options
    if (bytes > maxBytes) throw new ProtocolError(`the answer is larger than ${maxBytes} bytes`)
  }
}

// Nobody asked for more: whatever follows would be read as the answer to the next request.
function isAll(rest: Buffer): true {
  if (rest.length > 0) throw new ProtocolError('bytes after the end of the response')
  return true
}

/** Status line and header fields; the ones that decide where the body ends may not contradict each other. */
function parseHead(text: string): { head: ResponseHead; isChunked: boolean } {
  let lineEnd = text.indexOf('\r\n')
  const statusLine = lineEnd < 0 ? text : text.slice(0, lineEnd)
  const status = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/.exec(statusLine)
  if (status === null) throw new ProtocolError('no HTTP/1.1 status line')
  const code = Number(status[2])
  const isOld = status[1] === '0'
  const fields: Record<string, string> = Object.create(null)
  const setCookies: string[] = []
  while (lineEnd >= 0) {
    const start = lineEnd + 2
    lineEnd = text.indexOf('\r\n', start)
    const line = lineEnd < 0 ? text.slice(start) : text.slice(start, lineEnd)
    const colon = line.indexOf(':')
    const name = line.slice(0, colon)
    // No field goes on over a second line, and no name has spaces in it (RFC 9112, sections 5.1 and 5.2).
    if (colon <= 0 || !/^[\w!#$%&'*+.^`|~-]+$/.test(name))
      throw new ProtocolError('a broken header')
    const key = name.toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (key === 'set-cookie') setCookies.push(value)
    else fields[key] = key in fields ? `${fields[key]}, ${value}` : value
  }
  const isChunked = readTransferEncoding(fields['transfer-encoding'])
  const contentLength = readContentLength(fields['content-length'])
  if (isChunked && contentLength !== null) {
    throw new ProtocolError('Content-Length beside Transfer-Encoding')
  }
  const hasBody = code >= 200 && code !== 204 && code !== 304
  const connection = (fields.connection ?? '').toLowerCase()
  const isUnbounded = hasBody && !isChunked && contentLength === null
  return {
    isChunked: isChunked && hasBody,
    head: {
      status: code,
      contentType: fields['content-type'] ?? '',
      contentLength: hasBody ? contentLength : 0,
      contentEncoding: fields['content-encoding'] ?? '',
      setCookies,
      keepAliveSeconds: readKeepAlive(fields['keep-alive']),
      isLast: isUnbounded || /(?:^|,)\s*close\s*(?:,|$)/.test(connection) || isOld,
    },
  }
}

function readTransferEncoding(value: string | undefined): boolean {
  if (value === undefined) return false
  if (value.toLowerCase() === 'chunked') return true
  throw new ProtocolError('a transfer encoding nobody asked for')
}

function readContentLength(value: string | undefined): number | null {
  if (value === undefined) return null
  if (/^\d{1,15}$/.test(value)) return Number(value)
  throw new ProtocolError('a Content-Length that is no number, or is there twice')
}

function readKeepAlive(value: string | undefined): number | null {
  const seconds = /(?:^|[,\s])timeout=(\d{1,6})/i.exec(value ?? '')?.[1]
  return seconds === undefined ? null : Number(seconds)
}

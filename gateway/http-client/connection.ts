// One connection to a subgraph: one exchange at a time, and no use once anything went wrong on it.
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { ProtocolError, type ResponseHead, ResponseReader } from './response-reader.ts'

export interface Exchange {
  /** Request line and header fields, with the empty line that ends them. */
  readonly head: string
  readonly body: string
  /** Of the answer's body. */
  readonly maxBytes: number
  /** When it has to be over, on the pool's clock. */
  readonly deadline: number
  /** Looks at the head of the answer before its body is read; throws to refuse it. */
  readonly checkHead: (head: ResponseHead) => void
  onAnswer(answer: { readonly head: ResponseHead; readonly text: string }): void
  onFailure(error: Error): void
  /** Kept by the pool. */
  connection: Connection | null
}

export interface Target {
  readonly isTls: boolean
  readonly host: string
  readonly port: number
}

export interface ConnectionOptions {
  readonly target: Target
  /** It can take the next exchange. */
  readonly onFree: (connection: Connection) => void
  /** It is of no more use. Called once. */
  readonly onGone: (connection: Connection) => void
}

const KEEP_ALIVE_PROBE_MS = 60_000

export class Connection {
  /** How long the peer keeps it while it is idle. */
  keepAliveSeconds: number | null = null
  /** When it became idle, on the pool's clock. */
  idleSince = 0
  readonly #socket: Socket
  readonly #options: ConnectionOptions
  #exchange: Exchange | null = null
  #reader: ResponseReader | null = null
  #isGone = false

  constructor(options: ConnectionOptions) {
    this.#options = options
    const socket = open(options.target)
    this.#socket = socket
    socket.setNoDelay(true)
    socket.setKeepAlive(true, KEEP_ALIVE_PROBE_MS)
    socket.on('data', (bytes: Buffer) => this.#receive(bytes))
    socket.on('end', () => this.#onEnd())
    socket.on('error', (error) => this.close(error))
    socket.on('close', () => this.close(new Error('the connection was closed')))
  }

  get exchange(): Exchange | null {
    return this.#exchange
  }

  /** Sends a request; the connection must be free. */
  begin(exchange: Exchange): void {
    this.#exchange = exchange
    exchange.connection = this
    this.#reader = new ResponseReader(exchange)
    this.#socket.write(exchange.head + exchange.body, 'utf8')
  }

  /** Ends it; an exchange that is under way fails with this error. */
  close(error: Error): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#socket.destroy()
    const exchange = this.#exchange
    this.#exchange = null
    this.#options.onGone(this)
    exchange?.onFailure(error)
  }

  #receive(bytes: Buffer): void {
    const reader = this.#reader
    try {
      if (reader === null) throw new ProtocolError('bytes that nobody asked for')
      if (reader.push(bytes)) this.#finish(reader)
    } catch (error) {
      this.close(error as Error)
    }
  }

  #onEnd(): void {
    const reader = this.#reader
    if (reader?.end()) this.#finish(reader)
    this.close(new Error('the connection ended'))
  }

  #finish(reader: ResponseReader): void {
    const { head } = reader
    const exchange = this.#exchange
    if (head === null || exchange === null) return
    this.#exchange = null
    this.#reader = null
    this.keepAliveSeconds = head.keepAliveSeconds
    // Whoever answers before the request was read to its end cannot be trusted with another one.
    const isReusable = !head.isLast && this.#socket.writableLength === 0
    if (isReusable) this.#options.onFree(this)
    else this.close(new Error('the connection was closed'))
    exchange.onAnswer({ head, text: reader.text() })
  }
}

function open({ isTls, host, port }: Target): Socket {
  if (!isTls) return connect({ host, port })
  return connectTls({ host, port, servername: host, ALPNProtocols: ['http/1.1'] })
}

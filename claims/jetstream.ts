// NATS JetStream: a connection that comes back by itself.
import { readFile } from 'node:fs/promises'
import { jetstream } from '@nats-io/jetstream'
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node'
import { consumeForever, type NatsLog, type Subscription } from './consume.ts'
import { pause } from './pause.ts'
import { addStream, managerOf, type NatsStream } from './stream.ts'

export interface NatsOptions {
  /** `nats://user:password@host:4222`, `tls://…`; several servers by comma. */
  readonly url: string
  /** A `.creds` file, instead of user and password. */
  readonly credentialsFile?: string | null
  /** Shown in the server's list of connections. */
  readonly name: string
  readonly log: NatsLog
}

export interface Nats {
  /** False while the server is away: what is published then would only wait and fail. */
  isConnected(): boolean
  /** For what else is there beside streams. Null while the server is away. */
  connection(): NatsConnection | null
  /** Resolves when the stream has stored the message. Of two with one id within two minutes it stores the first. */
  publish(message: NatsMessage): Promise<void>
  /** Makes the stream when there is none. One that is there stays as its operator made it. */
  ensureStream(stream: NatsStream): Promise<void>
  /** Takes messages one after the other, each until it was handled; begins at once, and goes on when the server is back. */
  consume(subscription: Subscription): { stop(): Promise<void> }
  stop(): Promise<void>
}

export interface NatsMessage {
  readonly stream: string
  readonly subject: string
  readonly id: string
  readonly body: string
}

const CONNECT_MS = 5_000
const PUBLISH_MS = 5_000
const RETRY_MS = 1_000

/** Returns at once, and connects in the background for as long as it takes. */
export function connectNats(options: NatsOptions): Nats {
  const { log } = options
  const stopping = new AbortController()
  let connection: NatsConnection | null = null
  let isUp = false

  async function keepConnected(): Promise<void> {
    let isReported = false
    while (!stopping.signal.aborted) {
      try {
        connection = await open(options)
        isReported = false
        await watch(connection)
      } catch (error) {
        if (!isReported && !stopping.signal.aborted)
          log.warn({ err: error }, 'NATS cannot be reached: trying on')
        isReported = true
      }
      isUp = false
      await pause(RETRY_MS, stopping.signal)
    }
  }

  /** Until the connection is closed for good, which the library does for errors that it cannot cure. */
  async function watch(opened: NatsConnection): Promise<void> {
    isUp = true
    if (stopping.signal.aborted) return await opened.close()
    log.info({ server: opened.getServer() }, 'NATS is connected')
    for await (const { type } of opened.status()) {
      if (type === 'disconnect') log.warn({}, 'NATS is unavailable')
      if (type === 'reconnect') log.info({}, 'NATS is back')
      if (type === 'disconnect' || type === 'close') isUp = false
      if (type === 'reconnect') isUp = true
    }
  }

  function connected(): NatsConnection {
    if (connection === null || !isUp) throw new Error('NATS is not connected')
    return connection
  }

  const running = keepConnected()
  return {
    isConnected: () => isUp,
    connection: () => (isUp ? connection : null),
    publish: async ({ stream, subject, id, body }) => {
      await jetstream(connected()).publish(subject, body, {
        msgID: id,
        timeout: PUBLISH_MS,
        expect: { streamName: stream },
      })
    },
    ensureStream: async (stream) => await addStream(await managerOf(connected()), stream),
    consume: (subscription) => {
      const abort = new AbortController()
      const link = { isConnected: () => isUp, connected }
      const done = consumeForever(link, subscription, log, abort.signal)
      return {
        stop: async () => {
          abort.abort()
          await done
        },
      }
    },
    stop: async () => {
      stopping.abort()
      await connection?.close()
      await running
    },
  }
}

async function open({ url, credentialsFile, name }: NatsOptions): Promise<NatsConnection> {
  const urls = url.split(',').map((text) => new URL(text.trim()))
  const { username = '', password = '' } = urls[0] ?? {}
  const user = decodeURIComponent(username)
  const pass = decodeURIComponent(password)
  return await connect({
    servers: urls.map(({ host }) => host),
    name,
    timeout: CONNECT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RETRY_MS,
    ignoreAuthErrorAbort: true,
    ...(urls.some(({ protocol }) => protocol === 'tls:') ? { tls: {} } : {}),
    ...(user !== '' && pass !== '' ? { user, pass } : {}),
    ...(user !== '' && pass === '' ? { token: user } : {}),
    ...(credentialsFile
      ? { authenticator: credsAuthenticator(await readFile(credentialsFile)) }
      : {}),
  })
}

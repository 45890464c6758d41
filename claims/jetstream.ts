// NATS JetStream: a connection that comes back by itself, and consumers that keep their order and their place.
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  AckPolicy,
  type Consumer,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream'
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node'
import { EventError } from './events.ts'

export interface NatsOptions {
  /** `nats://user:password@host:4222`, `tls://…`; several servers by comma. */
  readonly url: string
  /** A `.creds` file, instead of user and password. */
  readonly credentialsFile?: string | null
  /** Shown in the server's list of connections. */
  readonly name: string
  readonly log: NatsLog
}

export interface NatsLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface Nats {
  /** False while the server is away: what is published then would only wait and fail. */
  isConnected(): boolean
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

export interface NatsStream {
  readonly name: string
  readonly subjects: readonly string[]
  readonly maxAgeDays: number
}

export interface Subscription {
  readonly stream: string
  /** To make the stream when there is none. Default: wait until somebody else has. */
  readonly created?: NatsStream
  /** The durable name: processes that share it share the work, and each message goes to one of them. */
  readonly durable: string
  /** Default: every subject of the stream. */
  readonly subject?: string
  /** A rejection has the message delivered again, later, and those after it wait. An EventError drops it. */
  handle(body: string, subject: string): Promise<void>
}

const CONNECT_MS = 5_000
const PUBLISH_MS = 5_000
const RETRY_MS = 1_000
const RECONNECT_LOOK_MS = 250
const PULL_MS = 1_000
/** A message whose consumer has died comes again after this long. */
const ACK_WAIT_MS = 10_000
const WORKING_MS = 3_000
const MAX_PAUSE_MS = 30_000

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
      if (type === 'disconnect') log.warn({}, 'NATS is away')
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

async function managerOf(connection: NatsConnection): Promise<JetStreamManager> {
  return await jetstreamManager(connection, { checkAPI: false })
}

async function addStream(manager: JetStreamManager, stream: NatsStream): Promise<void> {
  const exists = await manager.streams.info(stream.name).catch(ifMissing)
  if (exists !== null) return
  await manager.streams.add({
    name: stream.name,
    subjects: [...stream.subjects],
    max_age: stream.maxAgeDays * 86_400 * 1e9,
  })
}

async function consumeForever(
  link: { isConnected(): boolean; connected(): NatsConnection },
  subscription: Subscription,
  log: NatsLog,
  signal: AbortSignal,
): Promise<void> {
  const { stream, durable } = subscription
  let isReported = false
  while (!signal.aborted) {
    if (!link.isConnected()) {
      await pause(RECONNECT_LOOK_MS, signal)
      continue
    }
    try {
      const consumer = await bind(link.connected(), subscription)
      while (!signal.aborted) {
        const message = await consumer.next({ expires: PULL_MS })
        if (message !== null) await take(message, subscription, log)
        isReported = false
      }
    } catch (error) {
      if (!isReported && !signal.aborted)
        log.warn({ err: error, stream, durable }, 'no messages can be had: trying on')
      isReported = true
      await pause(RETRY_MS, signal)
    }
  }
}

/** One message at a time for all processes together: what comes after a failed one waits for it. */
async function bind(
  connection: NatsConnection,
  { stream, created, durable, subject }: Subscription,
): Promise<Consumer> {
  const manager = await managerOf(connection)
  if (created !== undefined) await addStream(manager, created)
  const wanted = {
    ack_policy: AckPolicy.Explicit,
    ack_wait: ACK_WAIT_MS * 1e6,
    max_ack_pending: 1,
    ...(subject === undefined ? {} : { filter_subject: subject }),
  }
  const found = await manager.consumers.info(stream, durable).catch(ifMissing)
  if (found === null) {
    const deliver_policy = DeliverPolicy.All
    await manager.consumers.add(stream, { ...wanted, durable_name: durable, deliver_policy })
  } else if (found.config.filter_subject !== subject) {
    await manager.consumers.update(stream, durable, wanted)
  }
  return await jetstream(connection).consumers.get(stream, durable)
}

async function take(message: JsMsg, { handle }: Subscription, log: NatsLog): Promise<void> {
  const working = setInterval(() => message.working(), WORKING_MS)
  const { deliveryCount, streamSequence } = message.info
  const fields = { subject: message.subject, streamSequence, deliveryCount }
  try {
    await handle(message.string(), message.subject)
    await message.ackAck()
  } catch (error) {
    if (error instanceof EventError) {
      log.error({ err: error, ...fields }, 'a message that is no event was dropped')
      message.term()
      return
    }
    log.warn({ err: error, ...fields }, 'an event could not be handled: it comes again')
    message.nak(Math.min(MAX_PAUSE_MS, 250 * 2 ** Math.min(deliveryCount, 10)))
  } finally {
    clearInterval(working)
  }
}

function ifMissing(error: unknown): null {
  const { ConsumerNotFound, StreamNotFound } = JetStreamApiCodes
  const code = error instanceof JetStreamApiError ? error.code : null
  if (code === ConsumerNotFound || code === StreamNotFound) return null
  throw error
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {})
}

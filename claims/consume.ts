// A consumer of NATS JetStream that keeps its order and its place, whatever happens to the server or to itself.
import { AckPolicy, type Consumer, DeliverPolicy, type JsMsg, jetstream } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { EventError } from './events.ts'
import { pause } from './pause.ts'
import { addStream, ifMissing, managerOf, type NatsStream } from './stream.ts'

export interface NatsLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
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

const RETRY_MS = 1_000
const RECONNECT_LOOK_MS = 250
const PULL_MS = 1_000
/** A message whose consumer has died comes again after this long. */
const ACK_WAIT_MS = 10_000
const WORKING_MS = 3_000
const MAX_PAUSE_MS = 30_000

/** Ends when the signal aborts, after the message that it is at. */
export async function consumeForever(
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
      log.error({ err: error, ...fields }, 'a message that is not an event was dropped')
      message.term()
      return
    }
    log.warn({ err: error, ...fields }, 'an event could not be handled: it comes again')
    message.nak(Math.min(MAX_PAUSE_MS, 250 * 2 ** Math.min(deliveryCount, 10)))
  } finally {
    clearInterval(working)
  }
}

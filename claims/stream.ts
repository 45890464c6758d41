// Streams of NATS JetStream: made when they are missing, left alone when they are there.
import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
} from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'

export interface NatsStream {
  readonly name: string
  readonly subjects: readonly string[]
  readonly maxAgeDays: number
}

export async function managerOf(connection: NatsConnection): Promise<JetStreamManager> {
  return await jetstreamManager(connection, { checkAPI: false })
}

export async function addStream(manager: JetStreamManager, stream: NatsStream): Promise<void> {
  const exists = await manager.streams.info(stream.name).catch(ifMissing)
  if (exists !== null) return
  await manager.streams.add({
    name: stream.name,
    subjects: [...stream.subjects],
    max_age: stream.maxAgeDays * 86_400 * 1e9,
  })
}

/** For a look-up: what is not there is null. */
export function ifMissing(error: unknown): null {
  const { ConsumerNotFound, StreamNotFound } = JetStreamApiCodes
  const code = error instanceof JetStreamApiError ? error.code : null
  if (code === ConsumerNotFound || code === StreamNotFound) return null
  throw error
}

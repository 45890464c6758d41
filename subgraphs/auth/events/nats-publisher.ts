// Events to NATS JetStream. The event's id is the message's: what is sent twice is stored once.
import { EVENT_STREAM, eventSubject, type Nats } from '@sallyport/claims/nats'
import type { EventPublisher } from './publisher.ts'

const PREPARE_PAUSE_MS = 5_000

export function createNatsPublisher(
  nats: Nats,
  { retentionDays }: { readonly retentionDays: number },
): EventPublisher {
  let hasStream = false
  let preparedAt = Number.NEGATIVE_INFINITY

  async function ensureStream(): Promise<void> {
    if (hasStream) return
    await nats.ensureStream({ ...EVENT_STREAM, maxAgeDays: retentionDays })
    hasStream = true
  }

  return {
    isReady: nats.isConnected,
    // On a new server consumers may be there before the first event.
    prepare: async () => {
      if (hasStream || performance.now() - preparedAt < PREPARE_PAUSE_MS) return
      preparedAt = performance.now()
      // What is wrong is told with the first event that cannot leave.
      await ensureStream().catch(() => {})
    },
    publish: async (event, messageId) => {
      await ensureStream()
      try {
        await nats.publish({
          stream: EVENT_STREAM.name,
          subject: eventSubject(event.type),
          id: messageId,
          body: JSON.stringify(event),
        })
      } catch (error) {
        // A server that came back empty has no stream: looked at again before the next try.
        hasStream = false
        throw error
      }
    },
  }
}

// Events to NATS JetStream. The event's id is the message's: what is sent twice is stored once.
import { EVENT_STREAM, eventSubject, type Nats, RECEIPT_STREAM } from '@sallyport/claims/nats'
import type { EventPublisher } from './publisher.ts'

export function createNatsPublisher(
  nats: Nats,
  { retentionDays }: { readonly retentionDays: number },
): EventPublisher {
  let hasStreams = false

  async function ensureStreams(): Promise<void> {
    if (hasStreams) return
    for (const stream of [EVENT_STREAM, RECEIPT_STREAM])
      await nats.ensureStream({ ...stream, maxAgeDays: retentionDays })
    hasStreams = true
  }

  return {
    isReady: nats.isConnected,
    publish: async (event, messageId) => {
      await ensureStreams()
      try {
        await nats.publish({
          stream: EVENT_STREAM.name,
          subject: eventSubject(event.type),
          id: messageId,
          body: JSON.stringify(event),
        })
      } catch (error) {
        // A server that came back empty has no stream: looked at again before the next try.
        hasStreams = false
        throw error
      }
    },
  }
}

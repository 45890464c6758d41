// Events to NATS JetStream. The event's id is the message's: what is sent twice is stored once.
import { EVENT_STREAM, eventSubject, type Nats } from '@sallyport/claims/nats'
import type { EventPublisher } from './publisher.ts'

export function createNatsPublisher(
  nats: Nats,
  { retentionDays }: { readonly retentionDays: number },
): EventPublisher {
  let hasStream = false

  async function ensureStream(): Promise<void> {
    if (hasStream) return
    await nats.ensureStream({ ...EVENT_STREAM, maxAgeDays: retentionDays })
    hasStream = true
  }

  return {
    isReady: nats.isConnected,
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

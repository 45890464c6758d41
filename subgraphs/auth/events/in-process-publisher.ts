// Events for consumers in this very process, when there is no NATS: the outbox keeps each until all have applied it. Where only webhooks
// take events there is nobody here, and an event has left as soon as it is in their queue.
import type { EventConsumer, Receipt } from '@sallyport/claims/events'
import type { EventPublisher } from './publisher.ts'

/** @param onReceipt what a consumer answered to an event */
export function createInProcessPublisher(
  consumers: readonly EventConsumer[],
  onReceipt: (receipt: {
    readonly eventId: string
    readonly subgraph: string
    readonly receipt: Receipt
  }) => Promise<void>,
): EventPublisher {
  // One after the other: an embedded database has one connection.
  let last: Promise<unknown> = Promise.resolve()

  return {
    isReady: () => true,
    publish: async (event) => {
      const mine = last.then(async () => {
        for (const { name, types, handle } of consumers) {
          if (!types.includes(event.type)) continue
          const receipt = await handle(event)
          if (receipt !== undefined) await onReceipt({ eventId: event.id, subgraph: name, receipt })
        }
      })
      last = mine.catch(() => {})
      await mine
    },
  }
}

// The events of the auth subgraph over NATS: what they are called there, and how a subgraph takes them.
import { type EventConsumer, parseAuthEvent } from './events.ts'
import type { Nats } from './jetstream.ts'

export type { NatsLog } from './consume.ts'
export { connectNats, type Nats, type NatsOptions } from './jetstream.ts'

/** One subject a type: `sallyport.events.user.registered`. */
export const EVENT_STREAM = { name: 'SALLYPORT_EVENTS', subjects: ['sallyport.events.>'] } as const
/** One subject a subgraph: `sallyport.receipts.reviews`. */
export const RECEIPT_STREAM = {
  name: 'SALLYPORT_RECEIPTS',
  subjects: ['sallyport.receipts.*'],
} as const

export function eventSubject(type: string): string {
  return `sallyport.events.${type}`
}

export function receiptSubject(subgraph: string): string {
  return `sallyport.receipts.${subgraph}`
}

/**
 * Hands events to a consumer, in order, for as long as it takes, and sends its receipts back. An event counts as
 * delivered once `handle` has resolved and the receipt is stored.
 */
export function consumeEvents(nats: Nats, consumer: EventConsumer): { stop(): Promise<void> } {
  const [onlyType, ...others] = consumer.types
  return nats.consume({
    stream: EVENT_STREAM.name,
    durable: consumer.name,
    // A server before 2.10 filters by one subject: of several types the others are let go here.
    ...(onlyType !== undefined && others.length === 0 ? { subject: eventSubject(onlyType) } : {}),
    handle: async (body) => {
      const event = parseAuthEvent(body)
      if (!consumer.types.includes(event.type)) return
      const receipt = await consumer.handle(event)
      if (receipt === undefined) return
      await nats.publish({
        stream: RECEIPT_STREAM.name,
        subject: receiptSubject(consumer.name),
        id: `${event.id}.${consumer.name}`,
        body: JSON.stringify({ eventId: event.id, ...receipt }),
      })
    },
  })
}

// Where events go when they leave the outbox.
import type { AuthEvent } from '@sallyport/claims/events'

export interface EventPublisher {
  /** False: it would only fail now. */
  isReady(): boolean
  /** Called when it is ready, with or without an event to send: makes what consumers wait for. Never rejects. */
  prepare?(): Promise<void>
  /** Resolves when the event is stored or applied where it goes. A rejection has it sent again, in its order. */
  publish(event: AuthEvent, messageId: string): Promise<void>
}

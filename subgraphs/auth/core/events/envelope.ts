// A row of the outbox as the world sees it: CloudEvents 1.0, structured JSON.
import type { AuthEvent } from '@sallyport/claims/events'
import { dataSchemaUri, type EventType } from './types.ts'

export interface OutboxEvent {
  readonly id: string
  /** A bigint, as text. */
  readonly sequence: string
  readonly type: EventType
  readonly user_id: string
  readonly data: Readonly<Record<string, unknown>>
  readonly occurred_at: Date
  /** How often it was sent on purpose: 0, and one more for each replay. */
  readonly replays: number
}

const SEQUENCE_DIGITS = 19

/** @param source the gateway's public address */
export function toCloudEvent(row: OutboxEvent, source: string): AuthEvent {
  return {
    specversion: '1.0',
    id: row.id,
    source,
    type: row.type,
    subject: row.user_id,
    time: row.occurred_at.toISOString(),
    datacontenttype: 'application/json',
    dataschema: dataSchemaUri(row.type),
    sequence: row.sequence.padStart(SEQUENCE_DIGITS, '0'),
    data: row.data,
  }
}

/** A replay is sent under an id of its own, or the broker would take it for the first one come twice. */
export function messageIdOf({ id, replays }: Pick<OutboxEvent, 'id' | 'replays'>): string {
  return replays === 0 ? id : `${id}.${replays}`
}

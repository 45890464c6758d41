// The events that this subgraph takes: when an account is deleted, its data here goes too, and a receipt goes back.
import { applyOnce, type EventConsumer } from '@sallyport/claims/events'
import type { Knex } from 'knex'
import { transact } from '../transact.ts'
import { erasePerson } from './erase-person.ts'

/** @param name The subgraph's name in `supergraph.yaml`. */
export function createEventConsumer(db: Knex, name: string): EventConsumer {
  return {
    name,
    types: ['user.erasure.requested'],
    handle: (event) =>
      transact(db, (trx) => applyOnce(trx, event, () => erasePerson(trx, event.subject))),
  }
}

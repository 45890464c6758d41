// A consumer that keeps what it is given, so that a test can read which events came, and in which order.
import { readdirSync, readFileSync } from 'node:fs'
import type { AuthEvent, EventConsumer } from '@sallyport/claims/events'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect } from 'vitest'
import { eventTypes } from '../subgraphs/auth/core/events/types.ts'

export interface EventLog extends EventConsumer {
  /** As often as they were delivered. */
  readonly events: readonly AuthEvent[]
  /** Those of one user, each once, in the order of their first delivery. */
  of(userId: string): AuthEvent[]
  /** Makes the next deliveries fail for as long as it answers true. */
  refuse(when: (event: AuthEvent) => boolean): void
  /** Waits until these types, and no others, came for the user. */
  expectTypes(userId: string, types: readonly string[]): Promise<void>
}

export function createEventLog(): EventLog {
  const events: AuthEvent[] = []
  let isRefused: (event: AuthEvent) => boolean = () => false

  function of(userId: string): AuthEvent[] {
    const seen = new Set<string>()
    return events.filter(
      ({ id, subject }) => subject === userId && !seen.has(id) && seen.add(id) !== undefined,
    )
  }

  return {
    name: 'log',
    types: Object.keys(eventTypes),
    events,
    of,
    handle: async (event) => {
      if (isRefused(event)) throw new Error('refused by the test')
      events.push(event)
      return undefined
    },
    refuse: (when) => {
      isRefused = when
    },
    expectTypes: async (userId, types) => {
      await expect.poll(() => of(userId).map(({ type }) => type)).toEqual(types)
    },
  }
}

const ajv = new Ajv2020({ strict: true })
addFormats.default(ajv)
for (const file of readdirSync('schema/events')) {
  ajv.addSchema(JSON.parse(readFileSync(`schema/events/${file}`, 'utf8')) as object)
}

/** What is wrong with an event by the committed schema that it names; null: nothing. */
export function schemaProblems(event: AuthEvent): unknown {
  const validate = ajv.getSchema(event.dataschema)
  if (validate === undefined) return `no schema ${event.dataschema}`
  return validate(event) === true ? null : validate.errors
}

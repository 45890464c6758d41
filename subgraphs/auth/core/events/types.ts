// Every type of event, with its data: ids and facts, never a secret, an address or a name. A new type is one entry
// here and `npm run schema`, which prints schema/events/<type>.v<version>.json.
import { z } from 'zod'

interface EventDefinition {
  /** Raised when data changes in a way that breaks a reader. A new field breaks nobody. */
  readonly version: number
  readonly description: string
  readonly data: z.ZodObject
}

const nothing = z.object({})
const session = z.object({ sessionId: z.string() })
const apiKey = z.object({ apiKeyId: z.string() })
const role = z.object({ role: z.string() })
const client = z.object({ clientId: z.string() })
const grant = client.extend({ grantId: z.string() })

export const eventTypes = {
  'user.registered': {
    version: 1,
    description: 'An account exists: its e-mail address was proved, or an operator made it.',
    data: z.object({ roles: z.array(z.string()) }),
  },
  'user.updated': {
    version: 1,
    description: 'Something about a user changed; `changed` names the fields, not their values.',
    data: z.object({ changed: z.array(z.string()) }),
  },
  'user.email_changed': {
    version: 1,
    description: 'The primary e-mail address changed.',
    data: nothing,
  },
  'user.password_changed': {
    version: 1,
    description: 'The password was changed or reset.',
    data: nothing,
  },
  'user.suspended': {
    version: 1,
    description: 'An admin suspended the user: no credential of theirs works.',
    data: nothing,
  },
  'user.reinstated': {
    version: 1,
    description: 'The suspension ended.',
    data: nothing,
  },
  'user.erasure.requested': {
    version: 1,
    description:
      'The account was deleted. Who holds data of the user removes it and answers with a receipt.',
    data: z.object({ erasureId: z.string(), deadline: z.iso.datetime() }),
  },
  'user.erased': {
    version: 1,
    description: 'Every subgraph with personal data has answered: the erasure is complete.',
    data: z.object({ erasureId: z.string() }),
  },
  'session.anomaly': {
    version: 1,
    description:
      'A sign-in was unusual: `kinds` says how. `sessionId` is null where it was stopped.',
    data: z.object({ sessionId: z.string().nullable(), kinds: z.array(z.string()) }),
  },
  'session.created': {
    version: 1,
    description: 'A device was signed in.',
    data: session,
  },
  'session.revoked': {
    version: 1,
    description: 'A session was ended before its time; `reason` is `logout`, `revoked` or another.',
    data: session.extend({ reason: z.string() }),
  },
  'api_key.created': {
    version: 1,
    description: 'An API key was made. It works once its owner has verified it.',
    data: apiKey,
  },
  'api_key.revoked': {
    version: 1,
    description: 'An API key was ended for good.',
    data: apiKey,
  },
  'role.granted': {
    version: 1,
    description: 'The user has a role more.',
    data: role,
  },
  'role.revoked': {
    version: 1,
    description: 'The user has a role less.',
    data: role,
  },
  'grant.given': {
    version: 1,
    description: 'A person let an app in, or let it do more.',
    data: grant.extend({ scopes: z.array(z.string()) }),
  },
  'grant.revoked': {
    version: 1,
    description:
      'What a person let an app do has ended; `reason` is `revoked`, `logout` or another.',
    data: grant.extend({ reason: z.string() }),
  },
  'client.registered': {
    version: 1,
    description: 'An OAuth client exists. The subject is the client.',
    data: client,
  },
  'client.updated': {
    version: 1,
    description:
      'Something about an OAuth client changed, its secret included. The subject is the client.',
    data: client,
  },
  'client.deleted': {
    version: 1,
    description: 'An OAuth client is gone, and every token of it. The subject is the client.',
    data: client,
  },
} as const satisfies Record<string, EventDefinition>

export type EventType = keyof typeof eventTypes

type ReadonlyFields<T> = {
  readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? readonly Item[] : T[K]
}

export type EventData<T extends EventType> = ReadonlyFields<z.input<(typeof eventTypes)[T]['data']>>

/** What an event's `dataschema` says, and the `$id` of the schema that is printed for it. */
export function dataSchemaUri(type: EventType): string {
  return `https://sallyport.dev/events/${schemaName(type)}`
}

export function schemaName(type: EventType): string {
  return `${type}.v${eventTypes[type].version}.json`
}

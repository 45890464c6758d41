// Who asks for which field: by operation, client and field, counted and never with a value. A team sees who still asks for a field
// before it removes it, and a change breaks clients only where somebody asked for what goes.
//
//   request ─► record: one look-up ─► operations, the latest alone ─────────────────► usesOf()
//                                 └─► fields, all of them, with the other gateways ─► asked()
import { hash } from 'node:crypto'
import { createBoundedCache } from '../bounded-cache.ts'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import type { Graph } from '../supergraph.ts'
import { createFieldsAsked } from './fields-asked.ts'
import { isFieldOf } from './schema-fields.ts'
import type { UsageStore } from './store.ts'

export interface Usage {
  /** @param client As it calls itself. */
  record(prepared: AskedOperation, client: unknown): void
  /**
   * Fields that somebody asked for lately, here or at another gateway, as `Type.field`. Null: it is not counted for long enough to
   * know.
   */
  asked(): Promise<readonly string[] | null>
  /** Who asked for one, the latest first; at this gateway. */
  usesOf(field: string): Promise<readonly FieldUse[]>
  /** Whether the graph that is served has it. */
  isField(coordinate: string): boolean
  /** Writes down what came since. */
  flush(): Promise<void>
  stop(): Promise<void>
}

type AskedOperation = Pick<PreparedOperation, 'fields' | 'queryHash' | 'operationName'>
type ServedSchema = Pick<Graph, 'schema'>

export interface FieldUse {
  /** Its name, or the beginning of its hash. */
  readonly operation: string
  /** `apollographql-client-name` or `x-client-name` of its requests, else `unknown`. */
  readonly client: string
  readonly requests: number
  /** As ISO 8601. */
  readonly lastAskedAt: string
}

export interface Counted {
  requests: number
  lastAt: number
}

export interface Operation {
  readonly name: string
  readonly fields: readonly string[]
  readonly clients: Map<string, Counted>
}

const OPERATIONS = 2000
const CLIENTS = 50
const FLUSH_MS = 60_000
const CLIENT_NAME = /^[\w.@/ -]{1,64}$/

export interface UsageOptions {
  currentGraph(): ServedSchema | null
  readonly store: UsageStore
  /** What is older is not lately. */
  readonly windowMs: number
  /** For how long has to be counted before it says something. */
  readonly knownAfterMs: number
  readonly now: () => number
  readonly logger: { warn(...args: unknown[]): void }
}

export function createUsage(options: UsageOptions): Usage {
  const { now, store, windowMs } = options
  const operations = createBoundedCache<Operation>({ maxEntries: OPERATIONS })
  const fieldsAsked = createFieldsAsked()
  let hasNews = false
  let since = now()
  const loaded = store.read().then((kept) => {
    since = kept?.since ?? since
    for (const [field, at] of kept?.fields ?? []) fieldsAsked.saw([field], at)
    for (const [key, operation] of kept?.operations ?? []) {
      if (operations.peek(key) === undefined) operations.set(key, operation)
    }
  })
  const timer = setInterval(() => void flush().catch(warn), FLUSH_MS)
  timer.unref()

  function warn(error: unknown): void {
    options.logger.warn({ err: error }, 'who asks for what could not be written down')
  }

  async function flush(): Promise<void> {
    await loaded
    if (!hasNews) return
    hasNews = false
    const asked = askedLately()
    fieldsAsked.forget(now() - windowMs, isField())
    await store.write(
      { since, operations: operations.entries(), fields: fieldsAsked.entries() },
      asked,
    )
  }

  function askedLately(): readonly string[] {
    for (const operation of operations.newest(OPERATIONS))
      fieldsAsked.saw(operation.fields, lastAt(operation))
    return fieldsAsked.since(now() - windowMs)
  }

  function isField(): (coordinate: string) => boolean {
    const graph = options.currentGraph()
    return graph === null ? () => false : isFieldOf(graph.schema)
  }

  return {
    record(prepared, client) {
      const key = prepared.queryHash
      let operation = operations.get(key)
      if (operation === undefined) {
        const { fields, operationName } = prepared
        operation = { name: operationName ?? shortHash(key), fields, clients: new Map() }
        operations.set(key, operation)
        // It may be forgotten before it is looked at.
        fieldsAsked.saw(fields, now())
      }
      const named = typeof client === 'string' && CLIENT_NAME.test(client) ? client : 'unknown'
      const isNew = !operation.clients.has(named)
      const by = isNew && operation.clients.size >= CLIENTS ? 'other' : named
      const counted = operation.clients.get(by)
      if (counted === undefined) operation.clients.set(by, { requests: 1, lastAt: now() })
      else {
        counted.requests += 1
        counted.lastAt = now()
      }
      hasNews = true
    },
    async asked() {
      await loaded
      if (now() - since < options.knownAfterMs) return null
      return [...new Set([...askedLately(), ...(await store.others(isField()))])]
    },
    async usesOf(field) {
      await loaded
      return operations
        .newest(OPERATIONS)
        .filter(({ fields }) => fields.includes(field))
        .flatMap(({ name, clients }) =>
          [...clients].map(([client, { requests, lastAt }]) => ({
            operation: name,
            client,
            requests,
            lastAskedAt: new Date(lastAt).toISOString(),
          })),
        )
        .sort((one, other) => (one.lastAskedAt < other.lastAskedAt ? 1 : -1))
    },
    isField: (coordinate) => isField()(coordinate),
    flush,
    async stop() {
      clearInterval(timer)
      await flush().catch(warn)
    },
  }
}

function lastAt({ clients }: Operation): number {
  return Math.max(0, ...[...clients.values()].map((one) => one.lastAt))
}

function shortHash(text: string): string {
  return `anonymous ${hash('sha256', text).slice(0, 8)}`
}

// Who asks for which field: by operation, client and field, counted and never with a value. A team sees who still asks for a field
// before it removes it, and a change breaks clients only where somebody asked for what goes.
//
//   request ─► record: one look-up ─► every minute: fields of what is new ─► operations, the latest alone ─► usesOf()
//                                                                        └─► fields, all of them, with the other gateways ─► asked()
import { createHash } from 'node:crypto'
import { parse } from 'graphql'
import { createBoundedCache } from '../bounded-cache.ts'
import type { PreparedOperation } from '../operation/prepared-operation.ts'
import { nextTurn } from '../supergraph/slices.ts'
import type { Graph } from '../supergraph.ts'
import { coordinatesOf, isFieldOf } from './coordinates.ts'
import { createFieldsAsked } from './fields-asked.ts'
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

type AskedOperation = Pick<PreparedOperation, 'query' | 'queryHash' | 'operationName'>
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
  /** Null until they were read. */
  fields: readonly string[] | null
  readonly clients: Map<string, Counted>
}

interface Known extends Operation {
  /** Until its fields were read: then nothing of the text is kept. */
  query: string | null
}

const OPERATIONS = 2000
const CLIENTS = 50
/** Texts that are held until somebody has read them. */
const UNREAD = 500
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
  const operations = createBoundedCache<Known>({ maxEntries: OPERATIONS })
  const fieldsAsked = createFieldsAsked()
  /** Whose fields were not read yet. They may have been forgotten among the operations by then. */
  const unread = new Set<Known>()
  let hasNews = false
  let since = now()
  const loaded = store.read().then((kept) => {
    since = kept?.since ?? since
    for (const [field, at] of kept?.fields ?? []) fieldsAsked.saw([field], at)
    for (const [key, operation] of kept?.operations ?? []) {
      if (operations.peek(key) === undefined) operations.set(key, { ...operation, query: null })
    }
  })
  const timer = setInterval(() => void flush().catch(warn), FLUSH_MS)
  timer.unref()

  function warn(error: unknown): void {
    options.logger.warn({ err: error }, 'who asks for what could not be written down')
  }

  async function readFields(): Promise<void> {
    const graph = options.currentGraph()
    if (graph === null) return
    for (const operation of unread) {
      readOne(operation, graph)
      await nextTurn()
    }
  }

  function readOne(operation: Known, graph: ServedSchema): void {
    unread.delete(operation)
    if (operation.query === null) return
    operation.fields = fieldsOf(operation.query, graph)
    operation.query = null
    fieldsAsked.saw(operation.fields, lastAt(operation))
  }

  /** A flood of new ones: what waits is bounded, and what is forgotten here was counted before. */
  function makeRoom(): void {
    const graph = options.currentGraph()
    const [oldest] = unread.size > UNREAD ? unread : []
    if (graph !== null && oldest !== undefined) readOne(oldest, graph)
  }

  async function flush(): Promise<void> {
    await loaded
    await readFields()
    if (!hasNews) return
    hasNews = false
    const all = operations.entries().map(([key, { query, ...one }]) => [key, one] as const)
    const asked = askedLately()
    fieldsAsked.forget(now() - windowMs, isField())
    await store.write({ since, operations: all, fields: fieldsAsked.entries() }, asked)
  }

  function askedLately(): readonly string[] {
    for (const operation of operations.newest(OPERATIONS))
      fieldsAsked.saw(operation.fields ?? [], lastAt(operation))
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
        const { query, operationName } = prepared
        const name = operationName ?? shortHash(key)
        operation = { name, query, fields: null, clients: new Map() }
        operations.set(key, operation)
        unread.add(operation)
        makeRoom()
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
      await readFields()
      return [...new Set([...askedLately(), ...(await store.others(isField()))])]
    },
    async usesOf(field) {
      await loaded
      await readFields()
      return operations
        .newest(OPERATIONS)
        .filter(({ fields }) => fields?.includes(field))
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

/** What the graph of now does not know was asked of one before. */
function fieldsOf(query: string, { schema }: ServedSchema): readonly string[] {
  try {
    return coordinatesOf(parse(query, { noLocation: true }), schema)
  } catch {
    return []
  }
}

function shortHash(text: string): string {
  return `anonymous ${createHash('sha256').update(text).digest('hex').slice(0, 8)}`
}

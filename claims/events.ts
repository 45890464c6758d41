// Events of the auth subgraph as a subgraph receives them (CloudEvents 1.0), and how each is applied exactly once.

/** One event. Fields that this type does not name may be there: ignore what you do not know. */
export interface AuthEvent {
  readonly specversion: '1.0'
  /** The same however often the event arrives. */
  readonly id: string
  /** The gateway's `PUBLIC_URL`. */
  readonly source: string
  /** As `user.registered`. */
  readonly type: string
  /** The user's id. */
  readonly subject: string
  /** RFC 3339. */
  readonly time: string
  readonly datacontenttype: 'application/json'
  /** Names type and version of `data`; the schemas are in `schema/events/`. */
  readonly dataschema: string
  /** Digits, always as many: of one user's events the later has the greater. */
  readonly sequence: string
  readonly data: Readonly<Record<string, unknown>>
}

/** How many records of a person were removed, and how many were kept without the person. */
export interface Receipt {
  readonly erased: number
  readonly anonymised: number
}

/** What a subgraph does with events. */
export interface EventConsumer {
  /** The subgraph's name in `supergraph.yaml`. */
  readonly name: string
  /** The types that it wants; others never reach it. */
  readonly types: readonly string[]
  /**
   * Resolves when the event has been applied; a rejection has it delivered again. The answer to
   * `user.erasure.requested` is a receipt.
   */
  handle(event: AuthEvent): Promise<Receipt | undefined>
}

/** An event or a receipt that is not one. Delivering it again would not help. */
export class EventError extends Error {
  override readonly name = 'EventError'
}

/** @throws EventError */
export function parseAuthEvent(text: string): AuthEvent {
  const event = parseObject(text)
  for (const name of ['id', 'source', 'type', 'subject', 'time', 'dataschema', 'sequence']) {
    if (typeof event[name] !== 'string' || event[name] === '') {
      throw new EventError(`the event has no ${name}`)
    }
  }
  if (event.specversion !== '1.0') throw new EventError('this is not a CloudEvent 1.0')
  if (!isObject(event.data)) throw new EventError('the event has no data')
  return event as unknown as AuthEvent
}

/** A transaction of knex (`raw`), or a client of pg that is inside one (`query`). */
export type SqlTransaction =
  | { raw(sql: string, bindings: readonly string[]): PromiseLike<{ rows: unknown[] }> }
  | { query(sql: string, values: string[]): Promise<{ rows: unknown[] }> }

/** The table that `applyOnce` needs, for a migration of the subgraph's own. It holds nobody's data. */
export const APPLIED_EVENTS_TABLE = `
  create table applied_events (
    event_id text primary key,
    receipt text,
    applied_at timestamptz not null default now()
  )`

/**
 * Runs `apply` for an event that this database has not seen, in the transaction that remembers it: both commit, or
 * neither. For one that it has seen, answers what `apply` answered then.
 *
 * @param trx An open transaction; what `apply` writes must go through it.
 */
export async function applyOnce(
  trx: SqlTransaction,
  event: Pick<AuthEvent, 'id'>,
  apply: () => Promise<Receipt | undefined>,
): Promise<Receipt | undefined> {
  // Two deliveries at once: the second waits here until the first has committed, and then finds it.
  const fresh = await run(
    trx,
    'insert into applied_events (event_id) values (?) on conflict do nothing returning event_id',
    [event.id],
  )
  if (fresh.length === 0) {
    const [known] = await run(trx, 'select receipt from applied_events where event_id = ?', [
      event.id,
    ])
    const receipt = (known as { receipt: string | null } | undefined)?.receipt
    return receipt ? (JSON.parse(receipt) as Receipt) : undefined
  }
  const receipt = await apply()
  if (receipt) {
    const text = JSON.stringify(receipt)
    await run(trx, 'update applied_events set receipt = ? where event_id = ?', [text, event.id])
  } else {
    // Fails where `apply` swallowed the error of a statement: COMMIT would roll back, and call that a success.
    await run(trx, 'select 1', [])
  }
  return receipt
}

async function run(trx: SqlTransaction, sql: string, values: string[]): Promise<unknown[]> {
  if ('raw' in trx) return (await trx.raw(sql, values)).rows
  let place = 0
  const numbered = sql.replaceAll('?', () => {
    place += 1
    return `$${place}`
  })
  return (await trx.query(numbered, values)).rows
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // No JSON: refused like any other text that is not an event.
  }
  throw new EventError('this is not a JSON object')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

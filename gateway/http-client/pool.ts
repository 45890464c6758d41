// The connections to one origin: bounded in number, kept while they are of use; exchanges wait in order when all are busy.
import { Connection, type Exchange, type Target } from './connection.ts'

export interface PoolOptions {
  readonly origin: string
  readonly maxConnections: number
}

export interface Pool {
  /** Starts an exchange, now or when a connection is free. */
  send(exchange: Exchange): void
  /** Gives an exchange up: it fails with this error, unless it is over. */
  cancel(exchange: Exchange, error: Error): void
  /** Milliseconds, on the clock of deadlines. */
  now(): number
  stop(): void
}

/** The exchange took longer than it may. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed'
}

const SWEEP_MS = 50
/** For a peer that does not say how long it keeps an idle connection. */
const IDLE_SECONDS = 5
/** Given up so much sooner than the peer does: a request must not cross its farewell. */
const IDLE_MARGIN_MS = 1000

export function createPool({ origin, maxConnections }: PoolOptions): Pool {
  const target = targetOf(origin)
  const now = () => performance.now()
  const idle: Connection[] = []
  const busy = new Set<Connection>()
  const waiting = new Set<Exchange>()
  let sweeping: NodeJS.Timeout | null = null

  return {
    now,
    send(exchange) {
      const connection = takeIdle() ?? openIfAllowed()
      if (connection === null) waiting.add(exchange)
      else start(connection, exchange)
      if (sweeping === null) sweeping = setInterval(sweep, SWEEP_MS).unref()
    },
    cancel(exchange, error) {
      if (waiting.delete(exchange)) exchange.onFailure(error)
      else if (exchange.connection?.exchange === exchange) exchange.connection.close(error)
    },
    stop() {
      const error = new Error('the gateway stops')
      for (const exchange of waiting) exchange.onFailure(error)
      waiting.clear()
      for (const connection of [...idle, ...busy]) connection.close(error)
      sweep()
    },
  }

  /** The one that was used last: so the others get old, and are let go. */
  function takeIdle(): Connection | null {
    const time = now()
    for (let one = idle.pop(); one !== undefined; one = idle.pop()) {
      if (!isStale(one, time)) return one
      one.close(new Error('idle for too long'))
    }
    return null
  }

  function openIfAllowed(): Connection | null {
    if (busy.size + idle.length >= maxConnections) return null
    return new Connection({ target, onFree, onGone })
  }

  function start(connection: Connection, exchange: Exchange): void {
    busy.add(connection)
    connection.begin(exchange)
  }

  function onFree(connection: Connection): void {
    const next = takeWaiting()
    if (next !== null) {
      connection.begin(next)
      return
    }
    busy.delete(connection)
    connection.idleSince = now()
    idle.push(connection)
  }

  function onGone(connection: Connection): void {
    if (!busy.delete(connection)) {
      const index = idle.indexOf(connection)
      if (index >= 0) idle.splice(index, 1)
    }
    const next = takeWaiting()
    if (next !== null) start(new Connection({ target, onFree, onGone }), next)
  }

  function takeWaiting(): Exchange | null {
    for (const exchange of waiting) {
      waiting.delete(exchange)
      return exchange
    }
    return null
  }

  /** Ends what is late and lets go of what is old. */
  function sweep(): void {
    const time = now()
    const late = new DeadlinePassed('the deadline passed')
    for (const exchange of waiting) {
      if (exchange.deadline > time) continue
      waiting.delete(exchange)
      exchange.onFailure(late)
    }
    for (const connection of busy) {
      const { exchange } = connection
      if (exchange !== null && exchange.deadline <= time) connection.close(late)
    }
    for (const connection of idle.filter((one) => isStale(one, time))) {
      connection.close(new Error('idle for too long'))
    }
    if (busy.size + idle.length + waiting.size > 0 || sweeping === null) return
    clearInterval(sweeping)
    sweeping = null
  }
}

function isStale({ idleSince, keepAliveSeconds }: Connection, time: number): boolean {
  const keptMs = (keepAliveSeconds ?? IDLE_SECONDS) * 1000 - IDLE_MARGIN_MS
  return time - idleSince >= Math.max(0, keptMs)
}

function targetOf(origin: string): Target {
  const { protocol, hostname, port } = new URL(origin)
  const isTls = protocol === 'https:'
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return { isTls, host, port: port === '' ? (isTls ? 443 : 80) : Number(port) }
}

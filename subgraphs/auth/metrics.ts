// What auth counts and measures about itself, in the text format that Prometheus reads (GET /metrics).
import type { Knex } from 'knex'
import { Counter, Gauge, Registry } from 'prom-client'
import { inTime, NoAnswer } from '../../platform/in-time.ts'
import type { Log } from '../../platform/log.ts'
import { readProcess } from '../../platform/process-metrics.ts'
import { isDatabaseAway } from './core/database.ts'
import { readErasureMetrics } from './erasure/supervise.ts'
import { readEventLag } from './events/lag.ts'
import type { ReadyAuthHooks } from './hooks/load-hooks.ts'
import type { CheckCounts } from './introspection/check-counts.ts'
import { readWebhookLag } from './webhooks/lag.ts'

interface MetricsDeps {
  readonly db: Knex
  readonly log: Pick<Log, 'warn'>
  readonly checks: CheckCounts
  readonly hooks: ReadyAuthHooks
  /** Whether anybody takes events. */
  readonly hasTakers: boolean
}

/** Less than Prometheus waits: without an answer it takes for gone what is there and lacks its database. */
const DATABASE_MS = 3_000

/** What waits is the database's to know, and read when somebody asks. While it is unavailable the rest is told without it. */
export async function readMetrics(deps: MetricsDeps): Promise<Registry> {
  const { log, checks, hooks } = deps
  const registry = new Registry()
  readProcess(registry)
  countChecks(registry, checks)
  if (hooks.isAny) registry.registerMetric(hooks.durations)
  try {
    showWaiting(registry, await inTime(readWaiting(deps), DATABASE_MS))
  } catch (error) {
    if (!isDatabaseAway(error) && !(error instanceof NoAnswer)) throw error
    log.warn({ err: error }, 'metrics lack what the database knows')
  }
  return registry
}

function countChecks(registry: Registry, checks: CheckCounts): void {
  const checked = new Counter({
    name: 'sallyport_credential_checks_total',
    help: 'Credentials that this instance was asked about, by kind, result, and the reason of a refusal.',
    labelNames: ['kind', 'result', 'reason'],
    registers: [registry],
  })
  for (const { kind, verdict, count } of checks.read()) {
    const isAccepted = verdict === 'accepted'
    const result = isAccepted ? 'accepted' : 'refused'
    checked.inc({ kind, result, reason: isAccepted ? 'none' : verdict }, count)
  }
}

async function readWaiting({ db, hasTakers }: Pick<MetricsDeps, 'db' | 'hasTakers'>) {
  const { waiting, oldestSeconds } = await readEventLag(db)
  // Where nobody takes them they stay as long as settings say, and none is late: an alarm would never end.
  const events = { waiting, oldestSeconds: hasTakers ? oldestSeconds : 0 }
  const erasures = await readErasureMetrics(db)
  const unchained = Number((await db('audit_unsealed').count('* as count').first())?.count)
  return { events, erasures, unchained, webhooks: await readWebhookLag(db) }
}

function showWaiting(
  registry: Registry,
  { events, erasures, unchained, webhooks }: Awaited<ReturnType<typeof readWaiting>>,
): void {
  const registers = [registry]
  const gauge = (name: string, help: string, value: number) =>
    new Gauge({ name, help, registers }).set(value)

  gauge('sallyport_events_waiting', 'Events in the outbox that have not left.', events.waiting)
  gauge(
    'sallyport_events_oldest_seconds',
    'How long the oldest of them has waited.',
    events.oldestSeconds,
  )
  const behind = { labelNames: ['target'] as const, registers }
  const waiting = new Gauge({
    name: 'sallyport_webhook_events_waiting',
    help: 'Events that a webhook has not taken.',
    ...behind,
  })
  const oldest = new Gauge({
    name: 'sallyport_webhook_oldest_seconds',
    help: 'How long the oldest of them has waited.',
    ...behind,
  })
  for (const { target, ...lag } of webhooks) {
    waiting.set({ target }, lag.waiting)
    oldest.set({ target }, lag.oldestSeconds)
  }
  gauge('sallyport_audit_unchained', 'Audit records that are in no chain yet.', unchained)
  gauge('sallyport_erasures_running', 'Erasures that wait for a receipt.', erasures.running)
  gauge('sallyport_erasures_overdue', 'Those past their deadline.', erasures.overdue)
}

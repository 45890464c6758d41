// What auth counts and measures about itself, in the text format that Prometheus reads (GET /metrics).
import type { Knex } from 'knex'
import { Counter, Gauge, Registry } from 'prom-client'
import { readProcess } from '../../platform/process-metrics.ts'
import { readErasureMetrics } from './erasure/supervise.ts'
import { readEventLag } from './events/lag.ts'
import type { ReadyAuthHooks } from './hooks/load-hooks.ts'
import type { CheckCounts } from './introspection/check-counts.ts'
import { readWebhookLag } from './webhooks/lag.ts'

interface MetricsDeps {
  readonly db: Knex
  readonly checks: CheckCounts
  readonly hooks: ReadyAuthHooks
}

/** Most of it is the database's to know, and read when somebody asks. */
export async function readMetrics({ db, checks, hooks }: MetricsDeps): Promise<Registry> {
  const registry = new Registry()
  readProcess(registry)
  const registers = [registry]
  const gauge = (name: string, help: string, value: number) =>
    new Gauge({ name, help, registers }).set(value)

  const events = await readEventLag(db)
  const erasures = await readErasureMetrics(db)
  const unchained = Number((await db('audit_unsealed').count('* as count').first())?.count)
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
  for (const { target, ...lag } of await readWebhookLag(db)) {
    waiting.set({ target }, lag.waiting)
    oldest.set({ target }, lag.oldestSeconds)
  }
  gauge('sallyport_audit_unchained', 'Audit records that are in no chain yet.', unchained)
  gauge('sallyport_erasures_running', 'Erasures that wait for a receipt.', erasures.running)
  gauge('sallyport_erasures_overdue', 'Those past their deadline.', erasures.overdue)
  const checked = new Counter({
    name: 'sallyport_credential_checks_total',
    help: 'Credentials that this instance was asked about, by kind, result, and the reason of a refusal.',
    labelNames: ['kind', 'result', 'reason'],
    registers,
  })
  if (hooks.isAny) registry.registerMetric(hooks.durations)
  for (const { kind, verdict, count } of checks.read()) {
    const isAccepted = verdict === 'accepted'
    const result = isAccepted ? 'accepted' : 'refused'
    checked.inc({ kind, result, reason: isAccepted ? 'none' : verdict }, count)
  }
  return registry
}

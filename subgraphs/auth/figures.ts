// What auth counts and measures about itself, in the text format that Prometheus reads (GET /metrics).
import type { Knex } from 'knex'
import { readErasureFigures } from './erasure/supervise.ts'
import { readEventLag } from './events/lag.ts'
import type { CheckCounts } from './introspection/check-counts.ts'

export interface Figure {
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  readonly values: readonly {
    readonly labels?: Readonly<Record<string, string>>
    readonly value: number
  }[]
}

interface FigureDeps {
  readonly db: Knex
  readonly checks: CheckCounts
}

export async function readFigures({ db, checks }: FigureDeps): Promise<Figure[]> {
  const events = await readEventLag(db)
  const erasures = await readErasureFigures(db)
  const unsealed = Number((await db('audit_unsealed').count('* as count').first())?.count)
  return [
    gauge('sallyport_events_waiting', 'Events in the outbox that have not left.', events.waiting),
    gauge(
      'sallyport_events_oldest_seconds',
      'How long the oldest of them has waited.',
      events.oldestSeconds,
    ),
    gauge('sallyport_audit_unsealed', 'Audit records that are in no chain yet.', unsealed),
    gauge('sallyport_erasures_running', 'Erasures that wait for a receipt.', erasures.running),
    gauge('sallyport_erasures_overdue', 'Those past their deadline.', erasures.overdue),
    {
      name: 'sallyport_credential_checks_total',
      help: 'Credentials that this instance was asked about, by kind and verdict.',
      type: 'counter',
      values: checks.read().map(({ kind, verdict, count }) => ({
        labels: { kind, verdict },
        value: count,
      })),
    },
  ]
}

function gauge(name: string, help: string, value: number): Figure {
  return { name, help, type: 'gauge', values: [{ value }] }
}

export function formatFigures(figures: readonly Figure[]): string {
  return figures
    .flatMap(({ name, help, type, values }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...values.map(({ labels, value }) => `${name}${formatLabels(labels)} ${value}`),
    ])
    .join('\n')
    .concat('\n')
}

function formatLabels(labels: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${value}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

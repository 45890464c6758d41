// What waits to leave, and for how long: mail, events, webhooks, erasures, and months of the audit trail.
import { listAuditMonths } from '../../audit/months.ts'
import {
  listOverdueErasures,
  type OverdueErasure,
  readErasureMetrics,
} from '../../erasure/supervise.ts'
import { readEventLag } from '../../events/lag.ts'
import { readWebhookLag } from '../../webhooks/lag.ts'
import type { DoctorDeps } from './examine.ts'
import { type Observation, ok, warning } from './finding.ts'

/** Longer than a restart and a few attempts take. */
const LONG_SECONDS = 300
/** Of erasures that are overdue. */
const MOST_NAMED = 10

interface Lag {
  readonly waiting: number
  readonly oldestSeconds: number
}

export async function observeMail({ db }: DoctorDeps): Promise<Observation[]> {
  const { rows } = await db.raw<{ rows: { waiting: string; oldest: string | null }[] }>(
    'select count(*) as waiting, extract(epoch from now() - min(created_at)) as oldest from mail_outbox',
  )
  const [row] = rows
  const lag = { waiting: Number(row?.waiting ?? 0), oldestSeconds: Number(row?.oldest ?? 0) }
  return [judge(`mail waiting: ${lag.waiting}${since(lag)}`, lag)]
}

export async function observeEvents({ db, config }: DoctorDeps): Promise<Observation[]> {
  const lag = await readEventLag(db)
  const where = config.nats === null ? 'no NATS_URL' : 'to NATS'
  return [judge(`events: ${where}; waiting: ${lag.waiting}${since(lag)}`, lag)]
}

export async function observeWebhooks({ db }: DoctorDeps): Promise<Observation[]> {
  return (await readWebhookLag(db)).map(({ target, ...lag }) =>
    judge(`webhook ${target}: waiting: ${lag.waiting}${since(lag)}`, lag),
  )
}

export async function observeAudit({ db, config }: DoctorDeps): Promise<Observation[]> {
  const months = await listAuditMonths(db, config.auditRetentionMonths)
  const toPrune = months.filter(({ isPastRetention }) => isPastRetention).length
  const said = `audit: ${months.length} months`
  return [
    toPrune === 0
      ? ok(said)
      : warning(`${said}, ${toPrune} past retention: run prune-audit as the owner of the database`),
  ]
}

export async function observeErasures({ db }: DoctorDeps): Promise<Observation[]> {
  const { running, overdue } = await readErasureMetrics(db)
  const said = `erasures: ${running} running, ${overdue} overdue`
  if (overdue === 0) return [ok(said)]
  const oldest = await listOverdueErasures(db, MOST_NAMED)
  const more = overdue > oldest.length ? [`${overdue - oldest.length} more`] : []
  return [warning(`${said}: ${[...oldest.map(describeErasure), ...more].join('; ')}`)]
}

function describeErasure({ id, subgraphs }: OverdueErasure): string {
  return subgraphs.length === 0 ? id : `${id} waits for ${subgraphs.join(', ')}`
}

function judge(said: string, { waiting, oldestSeconds }: Lag): Observation {
  return waiting > 0 && oldestSeconds > LONG_SECONDS ? warning(said) : ok(said)
}

function since({ waiting, oldestSeconds }: Lag): string {
  return waiting === 0 ? '' : `, the oldest for ${Math.round(oldestSeconds)} s`
}

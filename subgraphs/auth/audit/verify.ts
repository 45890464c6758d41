// Goes through the audit trail from end to end: every record is there, unchanged, in the chain, and nothing is cut off.
import type { Knex } from 'knex'
import { transact } from '../core/database.ts'
import { type ChainHead, formatCheckpoint } from './chain.ts'
import { listAuditMonths } from './months.ts'
import { type Checkpoint, createFindings, requireInChain, verifyMonth } from './verify-month.ts'

export interface AuditVerification {
  readonly records: number
  /** Parts of records that were erased with the person: their salted hashes stay in the chain. */
  readonly erasedParts: number
  /** Committed a moment ago, and not in the chain yet. */
  readonly unchained: number
  /** Where the chain stands: worth keeping away from the database. */
  readonly head: ChainHead | null
  /** Empty: the trail is whole. */
  readonly problems: readonly string[]
}

export interface VerifyOptions {
  readonly retentionMonths: number
  /** One that was kept elsewhere, to compare with. */
  readonly checkpoint?: ChainHead
}

/** Chaining takes a second; so long without one is a fault. */
const UNCHAINED_SECONDS = 120

/** Looks at the trail as it is at one moment, while records go on being written. */
export async function verifyAudit(db: Knex, options: VerifyOptions): Promise<AuditVerification> {
  return await transact(db, async (trx) => await verify(trx, options), {
    isolationLevel: 'repeatable read',
    readOnly: true,
  })
}

async function verify(
  trx: Knex,
  { retentionMonths, checkpoint }: VerifyOptions,
): Promise<AuditVerification> {
  // It takes as long as it takes.
  await trx.raw('set local statement_timeout = 0')
  const findings = createFindings()
  const checkpoints = await readCheckpoints(trx)
  const months = await listAuditMonths(trx, retentionMonths)
  const present = new Set(months.map(({ firstDay }) => firstDay))
  for (const month of await missingMonths(trx, retentionMonths, { checkpoints, present }))
    findings.report(`${month.slice(0, 7)}: the month is missing, and its retention is not over`)
  let head: ChainHead | null = null
  for (const month of present) {
    const parts = { month, checkpoints: checkpoints.get(month) ?? [], present }
    head = (await verifyMonth(trx, findings, parts)) ?? head
  }
  if (checkpoint !== undefined && present.has(checkpoint.month))
    await requireInChain(trx, findings, checkpoint, 'the given checkpoint')
  else if (checkpoint !== undefined)
    findings.report(`there is no such month: ${formatCheckpoint(checkpoint)}`)
  const waiting = await countUnchained(trx)
  if (waiting.missing > 0)
    findings.report(`${waiting.missing} records went missing before they were chained`)
  if (waiting.late > 0)
    findings.report(`${waiting.late} records wait to be chained: is auth running?`)
  const { records, erasedParts, problems } = findings
  return { records, erasedParts, unchained: waiting.all, head, problems }
}

async function readCheckpoints(trx: Knex): Promise<Map<string, Checkpoint[]>> {
  const rows: Record<string, string | null>[] = await trx('audit_checkpoints')
    .orderBy(['month', 'position'])
    .select(
      ...['position', 'hash', 'previous_position', 'previous_hash'],
      trx.raw("to_char(month, 'YYYY-MM-DD') as month"),
      trx.raw("to_char(previous_month, 'YYYY-MM-DD') as previous_month"),
    )
  const months = new Map<string, Checkpoint[]>()
  for (const row of rows) {
    const head = toHead(row.month, row.position, row.hash)
    if (head === null) continue
    const previous = toHead(row.previous_month, row.previous_position, row.previous_hash)
    months.set(head.month, [...(months.get(head.month) ?? []), { ...head, previous }])
  }
  return months
}

function toHead(
  month: string | null | undefined,
  position: string | null | undefined,
  hash: string | null | undefined,
): ChainHead | null {
  if (month == null || position == null || hash == null) return null
  return { month, position: Number(position), hash }
}

/** A month that had a chain is there until its retention is over. */
async function missingMonths(
  trx: Knex,
  retentionMonths: number,
  { checkpoints, present }: { checkpoints: Map<string, unknown>; present: Set<string> },
): Promise<string[]> {
  const { rows } = await trx.raw<{ rows: { oldest: string }[] }>(
    `select to_char(date_trunc('month', now() at time zone 'utc') - ? * interval '1 month',
       'YYYY-MM-DD') as oldest`,
    [retentionMonths],
  )
  const oldest = rows[0]?.oldest ?? ''
  return [...checkpoints.keys()].filter((month) => !present.has(month) && month >= oldest)
}

async function countUnchained(trx: Knex): Promise<{ all: number; missing: number; late: number }> {
  const { rows } = await trx.raw<{ rows: Record<'all' | 'missing' | 'late', string>[] }>(
    `select count(*) as "all",
       count(*) filter (where record.id is null) as missing,
       count(*) filter (where waiting.occurred_at < now() - ? * interval '1 second') as late
     from audit_unsealed as waiting left join audit_records as record
       on record.occurred_at = waiting.occurred_at and record.id = waiting.record_id`,
    [UNCHAINED_SECONDS],
  )
  const [row] = rows
  return { all: Number(row?.all), missing: Number(row?.missing), late: Number(row?.late) }
}

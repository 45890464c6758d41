// Chains what was committed. One at a time for all instances; in the order in which it finds records, since
// a transaction that commits late must not be passed over.
import type { Knex } from 'knex'
import type { Logger } from 'pino'
import { tryLock } from '../core/advisory-lock.ts'
import { transact } from '../core/database.ts'
import { type Repeating, repeat } from '../core/repeat.ts'
import {
  type ChainedRecord,
  type ChainHead,
  formatCheckpoint,
  hashRecord,
  monthOf,
  nextHead,
  openMonth,
} from './chain.ts'

interface ChainDeps {
  readonly db: Knex
  readonly log: Logger
}

const CHAIN_MS = 1_000
const BATCH = 500
const CHECKPOINT_RECORDS = 1_000
const CHECKPOINT_MINUTES = 60

export function startChaining(deps: ChainDeps): Repeating {
  return repeat({
    pauseMs: CHAIN_MS,
    run: async () => (await chainOnce(deps)) === BATCH,
    onFailure: (error) => deps.log.warn({ err: error }, 'audit records could not be chained'),
  })
}

/** @returns how many records were chained */
export async function chainOnce({ db, log }: ChainDeps): Promise<number> {
  const waiting = await db('audit_unsealed').first('record_id')
  if (waiting === undefined) return 0
  const { chained, checkpoints } = await transact(db, async (trx) => {
    if (!(await tryLock(trx, 'auditChain'))) return { chained: 0, checkpoints: [] }
    return await chainBatch(trx)
  })
  // Into the logs, which leave the machine: anyone who rewrites the whole chain later is found out by these.
  for (const head of checkpoints)
    log.info({ checkpoint: formatCheckpoint(head) }, 'audit checkpoint')
  return chained
}

async function chainBatch(trx: Knex): Promise<{ chained: number; checkpoints: ChainHead[] }> {
  // A look-up for each that waits: joined, a whole month was read for a few, until it had grown large.
  const { rows: records } = await trx.raw<{ rows: ChainedRecord[] }>(
    `select record.* from audit_unsealed as waiting
     cross join lateral (
       select * from audit_records
       where occurred_at = waiting.occurred_at and id = waiting.record_id limit 1) as record
     order by waiting.record_id limit ?`,
    [BATCH],
  )
  const checkpoints: ChainHead[] = []
  for (const [month, ofMonth] of groupByMonth(records)) {
    checkpoints.push(...(await chainMonth(trx, month, ofMonth)))
  }
  await trx('audit_unsealed')
    .whereIn(
      'record_id',
      records.map(({ id }) => id),
    )
    .delete()
  return { chained: records.length, checkpoints }
}

function groupByMonth(records: readonly ChainedRecord[]): Map<string, ChainedRecord[]> {
  const months = new Map<string, ChainedRecord[]>()
  for (const record of records) {
    const month = monthOf(record.occurred_at)
    months.set(month, [...(months.get(month) ?? []), record])
  }
  return months
}

/** @returns the checkpoints that were due */
async function chainMonth(
  trx: Knex,
  month: string,
  records: readonly ChainedRecord[],
): Promise<ChainHead[]> {
  const found = await readHead(trx, month)
  const checkpoints = found === null ? [await open(trx, month)] : []
  let head = found ?? checkpoints[0] ?? openMonth(month, null)
  const links = records.map((record) => {
    const record_hash = hashRecord(record)
    head = nextHead(head, record.id, record_hash)
    const { position, hash } = head
    return {
      month,
      position,
      record_id: record.id,
      occurred_at: record.occurred_at,
      record_hash,
      hash,
    }
  })
  await trx('audit_seals').insert(links)
  if (await isCheckpointDue(trx, head)) {
    await trx('audit_checkpoints').insert({ ...head })
    checkpoints.push(head)
  }
  return checkpoints
}

/** null: the month has not begun. */
async function readHead(trx: Knex, month: string): Promise<ChainHead | null> {
  const link: { position: string; hash: string } | undefined = await trx('audit_seals')
    .where('month', month)
    .orderBy('position', 'desc')
    .first('position', 'hash')
  const opening: { position: string; hash: string } | undefined =
    link ?? (await trx('audit_checkpoints').where({ month, position: 0 }).first('position', 'hash'))
  if (opening === undefined) return null
  return { month, position: Number(opening.position), hash: opening.hash }
}

async function open(trx: Knex, month: string): Promise<ChainHead> {
  const last: { month: string } | undefined = await trx('audit_checkpoints')
    .whereNot('month', month)
    .orderBy('created_at', 'desc')
    .orderBy('position', 'desc')
    .first(trx.raw("to_char(month, 'YYYY-MM-DD') as month"))
  const previous = last === undefined ? null : await readHead(trx, last.month)
  const head = openMonth(month, previous)
  await trx('audit_checkpoints').insert({
    ...head,
    previous_month: previous?.month ?? null,
    previous_position: previous?.position ?? null,
    previous_hash: previous?.hash ?? null,
  })
  return head
}

async function isCheckpointDue(trx: Knex, head: ChainHead): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: { is_due: boolean }[] }>(
    `select position <= ? or created_at < now() - ? * interval '1 minute' as is_due
     from audit_checkpoints where month = ? order by position desc limit 1`,
    [head.position - CHECKPOINT_RECORDS, CHECKPOINT_MINUTES, head.month],
  )
  return rows[0]?.is_due === true
}

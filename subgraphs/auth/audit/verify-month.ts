// One month of the audit trail: its beginning, one link after the other, the records that they stand for, and its end.
import type { Knex } from 'knex'
import { commitmentOf, type PersonalPart } from '../core/audit/commitment.ts'
import {
  type ChainedRecord,
  type ChainHead,
  formatCheckpoint,
  hashRecord,
  nextHead,
  openMonth,
} from './chain.ts'

/** `previous` at position 0 alone: where the chain of the month before stood. */
export interface Checkpoint extends ChainHead {
  readonly previous: ChainHead | null
}

export interface Findings {
  records: number
  erasedParts: number
  readonly problems: string[]
  report(problem: string): void
}

interface MonthParts {
  readonly month: string
  /** By position. */
  readonly checkpoints: readonly Checkpoint[]
  /** The months that there are. */
  readonly present: ReadonlySet<string>
}

type ChainedRow = ChainedRecord & {
  readonly position: string
  readonly record_id: string
  readonly record_hash: string
  readonly hash: string
}

const BATCH = 1_000
const MAX_PROBLEMS = 20

export function createFindings(): Findings {
  const problems: string[] = []
  return {
    records: 0,
    erasedParts: 0,
    problems,
    report: (problem) => {
      if (problems.length < MAX_PROBLEMS) problems.push(problem)
    },
  }
}

/** @returns where its chain stands, null when it has none */
export async function verifyMonth(
  trx: Knex,
  findings: Findings,
  { month, checkpoints, present }: MonthParts,
): Promise<ChainHead | null> {
  await findUnchained(trx, findings, month)
  const [opening, ...later] = checkpoints
  if (opening === undefined || opening.position !== 0) {
    const link = await trx('audit_seals').where('month', month).first('position')
    if (link !== undefined) findings.report(`${nameOf(month)}: the chain has no beginning`)
    return null
  }
  await verifyOpening(trx, findings, opening, present)
  return await verifySeals(trx, findings, opening, later)
}

/** Whether the chain went through this point. */
export async function requireInChain(
  trx: Knex,
  findings: Findings,
  { month, position, hash }: ChainHead,
  what: string,
): Promise<void> {
  const table = position === 0 ? 'audit_checkpoints' : 'audit_seals'
  const found: { hash: string } | undefined = await trx(table)
    .where({ month, position })
    .first('hash')
  if (found?.hash !== hash)
    findings.report(`${what} is not in the chain: ${formatCheckpoint({ month, position, hash })}`)
}

async function verifyOpening(
  trx: Knex,
  findings: Findings,
  { month, hash, previous }: Checkpoint,
  present: ReadonlySet<string>,
): Promise<void> {
  if (openMonth(month, previous).hash !== hash)
    findings.report(`${nameOf(month)}: the beginning of the chain was changed`)
  if (previous !== null && present.has(previous.month))
    await requireInChain(trx, findings, previous, `what ${nameOf(month)} begins with`)
}

async function verifySeals(
  trx: Knex,
  findings: Findings,
  opening: ChainHead,
  checkpoints: readonly Checkpoint[],
): Promise<ChainHead> {
  const expected = new Map(checkpoints.map(({ position, hash }) => [position, hash]))
  let head: ChainHead = opening
  for (let isMore = true; isMore; ) {
    const rows = await readSeals(trx, head)
    for (const row of rows) {
      head = verifySeal(findings, head, row)
      if ((expected.get(head.position) ?? head.hash) !== head.hash)
        findings.report(
          `${nameOf(head.month)}: the chain differs from its checkpoint at ${head.position}`,
        )
    }
    await verifyParts(trx, findings, rows)
    isMore = rows.length === BATCH
  }
  if ((checkpoints.at(-1)?.position ?? 0) > head.position)
    findings.report(
      `${nameOf(head.month)}: the chain ends at ${head.position}, before its last checkpoint`,
    )
  return { month: head.month, position: head.position, hash: head.hash }
}

async function readSeals(trx: Knex, { month, position }: ChainHead): Promise<ChainedRow[]> {
  return await trx('audit_seals')
    .leftJoin('audit_records', (join) =>
      join
        .on('audit_records.occurred_at', 'audit_seals.occurred_at')
        .andOn('audit_records.id', 'audit_seals.record_id'),
    )
    .where('audit_seals.month', month)
    .where('position', '>', position)
    .orderBy('position')
    .limit(BATCH)
    .select('audit_records.*', 'position', 'record_id', 'record_hash', 'hash')
}

function verifySeal(findings: Findings, head: ChainHead, row: ChainedRow): ChainHead {
  findings.records += 1
  const name = `${nameOf(head.month)}: record ${row.record_id}`
  if (row.id === null) findings.report(`${name} is missing`)
  else if (hashRecord(row) !== row.record_hash) findings.report(`${name} was changed`)
  const next = nextHead(head, row.record_id, row.record_hash)
  if (next.position !== Number(row.position) || next.hash !== row.hash)
    findings.report(`${name} breaks the chain at ${row.position}`)
  // Goes on from what is stored: one change is told once.
  return { month: head.month, position: Number(row.position), hash: row.hash }
}

/** What is there of a person must be what was committed to; what is gone was erased. */
async function verifyParts(
  trx: Knex,
  findings: Findings,
  rows: readonly ChainedRow[],
): Promise<void> {
  const records = rows.filter((row) => row.id !== null)
  if (records.length === 0) return
  const parts: (PersonalPart & { record_id: string })[] = await trx('audit_personal')
    .whereIn(
      ['occurred_at', 'record_id'],
      records.map((row) => [row.occurred_at, row.id]),
    )
    .select('record_id', 'part', 'person', 'salt', 'data')
  const found = new Map(parts.map((part) => [`${part.record_id} ${part.part}`, commitmentOf(part)]))
  for (const row of records) {
    for (const part of ['actor', 'target'] as const) {
      const committed = row[`${part}_commitment`]
      const present = found.get(`${row.id} ${part}`)
      if (present === undefined && committed !== null) findings.erasedParts += 1
      if (present !== undefined && present !== committed)
        findings.report(`record ${row.id}: what it says of its ${part} was changed`)
    }
  }
}

async function findUnchained(trx: Knex, findings: Findings, month: string): Promise<void> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `select id from audit_records
     where occurred_at >= ?::timestamp at time zone 'utc'
       and occurred_at < (?::timestamp + interval '1 month') at time zone 'utc'
       and not exists (select from audit_seals where record_id = audit_records.id
         and occurred_at = audit_records.occurred_at)
       and not exists (select from audit_unsealed where record_id = audit_records.id
         and occurred_at = audit_records.occurred_at)
     limit ?`,
    [month, month, MAX_PROBLEMS],
  )
  for (const { id } of rows) findings.report(`${nameOf(month)}: record ${id} is in no chain`)
}

function nameOf(month: string): string {
  return month.slice(0, 7)
}

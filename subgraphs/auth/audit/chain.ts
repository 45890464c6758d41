// How records are chained: each link covers the one before it, and each month begins with where the last one stood.

import { canonicalJson } from '../core/audit/commitment.ts'
import { sha256 } from '../core/identifiers.ts'

export interface ChainedRecord {
  /** A bigint, as text. */
  readonly id: string
  readonly occurred_at: Date
  readonly action: string
  readonly outcome: string
  readonly actor_kind: string
  readonly operation_name: string | null
  readonly operation_hash: string | null
  readonly request_id: string | null
  readonly kept: Readonly<Record<string, unknown>>
  readonly actor_commitment: string | null
  readonly target_commitment: string | null
}

/** Where a month's chain stands. `month` is its first day, in UTC, as `2026-03-01`. */
export interface ChainHead {
  readonly month: string
  readonly position: number
  readonly hash: string
}

export function hashRecord(record: ChainedRecord): string {
  const { id, occurred_at, action, outcome, actor_kind, operation_name, operation_hash } = record
  const { request_id, kept, actor_commitment, target_commitment } = record
  return sha256(
    canonicalJson({
      ...{ id, occurred_at: occurred_at.toISOString(), action, outcome, actor_kind },
      ...{ operation_name, operation_hash, request_id, kept },
      ...{ actor_commitment, target_commitment },
    }),
  )
}

export function openMonth(month: string, previous: ChainHead | null): ChainHead {
  const before =
    previous === null ? '' : `${previous.month}\n${previous.position}\n${previous.hash}`
  return { month, position: 0, hash: sha256(`sallyport audit\n${month}\n${before}`) }
}

export function nextHead(head: ChainHead, recordId: string, recordHash: string): ChainHead {
  const position = head.position + 1
  const hash = sha256(`${head.hash}\n${head.month}\n${position}\n${recordId}\n${recordHash}`)
  return { month: head.month, position, hash }
}

export function monthOf(time: Date): string {
  return `${time.toISOString().slice(0, 7)}-01`
}

/** As an operator keeps it, away from the database: `2026-03:1742:<hash>`. */
export function formatCheckpoint({ month, position, hash }: ChainHead): string {
  return `${month.slice(0, 7)}:${position}:${hash}`
}

/** @throws Error */
export function parseCheckpoint(text: string): ChainHead {
  const match = /^(\d{4}-(?:0[1-9]|1[0-2])):(\d{1,15}):([\w-]{43})$/.exec(text)
  if (match === null) throw new Error('A checkpoint reads as 2026-03:1742:<hash>')
  return { month: `${match[1]}-01`, position: Number(match[2]), hash: match[3] ?? '' }
}

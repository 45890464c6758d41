// An erasure: it outlives the account that it removes, and proves that every subgraph has removed its part.
import { Model } from 'objection'
import type { ErasureRequester, ErasureStatus } from '../generated.ts'

export class Erasure extends Model {
  static override readonly tableName = 'erasures'

  declare id: string
  /** Of a secret with 128 random bits, told once to the person who asked for the erasure. */
  declare receipt_hash: string
  /** null once it is complete: the proof stays without the person. */
  declare user_id: string | null
  declare requested_by: ErasureRequester
  /** The event `user.erasure.requested`, which is sent again until all have answered. */
  declare event_id: string
  declare created_at: Date
  declare deadline_at: Date
  declare completed_at: Date | null

  get status(): ErasureStatus {
    return this.completed_at === null ? 'RUNNING' : 'COMPLETED'
  }

  isOverdue(now: Date): boolean {
    return this.completed_at === null && this.deadline_at < now
  }
}

export type ErasureWithReceipts = Erasure & { readonly receipts: ErasureReceipt[] }

/** What one subgraph was asked, and what it answered. */
export interface ErasureReceipt {
  readonly erasure_id: string
  readonly subgraph: string
  readonly completed_at: Date | null
  readonly erased: number | null
  readonly anonymised: number | null
}

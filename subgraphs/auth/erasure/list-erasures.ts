// Erasures with what each subgraph answered: one by its receipt, or a page of all for admins.
import type { Knex } from 'knex'
import { sha256 } from '../core/identifiers.ts'
import { type Connection, paginate } from '../core/pagination.ts'
import type { QueryErasuresArgs } from '../generated.ts'
import { Erasure, type ErasureReceipt, type ErasureWithReceipts } from './erasure.ts'

/** @returns null when no erasure has this receipt */
export async function findErasure(
  db: Knex,
  receiptId: string,
): Promise<ErasureWithReceipts | null> {
  const erasure = await Erasure.query(db).findOne({ receipt_hash: sha256(receiptId) })
  if (erasure === undefined) return null
  const receipts = await loadReceipts(db, [erasure.id])
  return Object.assign(erasure, { receipts: receipts.get(erasure.id) ?? [] })
}

export async function listErasures(
  db: Knex,
  { filter, ...page }: QueryErasuresArgs,
): Promise<Connection<ErasureWithReceipts>> {
  const query = db('erasures').select('*')
  if (filter?.status === 'RUNNING') query.whereNull('completed_at')
  if (filter?.status === 'COMPLETED') query.whereNotNull('completed_at')
  if (filter?.isOverdue === true) query.whereRaw('completed_at is null and deadline_at < now()')
  const { edges, pageInfo } = await paginate(query, page, (row) => Erasure.fromDatabaseJson(row))
  const receipts = await loadReceipts(
    db,
    edges.map(({ node }) => node.id),
  )
  return {
    pageInfo,
    edges: edges.map(({ cursor, node }) => ({
      cursor,
      node: Object.assign(node, { receipts: receipts.get(node.id) ?? [] }),
    })),
  }
}

async function loadReceipts(
  db: Knex,
  erasureIds: readonly string[],
): Promise<Map<string, ErasureReceipt[]>> {
  const rows: ErasureReceipt[] = await db('erasure_receipts')
    .whereIn('erasure_id', [...erasureIds])
    .orderBy('subgraph')
  const receipts = new Map<string, ErasureReceipt[]>(erasureIds.map((id) => [id, []]))
  for (const row of rows) receipts.get(row.erasure_id)?.push(row)
  return receipts
}

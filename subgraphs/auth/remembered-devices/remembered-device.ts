// A remembered device, as its owner sees it.
import type { Knex } from 'knex'

export interface RememberedDevice {
  readonly id: string
  readonly name: string | null
  readonly remembered_at: Date
  readonly remembered_until: Date
  readonly last_seen_at: Date
}

export async function rememberedDevicesOf(db: Knex, userId: string): Promise<RememberedDevice[]> {
  return await db('known_devices')
    .where('user_id', userId)
    .whereRaw('remembered_until > now()')
    .orderBy('remembered_at')
    .select(
      'remembered_id as id',
      'remembered_name as name',
      'remembered_at',
      'remembered_until',
      'last_seen_at',
    )
}

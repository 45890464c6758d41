// A key of the caller's own that still works. Others' keys look like ones that do not exist.
import type { Knex } from 'knex'
import { AuthError } from '../core/errors.ts'
import { ApiKey } from './api-key.ts'

/** @throws AuthError NOT_FOUND, or CONFLICT when the key was revoked, ran out or was never verified */
export async function requireOwnKey(trx: Knex, userId: string, id: string): Promise<ApiKey> {
  const key = await ApiKey.query(trx).findOne({ id, user_id: userId }).forUpdate()
  if (key === undefined) throw new AuthError('NOT_FOUND')
  const status = key.shownStatus(new Date())
  if (status !== 'ACTIVE') {
    throw new AuthError('CONFLICT', {
      message: `This key is ${status.toLowerCase()}: create a new one.`,
    })
  }
  return key
}
